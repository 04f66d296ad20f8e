#include "analysis/fingerprint/limits.hpp"

#include <gmock/gmock.h>

#include "tables.hpp"

namespace rtmpscope::analysis {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::uint64_t> values(const std::vector<Limit>& limits) {
  std::vector<std::uint64_t> found;
  for (const Limit& each : limits) found.push_back(each.value);
  return found;
}

const FingerprintTable& built_in() {
  return FingerprintTable::built_in();
}

TEST(Limits, AreMillisecondsAndBytes) {
  EXPECT_THAT(values(limits_of(built_in(), "srs", LimitKind::client_silent)), ElementsAre(5000, 7000));
  EXPECT_THAT(values(limits_of(built_in(), "nginx_rtmp", LimitKind::message_bytes)), ElementsAre(1048576));
}

TEST(Limits, OfNobodyAreNone) {
  EXPECT_THAT(limits_of(built_in(), "no_such", LimitKind::handshake), IsEmpty());
  EXPECT_THAT(limits_of(built_in(), "nms", LimitKind::client_silent), IsEmpty());
}

TEST(Limits, DependOnTheVersion) {
  const auto send = [](const VersionRange& versions) {
    return values(limits_of(built_in(), "obs", LimitKind::send, versions));
  };
  EXPECT_THAT(send(exactly("27.2.4")), ElementsAre(30000));
  EXPECT_THAT(send(exactly("28.0.1")), ElementsAre(6000));
  EXPECT_THAT(send(exactly("29.0.2")), ElementsAre(15000));
  EXPECT_THAT(send({}), ElementsAre(30000, 6000, 15000));
}

TEST(Limits, OfAFamilyAreThoseOfEachCandidate) {
  Fingerprint family;
  family.candidates = {"mediamtx", "zlm"};
  EXPECT_THAT(values(limits_of(built_in(), family, LimitKind::client_silent)), ElementsAre(10000, 15000));
  Fingerprint named;
  named.id = "mediamtx";
  named.candidates = {"mediamtx"};
  EXPECT_THAT(values(limits_of(built_in(), named, LimitKind::client_silent)), ElementsAre(10000));
}

TEST(Limits, HaveSources) {
  for (const Software& program : built_in().programs()) {
    for (const Limit& limit : program.limits) {
      EXPECT_FALSE(limit.sources.empty()) << program.id << " " << name(limit.kind);
      EXPECT_GT(limit.value, 0U) << program.id << " " << name(limit.kind);
    }
  }
}

TEST(LimitKind, HasANameInFiles) {
  EXPECT_EQ(limit_kind("ping_answer_s"), LimitKind::ping_answer);
  EXPECT_EQ(name(LimitKind::command_answer), "command_answer_s");
  EXPECT_FALSE(limit_kind("idle"));
}

}  // namespace
}  // namespace rtmpscope::analysis
