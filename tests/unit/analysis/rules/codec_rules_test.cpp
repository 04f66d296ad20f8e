#include "analysis/rules/codec_rules.hpp"

#include <gmock/gmock.h>

#include "histories.hpp"
#include "unit/analysis/json_values.hpp"

namespace rtmpscope::analysis {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint8_t hevc = 12;
constexpr std::uint8_t avc = 7;

RuleResults enhanced(const History& history) {
  RuleResults results;
  judge_enhanced(RuleContext{.history = history}, results);
  return results;
}

RuleResults private_codec(const RuleContext& context) {
  RuleResults results;
  judge_private_codec(context, results);
  return results;
}

TEST(Announces, ReadsTheListAndTheMaps) {
  const Value list = kept(Json::parse(R"({"fourCcList": ["av01", "hvc1"]})"));
  EXPECT_TRUE(announces(list, MediaType::video, "hvc1"));
  EXPECT_FALSE(announces(list, MediaType::video, "vp09"));
  const Value map =
      kept(Json::parse(R"({"videoFourCcInfoMap": {"*": 1}, "audioFourCcInfoMap": {"Opus": 3}})"));
  EXPECT_TRUE(announces(map, MediaType::video, "vp09"));
  EXPECT_TRUE(announces(map, MediaType::audio, "Opus"));
  EXPECT_FALSE(announces(map, MediaType::audio, "fLaC"));
  EXPECT_FALSE(announces(Value(), MediaType::video, "hvc1"));
  EXPECT_FALSE(announces(kept(Json::parse(R"({"fourCcList": "hvc1"})")), MediaType::video, "hvc1"));
}

TEST(EnhancedNotAnnounced, IsANote) {
  History history = published();
  add_track(history, MediaType::video, hevc, true);
  const RuleResults results = enhanced(history);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].severity, Severity::note);
  EXPECT_EQ(results.findings[0].text,
            "the client sends hvc1 by Enhanced RTMP, the server has not announced it");
}

TEST(EnhancedNotAnnounced, IsAWarningWhereTheServerClosesAtOnce) {
  History history = published();
  add_track(history, MediaType::video, hevc, true);
  history.close = CloseNote{.at = at(1.7), .reason = "fin", .ended_by = server_side};
  EXPECT_EQ(enhanced(history).findings.at(0).severity, Severity::warning);
}

TEST(EnhancedNotAnnounced, PassesWhereTheServerHasListedIt) {
  History history = published();
  add_track(history, MediaType::video, hevc, true);
  history.connect_result = owned(Json::parse(R"({"command": {"arguments": [{"fourCcList": ["hvc1"]}]}})"));
  EXPECT_EQ(answer_of(enhanced(history), FindingId::enhanced_not_announced), Answer::pass);
}

TEST(EnhancedNotAnnounced, APlayerAnnouncesInItsConnect) {
  History history = published();
  history.streams.front().use = StreamUse::play;
  add_track(history, MediaType::video, hevc, true);
  EXPECT_EQ(answer_of(enhanced(history), FindingId::enhanced_not_announced), Answer::fail);
  history.connect = owned(Json::parse(R"([{"app": "live", "fourCcList": ["*"]}])"));
  EXPECT_EQ(answer_of(enhanced(history), FindingId::enhanced_not_announced), Answer::pass);
}

TEST(EnhancedNotAnnounced, IsUndecidedWithoutTheReply) {
  History history = published();
  EXPECT_EQ(answer_of(enhanced(history), FindingId::enhanced_not_announced), Answer::not_applicable);
  add_track(history, MediaType::video, hevc, true);
  history.connect_result = Value();
  EXPECT_EQ(answer_of(enhanced(history), FindingId::enhanced_not_announced), Answer::undecided);
  history.start = "midstream";
  EXPECT_EQ(answer_of(enhanced(history), FindingId::enhanced_not_announced), Answer::undecided);
}

TEST(CodecIdPrivate, IsAWarningUnlessTheServerTakesIt) {
  History history = published();
  add_track(history, MediaType::video, hevc, false);
  EXPECT_THAT(private_codec({.history = history}).findings, SizeIs(1));
  EXPECT_THAT(private_codec({.history = history, .takes_codec_id_12 = false}).findings, SizeIs(1));
  EXPECT_EQ(
      answer_of(private_codec({.history = history, .takes_codec_id_12 = true}), FindingId::codec_id_private),
      Answer::pass);
  Profile profile;
  profile.video.codecs.emplace().value = {"avc", "hevc_id_12"};
  EXPECT_EQ(answer_of(private_codec({.history = history, .profile = &profile}), FindingId::codec_id_private),
            Answer::pass);
}

TEST(CodecIdPrivate, IsUndecidedWhereTheServerIsNotKnownInMidStream) {
  History history = published();
  add_track(history, MediaType::video, hevc, false);
  history.start = "midstream";
  EXPECT_EQ(answer_of(private_codec({.history = history}), FindingId::codec_id_private), Answer::undecided);
}

TEST(CodecIdPrivate, DoesNotApplyToOtherCodecs) {
  History history = published();
  add_track(history, MediaType::video, avc, false);
  add_track(history, MediaType::video, hevc, true);
  EXPECT_EQ(answer_of(private_codec({.history = history}), FindingId::codec_id_private),
            Answer::not_applicable);
}

}  // namespace
}  // namespace rtmpscope::analysis
