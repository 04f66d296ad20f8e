#include "analysis/rules/end_rules.hpp"

#include <gmock/gmock.h>

#include "analysis/record/captured_text.hpp"
#include "histories.hpp"

namespace rtmpscope::analysis {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

template <typename Rule>
RuleResults run(const History& history, Rule rule) {
  RuleResults results;
  rule(RuleContext{.history = history}, results);
  return results;
}

History cut_off() {
  History history = published();
  history.streams.front().ended.reset();
  return history;
}

TEST(EndAbrupt, PassesWhereTheClientHasSaidGoodBye) {
  EXPECT_EQ(answer_of(run(published(), judge_abrupt_end), FindingId::end_abrupt), Answer::pass);
}

TEST(EndAbrupt, IsAWarningWhereNobodyHas) {
  History history = cut_off();
  history.side(client_side).fin.reset();
  history.side(client_side).reset.emplace().at = at(10.2, 900);
  const RuleResults results = run(history, judge_abrupt_end);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].severity, Severity::warning);
  EXPECT_EQ(without_marks(results.findings[0].text),
            "the client reset the connection while name was being published");
}

// Some encoders never say more.
TEST(EndAbrupt, IsANoteWhereTheClientCloses) {
  const RuleResults results = run(cut_off(), judge_abrupt_end);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].severity, Severity::note);
  EXPECT_EQ(without_marks(results.findings[0].text),
            "the client closed the connection while name was being published");
  EXPECT_EQ(results.findings[0].evidence.at(0).at.frame, 900u);
}

TEST(EndAbrupt, ACutFarewellIsOne) {
  History history = cut_off();
  FindingNote note;
  note.id = FindingId::chunk_header_cut;
  note.direction = client_side;
  history.findings.push_back(note);
  EXPECT_EQ(answer_of(run(history, judge_abrupt_end), FindingId::end_abrupt), Answer::pass);
}

TEST(EndAbrupt, IsUndecidedWithoutTheEndOrWithHoles) {
  History history = cut_off();
  history.close->reason = "capture_end";
  history.close->ended_by.reset();
  EXPECT_EQ(answer_of(run(history, judge_abrupt_end), FindingId::end_abrupt), Answer::undecided);
  history = cut_off();
  history.side(client_side).missing_bytes = 10;
  EXPECT_EQ(answer_of(run(history, judge_abrupt_end), FindingId::end_abrupt), Answer::undecided);
}

TEST(EndAbrupt, DoesNotApplyToPlayersAndRefusedPublishers) {
  History history = cut_off();
  history.streams.front().started.reset();
  EXPECT_EQ(answer_of(run(history, judge_abrupt_end), FindingId::end_abrupt), Answer::not_applicable);
}

History reset_with_ttl(std::optional<std::uint32_t> ttl, std::optional<std::uint32_t> usual) {
  History history = published();
  history.close->reason = "reset";
  EndMark mark;
  mark.at = at(10.2, 77);
  mark.ttl = ttl;
  mark.ttl_usual = usual;
  history.side(server_side).reset = mark;
  return history;
}

TEST(MiddleboxReset, GoesByTheTtl) {
  const RuleResults results = run(reset_with_ttl(255, 57), judge_resets);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].text,
            "the reset in the server's name has TTL 255, its other packets have 57");
  EXPECT_EQ(answer_of(run(reset_with_ttl(57, 57), judge_resets), FindingId::middlebox_reset), Answer::pass);
  EXPECT_EQ(answer_of(run(reset_with_ttl(58, 57), judge_resets), FindingId::middlebox_reset), Answer::pass);
}

TEST(MiddleboxReset, IsUndecidedWithoutTtlAndDoesNotApplyWithoutReset) {
  EXPECT_EQ(answer_of(run(reset_with_ttl({}, {}), judge_resets), FindingId::middlebox_reset),
            Answer::undecided);
  EXPECT_EQ(answer_of(run(published(), judge_resets), FindingId::middlebox_reset), Answer::not_applicable);
}

RuleResults silence(const History& history, double longest, std::optional<IdleLimit> limit,
                    double latest = 10) {
  RuleResults results;
  judge_silence(RuleContext{.history = history, .idle_limit = std::move(limit)},
                {.longest = static_cast<Timestamp>(longest * 1e9), .since = at(2), .latest = at(latest)},
                results);
  return results;
}

TEST(ServerIdleLimitNear, IsAWarningFromSixtyPerCentOn) {
  EXPECT_EQ(answer_of(silence(published(), 2.9, IdleLimit{5, "SRS"}), FindingId::server_idle_limit_near),
            Answer::pass);
  const RuleResults results = silence(published(), 3.2, IdleLimit{5, "SRS"});
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].severity, Severity::warning);
  EXPECT_EQ(results.findings[0].text, "the client sent nothing for 3.2 s, SRS ends it after 5 s by default");
}

TEST(ServerIdleLimitNear, TheTimeUpToTheServersEndCounts) {
  History history = published();
  history.close = CloseNote{.at = at(15), .reason = "fin", .ended_by = server_side};
  EXPECT_THAT(silence(history, 0.1, IdleLimit{5, "SRS"}).findings, SizeIs(1));
  history.close->ended_by = client_side;
  EXPECT_THAT(silence(history, 0.1, IdleLimit{5, "SRS"}).findings, IsEmpty());
}

TEST(ServerIdleLimitNear, IsUndecidedWithoutALimitOrWithHoles) {
  EXPECT_EQ(answer_of(silence(published(), 60, std::nullopt), FindingId::server_idle_limit_near),
            Answer::undecided);
  History history = published();
  history.side(client_side).missing_bytes = 1;
  EXPECT_EQ(answer_of(silence(history, 60, IdleLimit{5, "SRS"}), FindingId::server_idle_limit_near),
            Answer::undecided);
  RuleResults results;
  judge_silence(RuleContext{.history = published()}, {}, results);
  EXPECT_EQ(answer_of(results, FindingId::server_idle_limit_near), Answer::not_applicable);
}

}  // namespace
}  // namespace rtmpscope::analysis
