#include <gtest/gtest.h>

#include "checker.hpp"

namespace rtmpscope::analysis {
namespace {

TEST(Finding, OfTheDecoder) {
  const Checker check(client);
  const std::string empty =
      R"({"test": "finding", "id": "data_message_empty", "side": "client", "before_media": true})";
  const char* const event = R"({"id": "data_message_empty", "severity": "warning", "stream_offset": 3273})";
  EXPECT_EQ(check(empty, publishing().event(EventKind::finding, client, event)), pass);
  EXPECT_EQ(
      check(empty, publishing().media(client, MediaType::video).event(EventKind::finding, client, event)),
      fail);
  EXPECT_EQ(check(empty, publishing().event(EventKind::finding, server, event)), fail);
  EXPECT_EQ(check(empty, publishing().event(
                             EventKind::finding, client,
                             R"({"id": "data_message_empty", "severity": "note", "after_gap": true})")),
            fail);
}

TEST(Finding, ThatIsNotThere) {
  const Checker check(server);
  const std::string none = R"({"test": "no_finding", "id": "data_message_empty", "side": "client"})";
  EXPECT_EQ(check(none, publishing()), pass);
  EXPECT_EQ(check(none, publishing().event(EventKind::finding, client,
                                           R"({"id": "data_message_empty", "severity": "warning"})")),
            fail);
  EXPECT_EQ(check(none, publishing().gap(client)), not_decided);
}

TEST(Judged, AFindingOfTheJudge) {
  Checker check(client);
  JudgedFinding finding;
  finding.id = FindingId::data_message_empty;
  finding.direction = client;
  const std::vector<JudgedFinding> findings = {finding};
  const std::string id = R"({"test": "judged", "id": "data_message_empty", "side": "client"})";
  EXPECT_EQ(check(id, publishing()), fail);
  check.context.findings = findings;
  EXPECT_EQ(check(id, publishing()), pass);
  EXPECT_EQ(check(R"({"test": "judged", "id": "data_message_empty", "side": "server"})", publishing()), fail);
}

TEST(Metadata, ThatRepeats) {
  const Checker check(client);
  const std::string often = R"({"test": "metadata_repeats", "more_than": 5, "within_s": 10})";
  const auto story = [](int count, double pause) {
    Story told = publishing();
    for (int i = 0; i < count; ++i) told.metadata(client, "{}").wait(pause);
    return told;
  };
  EXPECT_EQ(check(often, story(6, 0.1)), pass);
  EXPECT_EQ(check(often, story(5, 0.1)), fail);
  EXPECT_EQ(check(often, story(6, 3)), fail);
}

TEST(Metadata, ThatLacksKeys) {
  const Checker check(server);
  const std::string lacks = R"({"test": "metadata_lacks", "keys": ["videocodecid", "audiocodecid"]})";
  EXPECT_EQ(check(lacks, publishing().metadata(client, R"({"width": 1})")), pass);
  EXPECT_EQ(check(lacks, publishing().metadata(client, R"({"audiocodecid": 10})")), fail);
  EXPECT_EQ(check(lacks, publishing()), fail);
}

TEST(FirstTime, OfATrack) {
  const Checker check(client);
  const std::string wraps = R"({"test": "first_time", "media": "audio", "at_least": 4294901760})";
  EXPECT_EQ(check(wraps, publishing().media(client, MediaType::audio, 4, 4294967290)), pass);
  EXPECT_EQ(check(wraps, publishing().media(client, MediaType::audio, 4, 0)), fail);
  EXPECT_EQ(check(wraps, publishing().media(client, MediaType::video, 4, 4294967290)), fail);
}

TEST(EnhancedTrack, PublishedOrPlayedWithoutItsHeader) {
  const Checker check(server);
  const std::string enhanced = R"({"test": "enhanced_track"})";
  const auto track = [](Story story, Direction sender, bool with_start, bool is_enhanced = true) {
    if (with_start) story.media(sender, MediaType::video, 6, 0, PacketKind::sequence_start, is_enhanced);
    return story.media(sender, MediaType::video, 6, 0, PacketKind::coded_frames, is_enhanced);
  };
  const Story playing = Story().connect().reply().command(client, "play", 4, R"([null, "a"])", 8, 1);
  EXPECT_EQ(check(enhanced, track(publishing(), client, true)), pass);
  EXPECT_EQ(check(enhanced, track(publishing(), client, true, false)), fail);
  EXPECT_EQ(check(enhanced, track(playing, server, false)), pass);
  EXPECT_EQ(check(enhanced, track(playing, server, true)), fail);
  const std::string missing = R"({"test": "header_missing", "side": "server", "enhanced": true})";
  EXPECT_EQ(check(missing, track(playing, server, false)), pass);
  EXPECT_EQ(check(missing, track(playing, server, false, false)), fail);
  EXPECT_EQ(check(missing, track(playing, server, true)), fail);
  EXPECT_EQ(check(missing, track(publishing(), client, false)), fail);
}

TEST(MeanRate, OfTheMedia) {
  const Checker check(client);
  const std::string fast = R"({"test": "mean_rate", "side": "client", "kbps": 2000})";
  const auto story = [](double seconds) {
    return publishing()
        .media(client, MediaType::video)
        .wait(seconds)
        .media(client, MediaType::video)
        .close(client, "fin", R"({"to_server": {"bytes": 1250000}})");
  };
  EXPECT_EQ(check(fast, story(4)), pass);
  EXPECT_EQ(check(fast, story(10)), fail);
  EXPECT_EQ(check(fast, story(1)), fail);
  EXPECT_EQ(check(fast, publishing()), not_decided);
}

TEST(MediaStopped, BeforeTheEnd) {
  const Checker check(client);
  const std::string stopped = R"({"test": "media_stopped", "side": "client", "for_s": 1})";
  EXPECT_EQ(check(stopped, publishing().media(client, MediaType::video).wait(2).close(client)), pass);
  EXPECT_EQ(check(stopped, publishing().media(client, MediaType::video).close(client)), fail);
  EXPECT_EQ(check(R"({"test": "no_media", "side": "client"})", publishing()), pass);
  EXPECT_EQ(check(R"({"test": "no_media", "side": "client"})", publishing().media(client, MediaType::video)),
            fail);
}

TEST(Time, ThatNeedsAnExtendedTimestamp) {
  const Checker check(client);
  const std::string passed = R"({"test": "time_passed", "side": "client"})";
  EXPECT_EQ(check(passed, publishing().media(client, MediaType::audio, 4, 16777215)), pass);
  EXPECT_EQ(check(passed, publishing().media(client, MediaType::audio, 4, 16777214)), fail);
}

TEST(SyncLost, WithoutAGap) {
  const Checker check(client);
  const std::string lost = R"({"test": "sync_lost", "side": "client"})";
  const char* const event = R"({"stream_offset": 5000})";
  EXPECT_EQ(check(lost, publishing().event(EventKind::sync_lost, client, event)), pass);
  EXPECT_EQ(check(lost, publishing().event(EventKind::sync_lost, server, event)), fail);
  EXPECT_EQ(check(lost, publishing().gap(client).event(EventKind::sync_lost, client, event)), fail);
}

TEST(NamelessData, OfThatLength) {
  const Checker check(client);
  const std::string four = R"({"test": "nameless_data", "bytes": 4})";
  const auto story = [](int length) {
    return publishing().message(client, 18, {{"length", length}, {"data", {{"arguments", Json::array()}}}});
  };
  EXPECT_EQ(check(four, story(4)), pass);
  EXPECT_EQ(check(four, story(5)), fail);
}

TEST(Version, OfTheProgram) {
  Checker check(client);
  const std::string old = R"({"test": "version", "below": "30.1"})";
  const std::string known = R"({"test": "version", "below": "30.1", "known": true})";
  EXPECT_EQ(check(old, Story()), pass);
  EXPECT_EQ(check(known, Story()), not_decided);
  check.own.id = "x";
  check.own.versions = exactly("29.0.2");
  EXPECT_EQ(check(known, Story()), pass);
  check.own.versions = exactly("30.1.1");
  EXPECT_EQ(check(old, Story()), fail);
}

TEST(Peer, IsOneOfThem) {
  Checker check(client);
  const std::string srs = R"({"test": "peer", "ids": ["srs", "oryx"]})";
  EXPECT_EQ(check(srs, Story()), not_decided);
  check.peer.candidates = {"nginx_rtmp"};
  EXPECT_EQ(check(srs, Story()), fail);
  check.peer.candidates = {"nginx_rtmp", "oryx"};
  EXPECT_EQ(check(srs, Story()), pass);
}

TEST(Feature, OfEitherSide) {
  const Checker check(server);
  const std::string of_client =
      R"({"test": "feature", "side": "client", "feature": "connect.flashVer", "op": "re", )"
      R"("value": "^FMLE/"})";
  EXPECT_EQ(check(of_client, Story().connect(R"({"flashVer": "FMLE/3.0"})")), pass);
  EXPECT_EQ(check(of_client, Story().connect(R"({"flashVer": "LNX"})")), fail);
  EXPECT_EQ(check(of_client, Story()), not_decided);
}

TEST(Acknowledgements, ThatDoNotCome) {
  const Checker check(client);
  const std::string none = R"({"test": "no_acknowledgements"})";
  const auto story = [](std::uint32_t window) { return publishing().window(client, window); };
  const char* const sent = R"({"to_server": {"bytes": 250000}})";
  EXPECT_EQ(check(none, story(250000).close(client, "fin", sent)), pass);
  EXPECT_EQ(check(none, story(2500000).close(client, "fin", sent)), fail);
  EXPECT_EQ(check(none, story(250000).acknowledge(server, 100).close(client, "fin", sent)), fail);
  EXPECT_EQ(check(none, publishing().close(client, "fin", sent)), fail);
  EXPECT_EQ(check(none, story(250000).gap(server).close(client, "fin", sent)), not_decided);
}

TEST(Acknowledgements, ThatComeAllTheTime) {
  const Checker check(server);
  const std::string often = R"({"test": "acknowledgements_per_second", "side": "client", "at_least": 50})";
  const auto story = [](int count, double pause) {
    Story told = publishing();
    for (int i = 0; i < count; ++i) told.wait(pause).acknowledge(client, 4096);
    return told;
  };
  EXPECT_EQ(check(often, story(200, 0)), pass);
  EXPECT_EQ(check(often, story(200, 0.1)), fail);
  EXPECT_EQ(check(often, publishing()), fail);
}

TEST(Tls, VersionAndFailure) {
  const Checker check(client);
  const auto story = [] { return Story().event(EventKind::tls, server, R"({"version": "TLS 1.3"})"); };
  EXPECT_EQ(check(R"({"test": "tls", "version": "1.3"})", story()), pass);
  EXPECT_EQ(check(R"({"test": "tls", "version": "1.2"})", story()), fail);
  EXPECT_EQ(check(R"({"test": "tls", "failed": true})", story()), fail);
  EXPECT_EQ(check(R"({"test": "tls", "failed": true})",
                  story().event(EventKind::tls_alert, client,
                                R"({"level": "fatal", "description": "unknown_ca"})")),
            pass);
  EXPECT_EQ(check(R"({"test": "tls", "failed": true})", Story()), fail);
}

TEST(ChunkSize, Stays) {
  const Checker check(client);
  const std::string stays = R"({"test": "chunk_size_stays", "value": 128})";
  EXPECT_EQ(check(stays, publishing()), pass);
  EXPECT_EQ(check(stays, publishing().chunk_size(client, 4096)), fail);
  EXPECT_EQ(check(stays, Story("midstream").connect()), not_decided);
}

TEST(OtherConnections, TellWhatTheyTell) {
  Checker check(server);
  const std::string in_use = R"({"test": "name_in_use"})", newer = R"({"test": "newer_publisher"})";
  const std::string since = R"({"test": "since_previous", "from_s": 2.5, "to_s": 3.5})";
  const std::string broke = R"({"test": "previous_broke", "within_s": 15})";
  for (const std::string& each : {in_use, newer, since, broke})
    EXPECT_EQ(check(each, publishing()), not_decided) << each;
  check.context.name_in_use = check.context.newer_publisher = true;
  check.context.since_previous_s = 3;
  check.context.since_broken_s = 10;
  for (const std::string& each : {in_use, newer, since, broke})
    EXPECT_EQ(check(each, publishing()), pass) << each;
  check.context.name_in_use = check.context.newer_publisher = false;
  check.context.since_previous_s = 4;
  check.context.since_broken_s = 20;
  for (const std::string& each : {in_use, newer, since, broke})
    EXPECT_EQ(check(each, publishing()), fail) << each;
}

TEST(Bytes, OfASide) {
  const Checker check(server);
  const std::string many = R"({"test": "bytes", "side": "client", "at_least": 2147483648})";
  EXPECT_EQ(check(many, publishing().close(client, "fin", R"({"to_server": {"bytes": 3000000000}})")), pass);
  EXPECT_EQ(check(many, publishing().close(client)), fail);
}

TEST(Pings, WithoutAnAnswer) {
  const Checker check(server);
  const std::string unanswered = R"({"test": "pings_unanswered"})";
  const char* const ping = R"({"event_type": "ping_request", "timestamp": 1})";
  const char* const answer = R"({"event_type": "ping_response", "timestamp": 1})";
  EXPECT_EQ(check(unanswered, publishing().user_control(server, ping)), pass);
  EXPECT_EQ(check(unanswered, publishing().user_control(server, ping).user_control(client, answer)), fail);
  EXPECT_EQ(check(unanswered, publishing()), fail);
  EXPECT_EQ(check(unanswered, publishing().user_control(server, ping).gap(client)), not_decided);
}

TEST(Any, OneListOfWhichAllHold) {
  const Checker check(server);
  const std::string any = R"({"test": "any", "of": [
      [{"test": "answered", "request": "publish", "by": "onStatus"}, {"test": "no_media", "side": "client"}],
      [{"test": "bytes", "side": "client", "at_least": 1000000000}]]})";
  EXPECT_EQ(check(any, publishing()), pass);
  EXPECT_EQ(check(any, publishing().media(client, MediaType::video)), fail);
  EXPECT_EQ(check(any, publishing().gap(client)), not_decided);
}

}  // namespace
}  // namespace rtmpscope::analysis
