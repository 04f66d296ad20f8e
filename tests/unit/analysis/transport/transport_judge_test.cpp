#include "analysis/transport/transport_judge.hpp"

#include <gmock/gmock.h>

#include "unit/analysis/json_values.hpp"

namespace rtmpscope::analysis {
namespace {

using testing::IsEmpty, testing::IsSupersetOf;

/// The findings on a minute whose every tenth second has `sample`; the others have nothing.
std::vector<JudgedFinding> findings_of(const Json& sample) {
  std::vector<JudgedFinding> findings;
  TransportJudge judge([&](JudgedFinding finding) { findings.push_back(std::move(finding)); });
  Record record;
  record.kind = EventKind::tcp_sample;
  record.direction = Direction::to_server;
  for (int second = 1; second <= 60; ++second) {
    record.at = {second * Timestamp{1'000'000'000}, static_cast<std::uint64_t>(second)};
    record.members = kept(second % 10 == 0 ? sample : Json::object());
    judge.on_tcp_sample(record, {.live = true, .rate = 1'000'000});
  }
  record.kind = EventKind::connection_close;
  judge.finish(record);
  return findings;
}

std::optional<Severity> loss_of(unsigned segments, unsigned lost) {
  for (const JudgedFinding& finding :
       findings_of({{"data_segments", segments}, {"lost_before", lost}, {"in_flight_max", 1}})) {
    if (finding.id == FindingId::path_loss) return finding.severity;
  }
  return std::nullopt;
}

std::vector<FindingId> ids_of(const Json& sample) {
  std::vector<FindingId> ids;
  for (const JudgedFinding& finding : findings_of(sample)) ids.push_back(finding.id);
  return ids;
}

/// A rate of few losses may be chance: what is more than a note needs a standard deviation more.
TEST(TransportJudge, LossesNeedToBeSure) {
  EXPECT_EQ(loss_of(100'000, 0), std::nullopt);
  EXPECT_EQ(loss_of(100'000, 600), Severity::note);
  EXPECT_EQ(loss_of(100'000, 1200), Severity::warning);
  EXPECT_EQ(loss_of(100'000, 6000), Severity::error);
  EXPECT_EQ(loss_of(300, 4), Severity::note);     // 1.3 %, or 0.7
  EXPECT_EQ(loss_of(300, 6), Severity::warning);  // 2 %, or 1.2
  EXPECT_EQ(loss_of(100, 6), Severity::warning);  // 6 %, or 3.6
  EXPECT_EQ(findings_of({{"data_segments", 300}, {"lost_before", 6}}).at(0).limit, "loss_warning");
  EXPECT_EQ(loss_of(100, 2), std::nullopt);  // 2 %, and yet no rate
}

/// Round trips are measured from acknowledgements, which may be what was not captured.
TEST(TransportJudge, NothingIsSaidOfAWayOfWhichBytesWereNotCaptured) {
  Json sample = {{"data_segments", 1000},
                 {"in_flight_max", 1},
                 {"lost_before", 100},
                 {"rtt_to_receiver_ms", {{"median", 900.0}}},
                 {"limit", {{"network_ms", 600}}}};
  EXPECT_THAT(ids_of(sample), IsSupersetOf({FindingId::path_loss, FindingId::path_slow}));
  sample["not_captured"] = 1;
  EXPECT_THAT(ids_of(sample), IsEmpty());
}

}  // namespace
}  // namespace rtmpscope::analysis
