#include "analysis/platform/profile_table.hpp"

#include <gmock/gmock.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>

#include "analysis/platform/profile_reader.hpp"

namespace rtmpscope::analysis {
namespace {

using testing::Contains;
using testing::HasSubstr;

/// A file of profiles with one source "page" and the given profiles.
std::string document(const std::string& profiles) {
  return R"({"format": "rtmpscope-profiles", "version": 1,
             "sources": {"page": {"title": "A page", "url": "https://example.org"},
                         "word": {"title": "hearsay", "hearsay": true}},
             "profiles": [)" +
         profiles + "]}";
}

std::string complaint(const std::string& text) {
  const auto read = read_profiles(text, "my.json");
  return read ? "" : read.error().message;
}

/// Of a profile whose member `video` is given.
std::string complaint_about_video(const std::string& video) {
  return complaint(document(R"({"id": "a", "name": "A", "video": )" + video + "}"));
}

class ProfileFile : public testing::Test {
 protected:
  std::string write(const std::string& text) {
    std::ofstream(path_) << text;
    return path_;
  }
  void TearDown() override { std::filesystem::remove(path_); }

  const std::string path_ = testing::TempDir() + "profiles_of_" +
                            testing::UnitTest::GetInstance()->current_test_info()->name() + ".json";
};

TEST(BuiltInProfiles, AreReadWithoutAComplaint) {
  const auto read = ProfileTable::with_files({});
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(ProfileTable::built_in().profiles().size(), (*read)->profiles().size());
  EXPECT_EQ(ProfileTable::built_in().profiles().size(), 53u);
}

TEST(BuiltInProfiles, HaveIdsOfTheirOwn) {
  std::set<std::string> ids;
  for (const Profile& each : ProfileTable::built_in().profiles()) ids.insert(each.id);
  EXPECT_EQ(ids.size(), ProfileTable::built_in().profiles().size());
}

TEST(BuiltInProfiles, KeepValuesWithTheirSources) {
  const Profile* youtube = ProfileTable::built_in().find("youtube");
  ASSERT_NE(youtube, nullptr);
  ASSERT_TRUE(youtube->video.key_distance);
  EXPECT_EQ(youtube->video.key_distance->value.recommended, 2);
  EXPECT_EQ(youtube->video.key_distance->value.max, 4);
  EXPECT_FALSE(youtube->video.key_distance->is_hearsay());
  EXPECT_THAT(youtube->video.key_distance->sources.back()->url, HasSubstr("health_status_messages"));
  EXPECT_EQ(youtube->video.bitrates.size(), 8u);
  EXPECT_EQ(ProfileTable::built_in().find("amazon_ivs_realtime")->video.b_pictures_max->severity,
            Severity::error);
}

TEST(BuiltInProfiles, TakeWhatTheyLackFromTheirBase) {
  const Profile* kick = ProfileTable::built_in().find("kick");
  ASSERT_NE(kick, nullptr);
  ASSERT_TRUE(kick->audio.codecs);
  EXPECT_THAT(kick->audio.codecs->value, Contains("aac_lc"));
  ASSERT_TRUE(kick->video.bitrate_max);
  EXPECT_EQ(kick->video.bitrate_max->value, 8000u);
  EXPECT_TRUE(kick->video.bitrates.empty()) << "its own limit must not be mixed with its base's";
}

TEST(Profile, IsHearsayWhereNobodyElseSaysIt) {
  const auto read = read_profiles(document(R"({"id": "a", "name": "A", "video": {
        "fps_max": {"value": 60, "sources": ["word"]},
        "bframes_max": {"value": 0, "sources": ["word", "page"]},
        "bitrate_max_kbps": {"value": 1, "sources": ["page"], "uncertain": true}}})"),
                                  "my.json");
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_TRUE(read->front().video.fps_max->is_hearsay());
  EXPECT_FALSE(read->front().video.b_pictures_max->is_hearsay());
  EXPECT_TRUE(read->front().video.bitrate_max->is_hearsay());
}

TEST(ReadProfiles, NamesTheFileAndTheMember) {
  EXPECT_EQ(complaint_about_video(R"({"fps_max": {"value": "60", "sources": ["page"]}})"),
            "my.json: profiles[0].video.fps_max.value: a whole number is expected");
  EXPECT_EQ(complaint_about_video(R"({"fps_max": {"value": -1, "sources": ["page"]}})"),
            "my.json: profiles[0].video.fps_max.value: a whole number is expected");
  EXPECT_EQ(complaint_about_video(R"({"fps_max": {"sources": ["page"]}})"),
            "my.json: profiles[0].video.fps_max.value: is missing");
  EXPECT_EQ(complaint_about_video(R"({"fps_max": {"value": 60, "sources": []}})"),
            "my.json: profiles[0].video.fps_max.sources: at least one source is expected");
  EXPECT_EQ(complaint_about_video(R"({"fps_max": {"value": 60, "sources": ["pge"]}})"),
            "my.json: profiles[0].video.fps_max.sources: there is no source 'pge'");
  EXPECT_EQ(complaint_about_video(R"({"fps_maxi": {"value": 60, "sources": ["page"]}})"),
            "my.json: profiles[0].video.fps_maxi: is no such member; did you mean fps_max?");
  EXPECT_EQ(complaint_about_video(R"({"resolution_max": {"value": "big", "sources": ["page"]}})"),
            "my.json: profiles[0].video.resolution_max.value: a size like 1280x720 is expected");
  EXPECT_EQ(complaint_about_video(R"({"levels": {"value": {"1080": "4.1"}, "sources": ["page"]}})"),
            "my.json: profiles[0].video.levels.value: levels like \"1080p30\": \"4.1\" are expected");
  EXPECT_EQ(complaint_about_video("[]"), "my.json: profiles[0].video: an object is expected");
  EXPECT_EQ(complaint(document(R"({"name": "A"})")), "my.json: profiles[0].id: is missing");
}

TEST(ReadProfiles, RefusesWhatIsNoSuchFile) {
  EXPECT_EQ(complaint("{}"), "my.json: format: \"rtmpscope-profiles\" is expected");
  EXPECT_EQ(complaint(R"({"format": "rtmpscope-profiles", "version": 2})"),
            "my.json: version: 1 is expected");
  EXPECT_EQ(complaint("{\n  \"a\": 1,\n  b\n}"), "my.json: line 3, column 3: this is no JSON");
  EXPECT_EQ(complaint(""), "my.json: line 1, column 1: this is no JSON");
  EXPECT_EQ(complaint("[1e999]"), "my.json: a number is too large");
}

TEST(ReadProfiles, RefusesPatternsThatMatchAnything) {
  const auto with_host = [](const std::string& host) {
    return complaint(document(R"({"id": "a", "name": "A", "match": {"sources": ["page"], "hosts": [")" +
                              host + R"("]}})"));
  };
  EXPECT_EQ(with_host("*"), "my.json: profiles[0].match.hosts: '*' would match any host");
  EXPECT_EQ(with_host("A.example"), "my.json: profiles[0].match.hosts: 'A.example' must be in lower case");
  EXPECT_EQ(with_host("*.example"), "");
}

TEST_F(ProfileFile, ReplacesAProfileOfTheSameId) {
  const std::string path = write(document(R"({"id": "youtube", "name": "Mine", "audio": {
               "channels_max": {"value": 1, "sources": ["page", "yt_enc"]}}})"));
  const auto table = ProfileTable::with_files({path});
  ASSERT_TRUE(table.has_value()) << table.error().message;
  EXPECT_EQ((*table)->find("youtube")->name, "Mine");
  EXPECT_FALSE((*table)->find("youtube")->video.codecs);
  EXPECT_EQ((*table)->find("youtube")->audio.channels_max->sources.size(), 2u);
  EXPECT_EQ((*table)->profiles().size(), ProfileTable::built_in().profiles().size());
}

TEST_F(ProfileFile, AddsAProfileWithABase) {
  const std::string path = write(document(R"({"id": "mine", "name": "Mine", "base": "twitch"})"));
  const auto table = ProfileTable::with_files({path});
  ASSERT_TRUE(table.has_value()) << table.error().message;
  EXPECT_EQ((*table)->find("mine")->video.bitrate_max->value, 6000u);
}

TEST_F(ProfileFile, MustNotHaveABaseThatIsNone) {
  const std::string path = write(document(R"({"id": "mine", "name": "Mine", "base": "twich"})"));
  const auto table = ProfileTable::with_files({path});
  ASSERT_FALSE(table.has_value());
  EXPECT_THAT(table.error().message, HasSubstr("profile mine: base 'twich'"));
}

TEST(ProfileTable, NamesAFileThatCannotBeRead) {
  const auto table = ProfileTable::with_files({"/no/such/file.json"});
  ASSERT_FALSE(table.has_value());
  EXPECT_EQ(table.error().message, "/no/such/file.json: cannot be read");
}

TEST(ProfileTable, SuggestsWhatIsMeant) {
  const auto found = ProfileTable::built_in().find_or_suggest("yuotube");
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().kind, ErrorKind::usage);
  EXPECT_EQ(found.error().message, "there is no profile 'yuotube'; did you mean youtube?");
  EXPECT_THAT(ProfileTable::built_in().find_or_suggest("qqqqqqqq").error().message,
              HasSubstr("rtmpscope profiles lists them"));
  EXPECT_EQ(ProfileTable::built_in().find_or_suggest("twitch").value()->name, "Twitch");
}

}  // namespace
}  // namespace rtmpscope::analysis
