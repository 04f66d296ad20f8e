#include "analysis/rules/stream_rules.hpp"

#include <gmock/gmock.h>

#include "histories.hpp"
#include "unit/analysis/json_values.hpp"

namespace rtmpscope::analysis {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

Record finding(const std::string& id, std::uint64_t suppressed = 0, bool after_gap = false) {
  Record record;
  record.kind = EventKind::finding;
  record.at = at(2, 20);
  record.direction = client_side;
  Json members = Json::object({{"id", id}, {"severity", "error"}, {"text", "what was found"}});
  if (after_gap) members["after_gap"] = true;
  if (suppressed != 0) members["suppressed"] = suppressed;
  record.members = kept(members);
  return record;
}

FindingTally tally(const std::vector<Record>& records) {
  FindingTally made;
  for (const Record& each : records) made.on_record(each);
  return made;
}

TEST(FindingTally, CountsByIdAndSide) {
  const FindingTally counted = tally({finding("message_abandoned"), finding("message_abandoned", 40),
                                      finding("message_abandoned", 0, true), finding("no_such_finding")});
  ASSERT_THAT(counted.entries(), SizeIs(1));
  const TallyEntry* entry = counted.find(FindingId::message_abandoned, client_side);
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->count, 42u);
  EXPECT_EQ(entry->certain(), 41u);
  EXPECT_EQ(entry->first_text, "what was found");
  EXPECT_EQ(counted.find(FindingId::message_abandoned, server_side), nullptr);
  EXPECT_EQ(counted.certain(FindingId::message_abandoned), 41u);
}

RuleResults chunks(const History& history, std::uint64_t losses) {
  RuleResults results;
  judge_chunk_stream(RuleContext{.history = history}, client_side,
                     {.count = losses, .first = at(3, 30), .offset = 5000}, results);
  return results;
}

TEST(ChunkStreamLost, IsAnErrorWhereNothingIsMissing) {
  EXPECT_EQ(answer_of(chunks(published(), 0), FindingId::chunk_stream_lost), Answer::pass);
  const RuleResults results = chunks(published(), 1);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].severity, Severity::error);
  EXPECT_THAT(results.findings[0].text, HasSubstr("at offset 5000 of what the client sent"));
}

TEST(ChunkStreamLost, MissingBytesAreNotTheSendersFault) {
  History history = published();
  history.side(client_side).missing_bytes = 9;
  EXPECT_EQ(answer_of(chunks(history, 1), FindingId::chunk_stream_lost), Answer::undecided);
  history.side(client_side) = {};
  EXPECT_EQ(answer_of(chunks(history, 0), FindingId::chunk_stream_lost), Answer::undecided);
}

RuleResults incomplete(const History& history, const std::vector<Record>& found, std::uint64_t messages) {
  RuleResults results;
  judge_incomplete_messages(RuleContext{.history = history}, tally(found), client_side, messages, results);
  return results;
}

TEST(MessageIncompleteOften, FromOneInAThousandOn) {
  const std::vector<Record> two = {finding("message_abandoned"), finding("message_aborted")};
  EXPECT_EQ(answer_of(incomplete(published(), two, 2001), FindingId::message_incomplete_often), Answer::pass);
  const RuleResults results = incomplete(published(), two, 1000);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].text, "2 of 1000 messages of the client were given up before their end");
}

TEST(MessageIncompleteOften, OnceIsNotOften) {
  EXPECT_EQ(answer_of(incomplete(published(), {finding("message_aborted")}, 10),
                      FindingId::message_incomplete_often),
            Answer::pass);
}

TEST(MessageIncompleteOften, IsUndecidedWithHoles) {
  History history = published();
  history.side(client_side).missing_bytes = 9;
  EXPECT_EQ(answer_of(incomplete(history, {finding("message_aborted", 10)}, 100),
                      FindingId::message_incomplete_often),
            Answer::undecided);
  EXPECT_EQ(answer_of(incomplete(published(), {}, 0), FindingId::message_incomplete_often),
            Answer::not_applicable);
}

RuleResults headers(const History& history, const std::vector<Record>& found) {
  RuleResults results;
  judge_headers(RuleContext{.history = history}, tally(found), client_side, results);
  return results;
}

TEST(HeaderInvalid, GoesByTheDecodersFindings) {
  History history = published();
  EXPECT_EQ(answer_of(headers(history, {}), FindingId::header_invalid), Answer::not_applicable);
  add_track(history, MediaType::video, 7, false);
  EXPECT_EQ(answer_of(headers(history, {}), FindingId::header_invalid), Answer::pass);
  RuleResults results = headers(history, {finding("configuration_short")});
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].severity, Severity::error);
  results = headers(history, {finding("configuration_version")});
  EXPECT_EQ(results.findings.at(0).severity, Severity::warning);
  EXPECT_EQ(answer_of(headers(history, {finding("configuration_short", 0, true)}), FindingId::header_invalid),
            Answer::pass);
}

RuleResults capture(const History& history) {
  RuleResults results;
  judge_capture(RuleContext{.history = history}, results);
  return results;
}

TEST(CaptureIncomplete, SaysWhatIsMissing) {
  EXPECT_EQ(answer_of(capture(published()), FindingId::capture_incomplete), Answer::pass);
  History history = published();
  history.start = "midstream";
  history.side(client_side).missing_bytes = 100;
  history.gap_count = 2;
  history.gaps.push_back(
      {.at = at(3, 31), .direction = client_side, .offset = 7, .length = 50, .cause = "snap_length"});
  RuleResults results = capture(history);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].severity, Severity::note);
  EXPECT_EQ(results.findings[0].text,
            "the capture does not have all of the connection: its beginning is missing; 100 bytes are "
            "missing in 2 holes, since packets were cut by the snap length");
  EXPECT_EQ(results.findings[0].evidence.at(0).at.frame, 31u);

  history = published();
  history.side(server_side) = {};
  EXPECT_THAT(capture(history).findings.at(0).text, HasSubstr("nothing of what the server sent is there"));
}

}  // namespace
}  // namespace rtmpscope::analysis
