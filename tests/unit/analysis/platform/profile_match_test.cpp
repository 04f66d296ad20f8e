#include "analysis/platform/profile_match.hpp"

#include <gmock/gmock.h>

#include "analysis/platform/profile_table.hpp"

namespace rtmpscope::analysis {
namespace {

std::string matched(const PublishTarget& target) {
  const Profile* found = match(ProfileTable::built_in().profiles(), target);
  return found == nullptr ? "" : found->id;
}

TEST(Fits, TakesAStarForAnyNumberOfCharacters) {
  EXPECT_TRUE(fits("live-*.twitch.tv", "live-fra.twitch.tv"));
  EXPECT_TRUE(fits("live-*.twitch.tv", "live-.twitch.tv"));
  EXPECT_TRUE(fits("*", ""));
  EXPECT_TRUE(fits("a*b*c", "aXbYbZc"));
  EXPECT_FALSE(fits("a*b*c", "aXbYbZ"));
  EXPECT_FALSE(fits("live.twitch.tv", "live.twitch.tv.example"));
  EXPECT_FALSE(fits("*.twitch.tv", "twitch.tv"));
  EXPECT_FALSE(fits("", "x"));
}

TEST(HostOf, LeavesOutPortUserAndBrackets) {
  EXPECT_EQ(host_of("rtmp://A.RTMP.youtube.com/live2"), "a.rtmp.youtube.com");
  EXPECT_EQ(host_of("rtmps://user:word@live.example.org:443/app?x=1"), "live.example.org");
  EXPECT_EQ(host_of("rtmp://[2001:DB8::1]:1935/live"), "2001:db8::1");
  EXPECT_EQ(host_of("rtmp://host.example."), "host.example");
  EXPECT_EQ(host_of("no url"), "");
  EXPECT_EQ(host_of(""), "");
}

TEST(Match, GoesByTheHostOfTheUrl) {
  EXPECT_EQ(matched({.host = "a.rtmp.youtube.com", .app = "live2"}), "youtube");
  EXPECT_EQ(matched({.host = "live-api-s.facebook.com", .app = "rtmp"}), "facebook");
  EXPECT_EQ(matched({.host = "live-fra02.twitch.tv", .app = "app", .key = "live_1_x"}), "twitch");
}

TEST(Match, TakesTheTlsServerNameWhereTheUrlHasAnAddress) {
  EXPECT_EQ(matched({.host = "192.0.2.1", .server_name = "a.rtmps.youtube.com"}), "youtube");
  EXPECT_EQ(matched({.server_name = "live.cloudflare.com"}), "cloudflare_stream");
}

TEST(Match, NeverGoesByAnAddressOrAnUnknownName) {
  EXPECT_EQ(matched({.host = "192.0.2.1", .app = "live2"}), "");
  EXPECT_EQ(matched({.host = "media.example.org", .app = "app", .key = "live_x"}), "");
  EXPECT_EQ(matched({}), "");
}

TEST(Match, PrefersTheMoreParticularHost) {
  // Kick has one name below a domain that Amazon IVS has all of.
  EXPECT_EQ(matched({.host = "fa723fc1b171.global-contribute.live-video.net", .app = "app"}), "kick");
}

TEST(Match, LetsTheKeyDecideBetweenEquals) {
  const std::string host = "abc.contribute.live-video.net";
  EXPECT_EQ(matched({.host = host, .app = "app", .key = "live_1_x"}), "twitch");
  EXPECT_EQ(matched({.host = host, .app = "app", .key = "sk_eu_x"}), "amazon_ivs");
  EXPECT_EQ(matched({.host = host, .app = "app", .key = "live_1_x?clientConfigId=5"}), "twitch_enhanced");
}

TEST(Match, SaysNothingWhereNothingDecides) {
  EXPECT_EQ(matched({.host = "abc.contribute.live-video.net", .app = "app"}), "");
}

TEST(Match, KnowsCustomersDomainsByTheQueryAlone) {
  EXPECT_EQ(matched({.host = "push.example.org", .app = "live", .key = "n?txSecret=1&txTime=5F"}),
            "tencent_css");
  EXPECT_EQ(matched({.host = "push.example.org", .app = "live", .key = "n?txTime=5F"}), "");
  EXPECT_EQ(matched({.host = "push.example.org", .app = "live", .key = "n?auth_key=1"}), "aliyun_live");
}

TEST(PublishTarget, IsMadeOfTheNamesOfTheConnection) {
  History history;
  history.tc_url = "rtmp://Live.Example.org/app";
  history.app = "app";
  history.tls.server_name = "TLS.example.org";
  StreamHistory& watched = history.streams.emplace_back();
  watched.use = StreamUse::play;
  watched.name = "watched";
  StreamHistory& published = history.streams.emplace_back();
  published.use = StreamUse::publish;
  published.name = "key?a=b";
  const PublishTarget target = publish_target(history);
  EXPECT_EQ(target.host, "live.example.org");
  EXPECT_EQ(target.server_name, "tls.example.org");
  EXPECT_EQ(target.app, "app");
  EXPECT_EQ(target.key, "key?a=b");
}

}  // namespace
}  // namespace rtmpscope::analysis
