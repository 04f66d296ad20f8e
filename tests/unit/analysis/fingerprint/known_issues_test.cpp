#include "analysis/fingerprint/known_issues.hpp"

#include <gmock/gmock.h>

#include "analysis/fingerprint/identify.hpp"
#include "story.hpp"
#include "tables.hpp"

namespace rtmpscope::analysis {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* table_text = R"([
  {"id": "a", "name": "A", "side": "client",
   "known_issues": [{"id": "a_bad_name", "severity": "warning", "if": "w", "note": "It happens.",
      "sources": ["book"],
                     "when": [{"test": "status", "code": "BadName$"}]}]},
  {"id": "rule", "name": "Rule", "side": "client", "any_program": true,
   "known_issues": [{"id": "rule_bad_name", "severity": "note", "if": "w", "note": "Always.",
                     "when": [{"test": "status", "code": "BadName$"},
                              {"test": "feature", "feature": "publish.name", "op": "eq", "value": "b"}]}]}])";

Fingerprint of(const std::string& id, const std::vector<std::string>& candidates) {
  Fingerprint fingerprint;
  fingerprint.side = client;
  fingerprint.id = id;
  fingerprint.candidates = candidates;
  return fingerprint;
}

std::vector<KnownIssueHit> hits(const Story& story, const std::optional<Fingerprint>& mine,
                                const IssueContext& context = {}) {
  static const FingerprintTable table = table_of(table_text);
  return known_issues(table, story.history(), {mine, std::nullopt}, context);
}

Story refused(const char* name = "a") {
  return Story().connect().reply().publish(name).status("NetStream.Publish.BadName", "error");
}

TEST(KnownIssues, NeedTheProgramAndTheSymptom) {
  const auto found = hits(refused(), of("a", {"a"}));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].issue->id, "a_bad_name");
  EXPECT_EQ(found[0].severity, Severity::warning);
  EXPECT_EQ(found[0].text, "It happens.");
  EXPECT_TRUE(found[0].certain);
  EXPECT_EQ(found[0].at, refused().now());
  EXPECT_THAT(hits(refused(), std::nullopt), IsEmpty());
  EXPECT_THAT(hits(refused(), of("b", {"b"})), IsEmpty());
  EXPECT_THAT(hits(Story().connect().reply().publish().publish_start(), of("a", {"a"})), IsEmpty());
}

TEST(KnownIssues, OfACandidateAreNotes) {
  const auto found = hits(refused(), of("", {"a", "b"}));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].severity, Severity::note);
  EXPECT_EQ(found[0].text, "If it is A: It happens.");
  EXPECT_FALSE(found[0].certain);
}

TEST(KnownIssues, OfWhatTheUserNames) {
  const std::vector<std::string> named = {"a"};
  IssueContext context;
  context.named = named;
  EXPECT_THAT(hits(refused(), std::nullopt, context), SizeIs(1));
}

TEST(KnownIssues, OfRulesNeedNoProgram) {
  const auto found = hits(refused("b"), std::nullopt);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].issue->id, "rule_bad_name");
}

TEST(KnownIssues, AllOfTheBuiltInOnesAreSilentOnACleanSession) {
  const Story story = Story()
                          .connect()
                          .window(server, 5000000)
                          .reply()
                          .publish()
                          .publish_start()
                          .metadata(client, R"({"videocodecid": 7, "audiocodecid": 10})")
                          .media(client, MediaType::video, 6, 0, PacketKind::sequence_start)
                          .media(client, MediaType::video, 6, 40)
                          .command(client, "deleteStream", 6, "[null, 1]")
                          .close(client);
  std::vector<std::string> named;
  for (const Software& each : FingerprintTable::built_in().programs()) named.push_back(each.id);
  IssueContext context;
  context.named = named;
  std::vector<std::string> found;
  for (const auto& hit : known_issues(FingerprintTable::built_in(), story.history(), {}, context))
    found.push_back(hit.issue->id);
  EXPECT_THAT(found, IsEmpty());
}

}  // namespace
}  // namespace rtmpscope::analysis
