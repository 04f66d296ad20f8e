#include "analysis/score/health.hpp"

#include <gmock/gmock.h>

namespace rtmpscope::analysis {
namespace {

Share bad(double share) {
  return {.bad = share, .reason = {}};
}

HealthInputs healthy() {
  return {.delivery = bad(0), .transport = bad(0), .timing = bad(0), .structure = bad(0), .policy = bad(0)};
}

Score score(const HealthInputs& inputs) {
  Score made;
  add_health(inputs, made);
  return made;
}

TEST(Health, IsAHundredWhereNothingIsBad) {
  EXPECT_EQ(score(healthy()).health, 100);
}

TEST(Health, IsAProductOfItsParts) {
  HealthInputs inputs = healthy();
  inputs.delivery = bad(0.5);
  EXPECT_EQ(score(inputs).health, 55);
  inputs.timing = bad(0.5);
  EXPECT_EQ(score(inputs).health, 44);
  inputs = healthy();
  inputs.policy = bad(1);
  EXPECT_EQ(score(inputs).health, 90);
}

TEST(Health, LeavesOutWhatIsUndecidedButNotDelivery) {
  HealthInputs inputs = healthy();
  inputs.transport = {.bad = std::nullopt, .reason = "one direction is missing"};
  const Score made = score(inputs);
  EXPECT_EQ(made.health, 100);
  EXPECT_EQ(made.parts[1].name, "transport");
  EXPECT_FALSE(made.parts[1].share);
  EXPECT_EQ(made.parts[1].reason, "one direction is missing");
  inputs.delivery = {.bad = std::nullopt, .reason = "no media"};
  EXPECT_FALSE(score(inputs).health);
  EXPECT_EQ(score(inputs).parts.size(), 5u);
}

TEST(Health, IsCappedWhereNothingCanBeDecoded) {
  HealthInputs inputs = healthy();
  inputs.stops_decoding = true;
  EXPECT_EQ(score(inputs).health, 20);
  inputs.delivery = bad(1);
  EXPECT_EQ(score(inputs).health, 10);
}

TEST(Health, CutsSharesToTheirRange) {
  HealthInputs inputs = healthy();
  inputs.structure = bad(3);
  inputs.timing = bad(-1);
  EXPECT_EQ(score(inputs).health, 70);
}

TEST(PolicyShare, IsOfTheDecidedChecksOfTheProfile) {
  RuleResults results;
  EXPECT_FALSE(policy_share(results.checks, results.findings).bad);
  results.pass(FindingId::profile_video_codec, Direction::to_server);
  results.pass(FindingId::ack_late, Direction::to_server);
  results.undecided(FindingId::profile_open_gop, Direction::to_server, "x");
  results.fail(Direction::to_server, judged(FindingId::profile_interlaced, {}));
  results.fail(Direction::to_server, judged(FindingId::profile_audio_bitrate, {}));  // a note
  results.pass(FindingId::profile_frame_rate, Direction::to_server);
  EXPECT_EQ(policy_share(results.checks, results.findings).bad, 0.25);
}

TEST(StopsDecoding, GoesByErrorsOfCertainKinds) {
  std::vector<JudgedFinding> findings{judged(FindingId::request_refused, {})};
  EXPECT_FALSE(stops_decoding(findings));
  findings.push_back(judged(FindingId::header_invalid, {}));
  EXPECT_TRUE(stops_decoding(findings));
  findings.back().severity = Severity::warning;
  EXPECT_FALSE(stops_decoding(findings));
}

}  // namespace
}  // namespace rtmpscope::analysis
