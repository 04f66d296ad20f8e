#include "analysis/rules/conduct_rules.hpp"

#include <gmock/gmock.h>

#include <set>

#include "analysis/finding/judge_rules.hpp"
#include "histories.hpp"
#include "unit/analysis/json_values.hpp"

namespace rtmpscope::analysis {
namespace {

using testing::IsEmpty;

Record message(std::uint64_t type, double seconds, Direction direction, const std::string& members) {
  Record record;
  record.kind = EventKind::message;
  record.at = at(seconds, 5);
  record.direction = direction;
  Json all = Json::parse(members);
  all["type_id"] = type;
  record.members = kept(all);
  return record;
}

MediaRecord media(double seconds, std::uint64_t offset, std::uint8_t track = 0) {
  MediaRecord record;
  record.at = at(seconds, 6);
  record.type = MediaType::video;
  record.packet = PacketKind::coded_frames;
  record.stream_offset = offset;
  record.track_id = track;
  record.length = 100;
  return record;
}

RuleResults finish(const ConductRules& rules, const History& history) {
  Verdict verdict;
  verdict.cause = CauseId::client_stopped;
  RuleResults results;
  rules.finish(RuleContext{.history = history, .verdict = &verdict, .idle_limit = IdleLimit{5, "SRS"}},
               results);
  return results;
}

TEST(ConductRules, FindNothingInAHealthySession) {
  const History history = published();
  ConductRules rules;
  for (int i = 0; i < 100; ++i) rules.on_media(media(1 + i * 0.04, 4000 + i * 120U), history);
  EXPECT_THAT(finish(rules, history).findings, IsEmpty());
}

TEST(ConductRules, EveryRuleAnswers) {
  const RuleResults results = finish(ConductRules(), published());
  std::set<FindingId> answered;
  for (const Check& check : results.checks) {
    answered.insert(check.id);
    EXPECT_TRUE(check.answer == Answer::pass || !check.reason.empty()) << info(check.id).id;
  }
  EXPECT_EQ(answered.size(), 21u);
}

TEST(ConductRules, CountRepliesThatHaveNoRequest) {
  const History history = published();
  ConductRules rules;
  rules.on_record(message(20, 1, server_side, R"({"command": {"name": "_result", "transaction_id": 9}})"),
                  history);
  rules.on_record(message(20, 1, server_side,
                          R"({"request_frame": 3, "command": {"name": "_result", "transaction_id": 2}})"),
                  history);
  rules.on_record(message(20, 1, server_side, R"({"command": {"name": "_result", "transaction_id": 0}})"),
                  history);
  const RuleResults results = finish(rules, history);
  ASSERT_EQ(answer_of(results, FindingId::reply_unexpected), Answer::fail);
  EXPECT_EQ(results.findings.at(0).count, 1u);
}

TEST(ConductRules, WatchControlMessages) {
  History history = published();
  history.close->at = at(30);
  ConductRules rules;
  rules.on_record(message(4, 1, server_side, R"({"user_control": {"event_type": "ping_request"}})"), history);
  EXPECT_EQ(answer_of(finish(rules, history), FindingId::ping_unanswered, client_side), Answer::fail);
  rules.on_record(message(4, 2, client_side, R"({"user_control": {"event_type": "ping_response"}})"),
                  history);
  EXPECT_EQ(answer_of(finish(rules, history), FindingId::ping_unanswered, client_side), Answer::pass);

  rules.on_record(message(5, 2, client_side, R"({"control": {"window_size": 1000}})"), history);
  rules.on_media(media(3, 9000), history);
  EXPECT_EQ(answer_of(finish(rules, history), FindingId::ack_late, server_side), Answer::fail);
  rules.on_record(message(3, 3, server_side, R"({"control": {"sequence_number": 9100}})"), history);
  EXPECT_EQ(answer_of(finish(rules, history), FindingId::ack_value, server_side), Answer::pass);
}

TEST(ConductRules, TakeTheLongestSilenceOfAPublisher) {
  History history = published();
  history.streams.front().ended.reset();
  ConductRules rules;
  rules.on_media(media(1, 4000), history);
  rules.on_media(media(5, 4200), history);
  rules.on_media(media(5.1, 4400), history);
  EXPECT_EQ(answer_of(finish(rules, history), FindingId::server_idle_limit_near), Answer::fail);
}

TEST(ConductRules, CountWhatWasSent) {
  const History history = published();
  ConductRules rules;
  rules.on_media(media(1, 4000, 0), history);
  rules.on_media(media(1, 4000, 1), history);
  rules.on_record(message(20, 1, client_side, R"({"command": {"name": "publish"}})"), history);
  EXPECT_EQ(rules.traffic(client_side).messages, 2u);
  EXPECT_EQ(rules.traffic(client_side).video, 2u);
  EXPECT_EQ(rules.traffic(client_side).multitrack, 1u);
  EXPECT_EQ(rules.traffic(client_side).commands, 1u);
}

TEST(ConductRules, LossOfSyncCountsOnlyWhereItIsTheSendersFault) {
  const History history = published();
  ConductRules rules;
  Record lost;
  lost.kind = EventKind::sync_lost;
  lost.at = at(2);
  lost.direction = client_side;
  lost.members = kept({{"reason", "gap"}, {"stream_offset", 77}});
  rules.on_record(lost, history);
  EXPECT_EQ(answer_of(finish(rules, history), FindingId::chunk_stream_lost, client_side), Answer::pass);
  lost.members = kept({{"reason", "implausible_header"}, {"stream_offset", 77}});
  rules.on_record(lost, history);
  EXPECT_EQ(answer_of(finish(rules, history), FindingId::chunk_stream_lost, client_side), Answer::fail);
}

TEST(JudgeRules, HaveWordsForEachFindingOfTheJudge) {
  for (const FindingInfo& row : findings()) {
    const auto id = static_cast<FindingId>(&row - findings().data());
    if (row.id.starts_with("profile_")) {
      EXPECT_FALSE(rule_of(id).what_to_do.empty()) << row.id;
    }
  }
}

}  // namespace
}  // namespace rtmpscope::analysis
