#include "analysis/fingerprint/identify.hpp"

#include <gmock/gmock.h>

#include "analysis/record/captured_text.hpp"
#include "story.hpp"
#include "tables.hpp"

namespace rtmpscope::analysis {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A program of clients whose marks are these.
std::string program(const std::string& id, const std::string& marks, const std::string& more = "") {
  return R"({"id": ")" + id + R"(", "name": ")" + id + R"(", "side": "client", "features": [)" + marks + "]" +
         more + "}";
}

std::string mark(const std::string& feature, const std::string& value, int weight,
                 const std::string& more = "") {
  return R"({"feature": ")" + feature + R"(", "op": "eq", "value": )" + value + R"(, "weight": )" +
         std::to_string(weight) + more + "}";
}

std::optional<Fingerprint> identify(const FingerprintTable& table, const History& history, Direction side) {
  return Identifier(std::make_shared<FingerprintTable>(table)).identify(history, side);
}

std::optional<Fingerprint> told(const std::string& programs, const std::string& connect) {
  const FingerprintTable table = table_of("[" + programs + "]");
  return identify(table, Story().connect(connect).history(), client);
}

constexpr const char* of_a = R"({"app": "live", "flashVer": "A", "capabilities": 1, "audioCodecs": 2})";

TEST(Identify, NamesWhoLeads) {
  const auto found = told(program("a", mark("connect.flashVer", R"("A")", 10)) + "," +
                              program("b", mark("connect.capabilities", "1", 6)),
                          of_a);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, "a");
  EXPECT_EQ(found->score, 10);
  EXPECT_THAT(found->candidates, ElementsAre("a"));
  EXPECT_THAT(found->matched, ElementsAre("connect.flashVer = " + captured(CapturedKind::software, "A")));
  EXPECT_THAT(found->against, IsEmpty());
}

TEST(Identify, NamesTheFamilyWhereTheLeadIsTooSmall) {
  const auto found = told(program("a", mark("connect.flashVer", R"("A")", 10)) + "," +
                              program("b", mark("connect.capabilities", "1", 7)) + "," +
                              program("c", mark("connect.audioCodecs", "2", 6)),
                          of_a);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, "");
  EXPECT_EQ(found->name, "a or b");
  EXPECT_THAT(found->candidates, ElementsAre("a", "b"));
}

TEST(Identify, NamesNobodyBelowTenPoints) {
  const auto found = told(program("a", mark("connect.flashVer", R"("A")", 9)), of_a);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, "");
  EXPECT_EQ(found->name, "a");
  EXPECT_FALSE(told(program("a", mark("connect.flashVer", R"("A")", 4)), of_a));
}

TEST(Identify, TakesOffFiveAtMostForAContradiction) {
  const std::string marks =
      mark("connect.capabilities", "1", 20) + "," + mark("connect.flashVer", R"("B")", 10);
  const auto found = told(program("a", marks), of_a);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->score, 15);
  EXPECT_THAT(found->against, ElementsAre("connect.flashVer = " + captured(CapturedKind::software, "A")));
  EXPECT_EQ(
      told(program("a", mark("connect.capabilities", "1", 20) + "," + mark("connect.flashVer", R"("B")", 2)),
           of_a)
          ->score,
      18);
}

TEST(Identify, WhatIsNotSeenCountsNothing) {
  const std::string marks = mark("connect.capabilities", "1", 10) + "," + mark("connect.capsEx", "3", 10) +
                            "," + mark("c1.kind", R"("simple")", 5);
  EXPECT_EQ(told(program("a", marks), of_a)->score, 10);
}

TEST(Identify, MarksOfOneFeatureAreAlternatives) {
  const std::string marks =
      mark("connect.flashVer", R"("A")", 10) + "," + mark("connect.flashVer", R"("B")", 10);
  EXPECT_EQ(told(program("a", marks), of_a)->score, 10);
  const std::string wrong = mark("connect.capabilities", "1", 10) + "," +
                            mark("connect.flashVer", R"("B")", 2) + "," +
                            mark("connect.flashVer", R"("C")", 3);
  EXPECT_EQ(told(program("a", wrong), of_a)->score, 7);
}

TEST(Identify, WhatIsOptionalDoesNotContradict) {
  const std::string marks = mark("connect.capabilities", "1", 10) + "," +
                            mark("connect.flashVer", R"("B")", 5, R"(, "optional": true)");
  EXPECT_EQ(told(program("a", marks), of_a)->score, 10);
}

TEST(Identify, LooksAtProgramsOfTheSideAlone) {
  const FingerprintTable table = table_of("[" + program("a", mark("connect.flashVer", R"("A")", 10)) + "]");
  EXPECT_FALSE(identify(table, Story().connect(of_a).history(), server));
}

TEST(Identify, RulesForAnyProgramAreNoCandidates) {
  EXPECT_FALSE(told(program("a", mark("connect.flashVer", R"("A")", 10), R"(, "any_program": true)"), of_a));
}

TEST(Version, OfAGroup) {
  const FingerprintTable table = table_of(R"([{"id": "a", "name": "A", "side": "client",
      "features": [{"feature": "connect.flashVer", "op": "re", "value": "^a/(.*)$", "weight": 10}],
      "version_from": {"feature": "connect.flashVer", "group": 1, "separator": ","}}])");
  const auto found = identify(table, Story().connect(R"({"flashVer": "a/1,2,3+git"})").history(), client);
  EXPECT_EQ(found->version, "1.2.3");
  EXPECT_EQ(found->versions, exactly("1.2.3"));
}

TEST(Version, OfAMap) {
  const FingerprintTable table = table_of(R"([{"id": "a", "name": "A", "side": "client",
      "features": [{"feature": "connect.flashVer", "op": "re", "value": "Lavf", "weight": 10}],
      "version_from": {"feature": "connect.flashVer", "map": {"Lavf59": "5.x", "Lavf60": "6.x"}}}])");
  const auto version_of = [&](const std::string& text) {
    return identify(table, Story().connect(R"({"flashVer": ")" + text + R"("})").history(), client);
  };
  EXPECT_EQ(version_of("Lavf59.27.100")->version, "5.x");
  EXPECT_EQ(version_of("Lavf59.27.100")->versions, (VersionRange{"5", "6"}));
  EXPECT_EQ(version_of("Lavf99.1.100")->version, "");
}

TEST(Version, OfMarksThatOnlySomeHave) {
  const FingerprintTable table = table_of(R"([{"id": "a", "name": "A", "side": "client",
      "features": [{"feature": "connect.flashVer", "op": "eq", "value": "A", "weight": 10}],
      "version_brackets": [
        {"feature": "connect.supportsGoAway", "op": "eq", "value": true, "from": "27.2", "below": "30.0"},
        {"feature": "connect.capsEx", "op": "eq", "value": 1, "from": "28.0"}]}])");
  EXPECT_EQ(identify(table, Story().connect(R"({"flashVer": "A"})").history(), client)->version, "");
  EXPECT_EQ(identify(table, Story().connect(R"({"flashVer": "A", "supportsGoAway": true})").history(), client)
                ->version,
            "27.2 to before 30.0");
  EXPECT_EQ(
      identify(table, Story().connect(R"({"flashVer": "A", "supportsGoAway": true, "capsEx": 1})").history(),
               client)
          ->version,
      "28.0 to before 30.0");
}

TEST(Memory, ChangesNoAnswer) {
  const auto table = std::make_shared<FingerprintTable>(table_of(
      "[" +
      program("a", mark("connect.flashVer", R"("A")", 10) + "," + mark("connect.capabilities", "1", 5)) +
      "," +
      program("b", mark("connect.flashVer", R"("B")", 10) + "," + mark("connect.capabilities", "1", 5)) +
      "]"));
  Identifier remembers(table);
  // More values than are remembered of a feature, each of them more than once.
  for (int i = 0; i < 24; ++i) {
    const std::string name(1, static_cast<char>('A' + i % 7));
    const std::string connect =
        R"({"flashVer": ")" + name + R"(", "capabilities": )" + std::to_string(i % 3) + "}";
    const Story story = Story().connect(connect);
    const auto found = remembers.identify(story.history(), client);
    const auto fresh = Identifier(table).identify(story.history(), client);
    ASSERT_EQ(found.has_value(), fresh.has_value()) << connect;
    if (!found) continue;
    EXPECT_EQ(found->id, fresh->id) << connect;
    EXPECT_EQ(found->score, fresh->score) << connect;
    EXPECT_EQ(found->matched, fresh->matched) << connect;
    EXPECT_EQ(found->against, fresh->against) << connect;
  }
}

TEST(BuiltIn, ANameThatTheSenderCanChooseNamesNobody) {
  const auto found = identify(
      FingerprintTable::built_in(),
      Story().connect(R"x({"app": "live", "flashVer": "FMLE/3.0 (compatible; FMSc/1.0)"})x").history(),
      client);
  EXPECT_TRUE(!found || found->id.empty());
}

TEST(BuiltIn, WhoPosesAsFfmpegIsNotTakenForIt) {
  const Story story = Story()
                          .handshake("c1", R"({"kind": "simple", "zero": 0, "timestamp": 7})")
                          .connect(
                              R"x({"app": "live", "flashVer": "FMLE/3.0 (compatible; Lavf57.56.101)",
      "tcUrl": "rtmp://a.example/live",
                       "objectEncoding": 0})x");
  const auto found = identify(FingerprintTable::built_in(), story.history(), client);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, "rootencoder");
}

}  // namespace
}  // namespace rtmpscope::analysis
