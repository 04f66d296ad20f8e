#include "analysis/fingerprint/evidence.hpp"

#include <gmock/gmock.h>

#include "story.hpp"
#include "unit/analysis/json_values.hpp"

namespace rtmpscope::analysis {
namespace {

Observation seen(const Story& story, std::string_view feature, Direction side) {
  const auto id = feature_id(feature);
  EXPECT_TRUE(id) << feature;
  return id ? Evidence(story.history(), side).observe(*id) : Observation();
}

/// The values as JSON; "absent" or "unknown" where there are none.
std::string text(const Story& story, std::string_view feature, Direction side) {
  const Observation observation = seen(story, feature, side);
  if (!observation.known) return "unknown";
  if (observation.absent()) return "absent";
  std::string out;
  for (const Value each : observation.values()) out.append(out.empty() ? "" : " ").append(json_text(each));
  return out;
}

TEST(Evidence, OfTheHandshake) {
  const Story story = Story()
                          .handshake("c1", R"({"kind": "simple", "zero": 0, "timestamp": 7})")
                          .handshake("s1", R"({"kind": "digest", "peer_version": "1.0.5.4", "software": "srs",
                                               "texts": ["one", "two"], "echo": "none"})");
  EXPECT_EQ(text(story, "c1.kind", client), R"("simple")");
  EXPECT_EQ(text(story, "c1.peer_version", client), R"("0.0.0.0")");
  EXPECT_EQ(text(story, "c1.software", client), R"("")");
  EXPECT_EQ(text(story, "s1.peer_version", server), R"("1.0.5.4")");
  EXPECT_EQ(text(story, "s1.software", server), R"("srs")");
  EXPECT_EQ(text(story, "s1.banner", server), R"("one" "two")");
  EXPECT_EQ(text(story, "s1.echo", server), R"("none")");
  EXPECT_EQ(text(Story(), "c1.kind", client), "unknown");
  EXPECT_EQ(text(Story().handshake("s1", R"({"kind": "simple"})"), "s1.software", server), "unknown");
}

TEST(Evidence, OfAPartThatWasNotCapturedWholeIsNone) {
  EXPECT_EQ(text(Story().handshake("c1", R"({"kind": "simple", "missing_bytes": 9})"), "c1.kind", client),
            "unknown");
  EXPECT_EQ(text(Story().handshake("c1", R"({"kind": "unverifiable"})"), "c1.kind", client), "unknown");
}

TEST(Evidence, OfConnect) {
  const Story story =
      Story().connect(R"({"app": "live", "flashVer": "X", "capabilities": 239, "fourCcList": ["av01"],
                                          "tcUrl": "rtmp://[2001:db8::1]:1935/live"})");
  EXPECT_EQ(text(story, "connect.keys", client), R"(["app","flashVer","capabilities","fourCcList","tcUrl"])");
  EXPECT_EQ(text(story, "connect.flashVer", client), R"("X")");
  EXPECT_EQ(text(story, "connect.capabilities", client), "239");
  EXPECT_EQ(text(story, "connect.fourCcList", client), R"(["av01"])");
  EXPECT_EQ(text(story, "connect.pageUrl", client), "absent");
  EXPECT_EQ(text(story, "tcurl.host", server), R"("2001:db8::1")");
  EXPECT_EQ(text(Story(), "connect.flashVer", client), "unknown");
}

TEST(Evidence, OfTheReply) {
  const Story story = Story().connect().reply(
      R"({"fmsVer": "FMS/3,5,3,888", "capabilities": 127, "mode": 1})",
      R"({"description": "Connection succeeded", "version": "0,37,4", "objectEncoding": 0, )"
      R"("data": {"version": "3,5"}})");
  EXPECT_EQ(text(story, "result.keys", server), R"(["fmsVer","capabilities","mode"])");
  EXPECT_EQ(text(story, "result.fmsVer", server), R"("FMS/3,5,3,888")");
  EXPECT_EQ(text(story, "result.mode", server), "1");
  EXPECT_EQ(text(story, "result.description", server), R"("Connection succeeded")");
  EXPECT_EQ(text(story, "result.info.version", server), R"("0,37,4")");
  EXPECT_EQ(text(story, "result.info.clientid", server), "absent");
  EXPECT_EQ(text(story, "result.data.version", server), R"("3,5")");
  EXPECT_EQ(text(story, "result.data.srs_version", server), "absent");
  EXPECT_EQ(text(Story().connect(), "result.fmsVer", server), "unknown");
  EXPECT_EQ(text(Story().connect().reply("null", "{}"), "result.keys", server), "[]");
}

TEST(Evidence, OfControlMessages) {
  const Story story = Story()
                          .chunk_size(client, 4096)
                          .connect()
                          .chunk_size(client, 60000)
                          .window(client, 7)
                          .bandwidth(server, 9);
  EXPECT_EQ(text(story, "set_chunk_size", client), "4096 60000");
  EXPECT_EQ(text(story, "window_ack", client), "7");
  EXPECT_EQ(text(story, "peer_bandwidth", server), "9");
  EXPECT_EQ(text(story, "set_chunk_size", server), "unknown");
}

TEST(Evidence, OfStatus) {
  const Story story =
      Story()
          .connect()
          .reply()
          .publish()
          .command(server, "onFCPublish", 0, R"([null, {"code": "c", "description": "FCPublish"}])")
          .command(server, "onStatus", 0,
                   R"([null, {"code": "NetStream.Publish.Start", "description": "Started.", )"
                   R"("clientid": "ASAICiss"}])",
                   5, 1);
  EXPECT_EQ(text(story, "status.publish", server), R"("Started.")");
  EXPECT_EQ(text(story, "status.csid", server), "5");
  EXPECT_EQ(text(story, "status.code", server), R"("NetStream.Publish.Start")");
  EXPECT_EQ(text(story, "status.clientid", server), R"("ASAICiss")");
  EXPECT_EQ(text(story, "status.fcpublish", server), R"("FCPublish")");
  EXPECT_EQ(text(story, "publish.chunk_stream_id", client), "8");
  EXPECT_EQ(text(story, "publish.name", client), R"("a")");
}

TEST(Evidence, OfMediaAndMetadata) {
  const Story story = Story()
                          .connect()
                          .reply()
                          .publish()
                          .metadata(client, R"({"@count": 20, "encoder": "Lavf59", "videodatarate": 0})")
                          .metadata(client, "{}")
                          .media(client, MediaType::audio, 4)
                          .media(client, MediaType::video, 6);
  EXPECT_EQ(text(story, "csid.audio_video", client), "[4,6]");
  EXPECT_EQ(text(story, "csid.media", client), "4 6");
  EXPECT_EQ(text(story, "media.message_stream_id", client), "1");
  EXPECT_EQ(text(story, "play.message_stream_id", client), "unknown");
  EXPECT_EQ(text(story, "metadata.encoder", client), R"("Lavf59")");
  EXPECT_EQ(text(story, "metadata.ecma_count", client), "20");
  EXPECT_EQ(text(story, "metadata.keys", client), R"(["encoder","videodatarate"])");
  EXPECT_EQ(text(story, "metadata.repeats", client), "2");
  EXPECT_EQ(text(story, "metadata.wrapper", client), R"("@setDataFrame")");
  EXPECT_EQ(text(story, "metadata.server", client), "absent");
  EXPECT_EQ(text(story, "metadata.videodevice_or_encoder", client), R"("Lavf59")");
  EXPECT_EQ(text(Story().metadata(client, "{}", false), "metadata.wrapper", client), R"("none")");
}

TEST(Evidence, BehindAHoleNothingCounts) {
  Story story;
  story.connect(R"({"flashVer": "before"})")
      .gap(client)
      .publish()
      .metadata(client, R"({"encoder": "behind"})");
  story.chunk_size(client, 4096).media(client, MediaType::video, 6);
  EXPECT_EQ(text(story, "connect.flashVer", client), R"("before")");
  EXPECT_EQ(text(story, "metadata.encoder", client), "unknown");
  EXPECT_EQ(text(story, "publish.name", client), "unknown");
  EXPECT_EQ(text(story, "set_chunk_size", client), "unknown");
  EXPECT_EQ(text(story, "csid.media", client), "unknown");
  EXPECT_EQ(text(Story().gap(client).connect(), "connect.app", client), "unknown");
}

TEST(Evidence, AHoleOfTheOtherSideTakesNothingAway) {
  EXPECT_EQ(text(Story().gap(server).connect(), "connect.app", client), R"("live")");
  EXPECT_EQ(text(Story().connect().gap(server).reply(), "result.fmsVer", server), "unknown");
}

TEST(Evidence, AHoleWithinTheHandshakeCostsTheHandshakeAlone) {
  Story story;
  story.event(EventKind::gap, client, R"({"stream_offset": 100, "length": 200})").connect();
  EXPECT_EQ(text(story, "connect.app", client), R"("live")");
}

TEST(Evidence, WhereSyncWasLostAHoleBegins) {
  Story story;
  story.event(EventKind::sync_lost, client, R"({"stream_offset": 3073})").connect();
  EXPECT_EQ(text(story, "connect.app", client), "unknown");
}

TEST(HostOf, AnUrl) {
  EXPECT_EQ(url_host("rtmps://Live.Twitch.TV:443/app"), "live.twitch.tv");
  EXPECT_EQ(url_host("rtmp://user:word@a.example/x"), "a.example");
  EXPECT_EQ(url_host("rtmp://[::1]:1935/x"), "::1");
  EXPECT_EQ(url_host("rtmp://[::1"), "::1");
  EXPECT_EQ(url_host("no url"), "");
  EXPECT_EQ(url_host("rtmp://"), "");
}

}  // namespace
}  // namespace rtmpscope::analysis
