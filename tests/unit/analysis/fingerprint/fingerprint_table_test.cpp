#include "analysis/fingerprint/fingerprint_table.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <set>

#include "analysis/fingerprint/test_form.hpp"
#include "tables.hpp"

namespace rtmpscope::analysis {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string complaint_about(const std::string& text) {
  FingerprintTable table;
  const auto added = table.add(text, "mine.json");
  return added ? "" : added.error().message;
}

std::string complaint_about_program(const std::string& members) {
  return complaint_about(R"({"format": "rtmpscope-fingerprints", "version": 1, "fingerprints": [
      {"id": "x", "name": "X", "side": "client", )" +
                         members + "}]}");
}

TEST(BuiltInTable, IsReadWithoutAComplaint) {
  const auto table = FingerprintTable::with_files({});
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_GE((*table)->programs().size(), 80U);
  EXPECT_EQ(FingerprintTable::built_in().programs().size(), (*table)->programs().size());
}

TEST(BuiltInTable, NamesASourceForEachProgramAndIssue) {
  std::set<std::string> ids;
  for (const Software& program : FingerprintTable::built_in().programs()) {
    EXPECT_TRUE(ids.insert(program.id).second) << program.id;
    EXPECT_FALSE(program.sources.empty()) << program.id;
    EXPECT_FALSE(program.confidence.empty()) << program.id;
    for (const KnownIssue& issue : program.issues) {
      EXPECT_TRUE(ids.insert(issue.id).second) << issue.id;
      EXPECT_FALSE(issue.sources.empty()) << issue.id;
      EXPECT_FALSE(issue.words.empty()) << issue.id;
      EXPECT_FALSE(issue.when.empty()) << issue.id;
    }
  }
}

TEST(BuiltInTable, GivesReferences) {
  const FingerprintTable& table = FingerprintTable::built_in();
  EXPECT_EQ(table.references({"srs#795", "srs#699"}),
            "ossrs/srs#795 (https://github.com/ossrs/srs/issues/795); "
            "ossrs/srs#699 (https://github.com/ossrs/srs/issues/699)");
  EXPECT_EQ(table.references({"no such"}), "");
}

TEST(UserFile, AddsAndReplacesPrograms) {
  const std::string path = testing::TempDir() + "rtmpscope-fingerprints.json";
  std::ofstream(path) << R"({"format": "rtmpscope-fingerprints", "version": 1, "fingerprints": [
    {"id": "obs", "name": "My OBS", "side": "client"},
    {"id": "mine", "name": "Mine", "side": "server", "sources": ["lab"]}]})";
  const auto table = FingerprintTable::with_files({path});
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ((*table)->programs().size(), FingerprintTable::built_in().programs().size() + 1);
  EXPECT_EQ((*table)->find("obs")->name, "My OBS");
  EXPECT_EQ((*table)->programs()[1].id, "obs");
  EXPECT_EQ((*table)->programs().back().id, "mine");
}

TEST(UserFile, ThatIsNotThereIsNamed) {
  const auto table = FingerprintTable::with_files({"/nonexistent/mine.json"});
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().message, "/nonexistent/mine.json: cannot be read");
}

TEST(UserFile, ThatIsNoJsonIsRefusedWithItsLine) {
  EXPECT_EQ(complaint_about("{\n \"format\": \"rtmpscope-fingerprints\",\n ]"),
            "mine.json: line 3, column 2: this is no JSON");
  EXPECT_THAT(complaint_about("{} trailing"), StartsWith("mine.json: line 1"));
}

TEST(UserFile, OfAnotherFormIsRefused) {
  EXPECT_THAT(complaint_about("{}"), HasSubstr("format: \"rtmpscope-fingerprints\" is expected"));
  EXPECT_THAT(complaint_about(R"({"format": "rtmpscope-fingerprints", "version": 2})"),
              HasSubstr("version: 1 is expected"));
  EXPECT_THAT(complaint_about(R"({"format": "rtmpscope-fingerprints", "version": 1, "fingerprint": []})"),
              HasSubstr("did you mean fingerprints?"));
}

TEST(UserFile, MistakesAreNamedByTheirPlace) {
  EXPECT_EQ(complaint_about_program(R"("sources": ["nowhere"])"),
            "mine.json: fingerprints[0].sources: there is no source 'nowhere'");
  EXPECT_EQ(complaint_about_program(
                R"("features": [{"feature": "connect.flashver", "op": "eq", "value": 1, "weight": 2}])"),
            "mine.json: fingerprints[0].features[0].feature: there is no 'connect.flashver'; did you mean "
            "connect.flashVer?");
  EXPECT_EQ(
      complaint_about_program(R"("features": [{"feature": "play", "op": "is", "value": 1, "weight": 2}])"),
      "mine.json: fingerprints[0].features[0].op: there is no operator 'is'");
  EXPECT_EQ(
      complaint_about_program(R"("features": [{"feature": "play", "op": "re", "value": "(", "weight": 2}])"),
      "mine.json: fingerprints[0].features[0].value: '(' is no regular expression");
  EXPECT_EQ(complaint_about_program(
                R"("features": [{"feature": "play", "op": "predicate", "value": "p", "weight": 2}])"),
            "mine.json: fingerprints[0].features[0].value: there is no predicate 'p'");
  EXPECT_EQ(complaint_about_program(R"("features": [{"feature": "play", "op": "eq", "value": 1}])"),
            "mine.json: fingerprints[0].features[0].weight: is missing");
  EXPECT_EQ(complaint_about_program(R"("limits": [{"limit": "idle", "value": 1}])"),
            "mine.json: fingerprints[0].limits[0].limit: there is no limit 'idle'");
  EXPECT_EQ(complaint_about_program(R"("known_issues": [{"id": "i", "severity": "fatal", "note": "n", )"
                                    R"("when": [{"test": "not_clean"}]}])"),
            "mine.json: fingerprints[0].known_issues[0].severity: note, warning or error is expected");
  EXPECT_EQ(
      complaint_about_program(R"("known_issues": [{"id": "i", "severity": "note", "note": "n", )"
                              R"("when": [{"test": "not_cleann"}]}])"),
      "mine.json: fingerprints[0].known_issues[0].when[0].test: there is no test 'not_cleann'; did you mean "
      "not_clean?");
  EXPECT_EQ(complaint_about_program(
                R"("known_issues": [{"id": "i", "severity": "note", "note": "n", "when": []}])"),
            "mine.json: fingerprints[0].known_issues[0].when: a list of conditions is expected");
}

TEST(UserFile, PredicatesMustHaveTheirParameters) {
  const auto with = [](const std::string& predicate) {
    return complaint_about(R"({"format": "rtmpscope-fingerprints", "version": 1, "predicates": {"p": )" +
                           predicate + "}}");
  };
  EXPECT_EQ(with(R"({"feature": "user_control", "true_if": "w", "test": "controls"})"),
            "mine.json: predicates.p.sequence: is missing");
  EXPECT_EQ(
      with(R"({"feature": "user_control", "true_if": "w", "test": "controls", "sequence": [{"window": 3}]})"),
      "mine.json: predicates.p.sequence[0].set_chunk_size: a control message is expected");
  EXPECT_EQ(with(R"({"feature": "user_control", "true_if": "w", "test": "controls", )"
                 R"("sequence": [{"window_ack": "x"}]})"),
            "mine.json: predicates.p.sequence[0].window_ack: a number, or true for any, is expected");
  EXPECT_EQ(with(R"({"feature": "user_control", "true_if": "w", "test": "present", "extra": 1})"),
            "mine.json: predicates.p.extra: is no such member");
  EXPECT_EQ(with(R"({"feature": "user_control", "true_if": "w", "test": "present"})"), "");
}

TEST(UserFile, APredicateIsAboutItsFeature) {
  EXPECT_THAT(complaint_about(R"({"format": "rtmpscope-fingerprints", "version": 1,
      "predicates": {"p": {"feature": "play", "true_if": "w", "test": "present"}},
      "fingerprints": [{"id": "x", "name": "X", "side": "client", "features": [
        {"feature": "close", "op": "predicate", "value": "p", "weight": 1}]}]})"),
              HasSubstr("predicate 'p' is about play"));
}

TEST(Features, HaveNames) {
  for (const std::string_view each : feature_names()) EXPECT_EQ(name(*feature_id(each)), each);
  EXPECT_FALSE(feature_id(""));
  EXPECT_FALSE(feature_id("zzz"));
}

}  // namespace
}  // namespace rtmpscope::analysis
