#include "analysis/fingerprint/feature_test.hpp"

#include <gtest/gtest.h>

#include "story.hpp"
#include "tables.hpp"
#include "unit/analysis/json_values.hpp"

namespace rtmpscope::analysis {
namespace {

/// How a value meets a row with that operator and value.
Fit meets(const Json& seen, const std::string& op, const std::string& wanted) {
  const FingerprintTable table = table_of(R"([{"id": "x", "name": "X", "side": "client", "features": [
      {"feature": "connect.flashVer", "weight": 2, "op": ")" +
                                          op + R"(", "value": )" + wanted + "}]}]");
  const Story story;
  Observation observation{true, {}};
  if (!seen.is_null()) observation.list = owned(Json::array({seen}));
  return evaluate(table.programs()[0].marks[0].test, observation, Evidence(story.history(), client));
}

TEST(Operator, Eq) {
  EXPECT_EQ(meets("LNX 9,0,124,2", "eq", R"("LNX 9,0,124,2")"), Fit::fits);
  EXPECT_EQ(meets("LNX 9,0,124,3", "eq", R"("LNX 9,0,124,2")"), Fit::contradicts);
  EXPECT_EQ(meets(31.0, "eq", "31"), Fit::fits);
  EXPECT_EQ(meets(Json::array({4, 6}), "eq", "[4, 6]"), Fit::fits);
  EXPECT_EQ(meets(Json::array({6, 4}), "eq", "[4, 6]"), Fit::contradicts);
}

TEST(Operator, Ne) {
  EXPECT_EQ(meets("", "ne", R"("ffmpeg")"), Fit::fits);
  EXPECT_EQ(meets("ffmpeg", "ne", R"("ffmpeg")"), Fit::contradicts);
}

TEST(Operator, Ge) {
  EXPECT_EQ(meets(20, "ge", "20"), Fit::fits);
  EXPECT_EQ(meets(19, "ge", "20"), Fit::contradicts);
  EXPECT_EQ(meets("20", "ge", "20"), Fit::contradicts);
}

TEST(Operator, Re) {
  EXPECT_EQ(meets("FMLE/3.0 (compatible; Lavf59.27.100)", "re", R"x("Lavf(\\d+)")x"), Fit::fits);
  EXPECT_EQ(meets("FMLE/3.0 (compatible; FMSc/1.0)", "re", R"x("Lavf(\\d+)")x"), Fit::contradicts);
  EXPECT_EQ(meets(7, "re", R"("7")"), Fit::contradicts);
}

TEST(Operator, ReSearchesNoLongTexts) {
  EXPECT_EQ(meets(std::string(100'000, 'a') + "Lavf", "re", R"("(a|b)*Lavf")"), Fit::contradicts);
}

TEST(Operator, Glob) {
  EXPECT_EQ(meets("a.rtmps.youtube.com", "glob", R"("*.rtmp*.youtube.com")"), Fit::fits);
  EXPECT_EQ(meets("youtube.com.example.org", "glob", R"("*.rtmp*.youtube.com")"), Fit::contradicts);
  EXPECT_EQ(meets("live.twitch.tv", "glob", R"(["*.live-video.net", "*.twitch.tv"])"), Fit::fits);
  EXPECT_EQ(meets("twitch.tv.example.org", "glob", R"(["*.live-video.net", "*.twitch.tv"])"),
            Fit::contradicts);
}

TEST(Operator, In) {
  EXPECT_EQ(meets("hvc1", "in", R"(["av01", "hvc1"])"), Fit::fits);
  EXPECT_EQ(meets(7, "in", R"(["av01", "hvc1"])"), Fit::contradicts);
}

TEST(Operator, Contains) {
  EXPECT_EQ(meets(Json::array({"a", "b", "c"}), "contains", R"(["c", "a"])"), Fit::fits);
  EXPECT_EQ(meets(Json::array({"a", "b"}), "contains", R"(["c", "a"])"), Fit::contradicts);
}

TEST(Operator, Prefix) {
  EXPECT_EQ(meets(Json::array({"app", "type", "tcUrl"}), "prefix", R"(["app", "type"])"), Fit::fits);
  EXPECT_EQ(meets(Json::array({"app", "tcUrl", "type"}), "prefix", R"(["app", "type"])"), Fit::contradicts);
  EXPECT_EQ(meets(Json::array({"app"}), "prefix", R"(["app", "type"])"), Fit::contradicts);
}

TEST(Operator, WhatIsNotThereSaysNothing) {
  EXPECT_EQ(meets(Json(), "eq", "1"), Fit::unknown);
  EXPECT_EQ(meets(Json(), "ne", "1"), Fit::unknown);
}

TEST(Operator, OneOfSeveralValuesIsEnough) {
  const FingerprintTable table = table_of(R"([{"id": "x", "name": "X", "side": "client", "features": [
      {"feature": "set_chunk_size", "weight": 2, "op": "eq", "value": 8192}]}])");
  const Story story;
  const Observation seen{true, owned({4096, 8192})};
  EXPECT_EQ(evaluate(table.programs()[0].marks[0].test, seen, Evidence(story.history(), client)), Fit::fits);
}

TEST(ShortText, IsCutBetweenCharacters) {
  EXPECT_EQ(short_text(kept("short")), "short");
  EXPECT_EQ(short_text(kept(Json::array({1, 2}))), "[1,2]");
  EXPECT_EQ(short_text(kept(std::string(59, 'a') + "é" + "b")), std::string(59, 'a') + "…");
}

}  // namespace
}  // namespace rtmpscope::analysis
