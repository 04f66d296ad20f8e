#include "analysis/rules/request_rules.hpp"

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

RuleResults replies(const History& history, std::uint64_t unknown) {
  RuleResults results;
  judge_replies(RuleContext{.history = history}, unknown, at(3, 33), results);
  return results;
}

TEST(CommandUnanswered, PassesWhereAllIsAnswered) {
  const RuleResults results = run(published(), judge_unanswered);
  EXPECT_EQ(answer_of(results, FindingId::command_unanswered), Answer::pass);
  EXPECT_THAT(results.findings, IsEmpty());
}

TEST(CommandUnanswered, IsAnErrorAfterFiveSeconds) {
  History history = published();
  history.requests.back().answered.reset();
  const RuleResults results = run(history, judge_unanswered);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].severity, Severity::error);
  EXPECT_EQ(results.findings[0].text,
            "publish was not answered in 9.8 s, then the client ended the connection");
}

TEST(CommandUnanswered, TheServerMayCloseAtOnce) {
  History history = published();
  history.requests.back().answered.reset();
  history.close = CloseNote{.at = at(0.55), .reason = "fin", .ended_by = server_side};
  EXPECT_EQ(answer_of(run(history, judge_unanswered), FindingId::command_unanswered), Answer::fail);
}

TEST(CommandUnanswered, AClientThatLeavesAtOnceHasNotWaited) {
  History history = published();
  history.requests.back().answered.reset();
  history.close = CloseNote{.at = at(0.8), .reason = "fin", .ended_by = client_side};
  EXPECT_EQ(answer_of(run(history, judge_unanswered), FindingId::command_unanswered), Answer::undecided);
}

TEST(CommandUnanswered, TheCaptureMayEndBeforeTheAnswer) {
  History history = published();
  history.requests.back().answered.reset();
  history.close = CloseNote{.at = at(3), .reason = "capture_end", .ended_by = std::nullopt};
  EXPECT_EQ(answer_of(run(history, judge_unanswered), FindingId::command_unanswered), Answer::undecided);
}

TEST(CommandUnanswered, ALateAnswerIsAWarning) {
  History history = published();
  history.requests.back().answered->at = at(7);
  const RuleResults results = run(history, judge_unanswered);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].severity, Severity::warning);
  EXPECT_EQ(results.findings[0].text, "publish was answered after 6.5 s");
}

TEST(CommandUnanswered, MissingBytesMayHoldTheAnswer) {
  History history = published();
  history.requests.back().answered.reset();
  history.side(server_side).missing_bytes = 100;
  EXPECT_EQ(answer_of(run(history, judge_unanswered), FindingId::command_unanswered), Answer::undecided);
  history.side(server_side).missing_bytes = 0;
  history.side(server_side).packets = 0;
  history.side(server_side).bytes = 0;
  const RuleResults results = run(history, judge_unanswered);
  EXPECT_EQ(check_of(results, FindingId::command_unanswered).reason,
            "the server's direction was not captured");
}

TEST(CommandUnanswered, APlayerThatGetsItsStreamIsServed) {
  History history = published();
  history.streams.front().use = StreamUse::play;
  history.requests.back() = Request{.asked = command("play", 0.5, client_side, 1), .answered = {}};
  history.streams.front().asked = history.requests.back().asked.at;
  EXPECT_EQ(answer_of(run(history, judge_unanswered), FindingId::command_unanswered), Answer::pass);
  history.streams.front().media_messages = 0;
  EXPECT_EQ(answer_of(run(history, judge_unanswered), FindingId::command_unanswered), Answer::fail);
}

TEST(CommandUnanswered, DoesNotApplyWhereNothingIsAsked) {
  History history = published();
  history.requests.clear();
  EXPECT_EQ(answer_of(run(history, judge_unanswered), FindingId::command_unanswered), Answer::not_applicable);
}

TEST(RequestRefused, SaysTheCodeAndTheDescription) {
  History history = published();
  CommandNote& answer = *history.requests.back().answered;
  answer.level = "error";
  answer.code = "NetStream.Publish.BadName";
  answer.description = "Already publishing";
  const RuleResults results = run(history, judge_refusals);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].severity, Severity::error);
  EXPECT_EQ(without_marks(results.findings[0].text),
            "the server refused publish: NetStream.Publish.BadName, \"Already publishing\"");
}

TEST(RequestRefused, IsAWarningWhereTheNextOneIsGranted) {
  History history = published();
  Request refused = history.requests.back();
  refused.answered->level = "error";
  history.requests.insert(history.requests.end() - 1, refused);
  const RuleResults results = run(history, judge_refusals);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].severity, Severity::warning);
}

TEST(RequestRefused, PassesAndKnowsWhatItCannotSee) {
  EXPECT_EQ(answer_of(run(published(), judge_refusals), FindingId::request_refused), Answer::pass);
  History history = published();
  for (Request& each : history.requests) each.answered.reset();
  EXPECT_EQ(answer_of(run(history, judge_refusals), FindingId::request_refused), Answer::not_applicable);
  history.side(server_side).packets = 0;
  history.side(server_side).bytes = 0;
  EXPECT_EQ(answer_of(run(history, judge_refusals), FindingId::request_refused), Answer::undecided);
}

History login(const std::string& description) {
  History history = published();
  history.requests.resize(1);
  history.requests[0].answered->name = "_error";
  history.requests[0].answered->level = "error";
  history.requests[0].answered->description = description;
  return history;
}

TEST(AuthStep, AsksAreNotesAndRefusalsErrors) {
  RuleResults results =
      run(login("[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : "), judge_login);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].severity, Severity::note);
  results = run(login("[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=needauth&user=u&salt=s"),
                judge_login);
  EXPECT_EQ(results.findings[0].severity, Severity::note);
  results =
      run(login("[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=authfailed&opaque=x"), judge_login);
  EXPECT_EQ(results.findings[0].severity, Severity::error);
  EXPECT_EQ(results.findings[0].text, "the login failed: the password is wrong");
  results = run(login("[ authmod=adobe ] : ?reason=nosuchuser&opaque=x"), judge_login);
  EXPECT_EQ(results.findings[0].text, "the login failed: the user is not known");
}

TEST(AuthStep, AStepOfALoginIsNoRefusal) {
  const History history = login("[ code=403 need auth; authmod=adobe ]");
  EXPECT_THAT(run(history, judge_refusals).findings, IsEmpty());
}

TEST(AuthStep, PassesWhereConnectIsGrantedAndIsUndecidedWithoutTheServer) {
  EXPECT_EQ(answer_of(run(published(), judge_login), FindingId::auth_step), Answer::pass);
  History history = published();
  history.requests.clear();
  history.side(server_side).packets = 0;
  history.side(server_side).bytes = 0;
  EXPECT_EQ(answer_of(run(history, judge_login), FindingId::auth_step), Answer::undecided);
}

TEST(CommandOrder, MediaBeforeTheYesIsANoteOrAWarning) {
  History history = published();
  history.streams.front().first_media = at(0.55, 55);
  RuleResults results = run(history, judge_order);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].severity, Severity::note);
  EXPECT_EQ(results.findings[0].text, "media came 50 ms before the server had answered publish");
  history.streams.front().started = at(2);
  results = run(history, judge_order);
  EXPECT_EQ(results.findings[0].severity, Severity::warning);
}

TEST(CommandOrder, PublishMayNotWaitForTheStream) {
  History history = published();
  history.requests[1].answered->at = at(0.52);
  const RuleResults results = run(history, judge_order);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].text, "publish was sent before the answer to createStream had come");
}

TEST(CommandOrder, PassesOrIsUndecided) {
  EXPECT_EQ(answer_of(run(published(), judge_order), FindingId::command_order), Answer::pass);
  History history = published();
  history.start = "midstream";
  EXPECT_EQ(answer_of(run(history, judge_order), FindingId::command_order), Answer::undecided);
}

TEST(ReplyUnexpected, NamesTheWrongForm) {
  History history = published();
  history.requests.back().wrong_form = true;
  history.requests.back().answered->name = "_result";
  RuleResults results = replies(history, 0);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].severity, Severity::warning);
  EXPECT_EQ(results.findings[0].text, "publish was answered with _result in place of onStatus");
  history.requests.back().answered->name = "onStatus";
  history.requests.back().answered->message_stream_id = 0;
  results = replies(history, 0);
  EXPECT_EQ(results.findings[0].text, "the status for publish is on message stream 0, asked was on 1");
}

TEST(ReplyUnexpected, CountsRepliesToNothing) {
  const RuleResults results = replies(published(), 2);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].text, "2 replies are to requests that nobody made");
  EXPECT_EQ(results.findings[0].count, 2u);
}

TEST(ReplyUnexpected, TheRequestMayBeInMissingBytes) {
  History history = published();
  EXPECT_EQ(answer_of(replies(history, 0), FindingId::reply_unexpected), Answer::pass);
  history.side(client_side).missing_bytes = 5;
  EXPECT_EQ(answer_of(replies(history, 2), FindingId::reply_unexpected), Answer::undecided);
}

}  // namespace
}  // namespace rtmpscope::analysis
