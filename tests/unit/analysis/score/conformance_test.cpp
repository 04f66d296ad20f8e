#include "analysis/score/conformance.hpp"
#include "unit/analysis/json_values.hpp"

#include <gmock/gmock.h>

namespace rtmpscope::analysis {
namespace {

constexpr Direction client = Direction::to_server;
constexpr Direction server = Direction::to_client;

History history() {
  History made;
  made.side(client).packets = 10;
  made.side(server).packets = 10;
  return made;
}

Record command(Direction direction) {
  Record record;
  record.kind = EventKind::message;
  record.at = {1, 1};
  record.direction = direction;
  record.members = kept(Json::parse(R"({"type_id": 20, "command": {"name": "connect"}})"));
  return record;
}

Record finding(const std::string& id, bool after_gap = false) {
  Record record;
  record.kind = EventKind::finding;
  record.at = {1, 4};
  record.direction = client;
  Json members = Json::object({{"id", id}, {"severity", "error"}, {"text", "found"}});
  if (after_gap) members["after_gap"] = true;
  record.members = kept(members);
  return record;
}

ClauseCheck check(const std::vector<ClauseCheck>& checks, FindingId id, Direction side) {
  for (const ClauseCheck& each : checks) {
    if (each.id == id && each.side == side) return each;
  }
  ADD_FAILURE() << info(id).id;
  return {};
}

TEST(Conformance, IsDecidedByWhatASideHasSent) {
  const History seen = history();
  ConductRules rules;
  rules.on_record(command(client), seen);
  const auto checks = conformance_checks(seen, rules, {});
  EXPECT_EQ(check(checks, FindingId::command_name_missing, client).answer, Answer::pass);
  EXPECT_EQ(check(checks, FindingId::command_name_missing, client).clause, "RTMP 7.2");
  EXPECT_EQ(check(checks, FindingId::command_name_missing, server).answer, Answer::not_applicable);
  EXPECT_EQ(check(checks, FindingId::nal_length, client).answer, Answer::not_applicable);
}

TEST(Conformance, IsBrokenByFindingsThatAreNotBehindMissingBytes) {
  const History seen = history();
  ConductRules rules;
  rules.on_record(command(client), seen);
  rules.on_record(finding("transaction_id_missing"), seen);
  rules.on_record(finding("amf_value_truncated", true), seen);
  const auto checks = conformance_checks(seen, rules, {});
  const ClauseCheck broken = check(checks, FindingId::transaction_id_missing, client);
  EXPECT_EQ(broken.answer, Answer::fail);
  EXPECT_EQ(broken.first.frame, 4u);
  EXPECT_EQ(check(checks, FindingId::amf_value_truncated, client).answer, Answer::undecided);
}

TEST(Conformance, IsUndecidedForASideThatWasNotCaptured) {
  History seen = history();
  seen.side(server).packets = 0;
  const auto checks = conformance_checks(seen, ConductRules(), {});
  EXPECT_EQ(check(checks, FindingId::nal_length, server).answer, Answer::undecided);
}

TEST(Conformance, IsUndecidedWherePacketsWereCut) {
  History seen = history();
  seen.gaps.push_back({.at = {}, .direction = client, .offset = 0, .length = 1, .cause = "snap_length"});
  ConductRules rules;
  rules.on_record(command(client), seen);
  const auto checks = conformance_checks(seen, rules, {});
  EXPECT_EQ(check(checks, FindingId::command_name_missing, client).answer, Answer::undecided);
}

TEST(Conformance, TakesTheAnswersOfTheRules) {
  RuleResults results;
  results.pass(FindingId::ack_late, client);
  results.undecided(FindingId::ack_late, server, "bytes are missing");
  results.fail(server, judged(FindingId::command_unanswered, {}));
  const auto checks = conformance_checks(history(), ConductRules(), results.checks);
  EXPECT_EQ(check(checks, FindingId::ack_late, client).answer, Answer::pass);
  EXPECT_EQ(check(checks, FindingId::ack_late, server).reason, "bytes are missing");
  EXPECT_EQ(check(checks, FindingId::command_unanswered, server).answer, Answer::fail);
  EXPECT_EQ(check(checks, FindingId::command_unanswered, client).answer, Answer::not_applicable);
}

TEST(Conformance, CountsHabitsApart) {
  const History seen = history();
  ConductRules rules;
  rules.on_record(command(client), seen);
  rules.on_record(finding("extended_timestamp_absent"), seen);
  rules.on_record(finding("transaction_id_missing"), seen);
  const auto checks = conformance_checks(seen, rules, {});
  const Conformance counts = count(checks, client);
  EXPECT_EQ(counts.broken, 1u);
  EXPECT_EQ(counts.must_broken, 1u);
  EXPECT_EQ(counts.habits, 1u);
  EXPECT_GT(counts.kept, 10u);
  EXPECT_EQ(count(checks, server).kept, 0u);
}

TEST(Conformance, HasAScoreFromTenDecidedMustsOn) {
  Conformance counts;
  counts.must_kept = 9;
  EXPECT_FALSE(counts.score());
  counts.must_kept = 10;
  EXPECT_EQ(counts.score(), 100);
  counts.must_broken = 1;
  EXPECT_EQ(counts.score(), 90);
}

}  // namespace
}  // namespace rtmpscope::analysis
