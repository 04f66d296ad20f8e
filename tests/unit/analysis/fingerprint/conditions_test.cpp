#include "analysis/fingerprint/conditions.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "story.hpp"
#include "tables.hpp"

namespace rtmpscope::analysis {
namespace {

/// Whether a condition, as a file writes it, holds for an issue of a program of that side.
class Checker {
 public:
  explicit Checker(Direction side, const std::string& limits = "") : side_(side), limits_(limits) {}

  IssueContext context;
  Fingerprint own, peer;

  [[nodiscard]] Answer operator()(const std::string& condition, const Story& story) const {
    const FingerprintTable table =
        table_of(R"([{"id": "x", "name": "X", "side": ")" +
                 std::string(side_ == client ? "client" : "server") + R"(", "limits": [)" + limits_ +
                 R"(], "known_issues": [{"id": "i", "severity": "note", "note": "n", "when": [)" + condition +
                 "]}]}]");
    const Software& program = table.programs()[0];
    const Situation situation{table,
                              story.history(),
                              context,
                              program,
                              own.id.empty() ? nullptr : &own,
                              peer.candidates.empty() ? nullptr : &peer};
    return check(program.issues[0].when[0], situation).answer;
  }

 private:
  Direction side_;
  std::string limits_;
};

constexpr Answer pass = Answer::pass, fail = Answer::fail, undecided = Answer::undecided;

Story publishing() {
  return Story().connect().reply().publish().publish_start();
}

TEST(EndedBy, SideAndKind) {
  const Checker check(server);
  const std::string by_fin = R"({"test": "ended_by", "side": "server", "how": "fin"})";
  EXPECT_EQ(check(by_fin, publishing().close(server)), pass);
  EXPECT_EQ(check(by_fin, publishing().close(server, "reset")), fail);
  EXPECT_EQ(check(by_fin, publishing().close(client)), fail);
  EXPECT_EQ(check(by_fin, publishing().capture_ends()), fail);
  EXPECT_EQ(
      check(R"({"test": "ended_by", "side": "server", "how": "reset"})", publishing().close(server, "reset")),
      pass);
}

TEST(EndedBy, SoonAfterSomething) {
  const Checker check(server);
  const auto after = [](const char* event, const char* more = "") {
    return R"({"test": "ended_by", "side": "server", "within_s": 1, "after": ")" + std::string(event) + "\"" +
           more + "}";
  };
  EXPECT_EQ(check(after("publish_start"), publishing().close(server)), pass);
  EXPECT_EQ(check(after("publish_start"), publishing().wait(2).close(server)), fail);
  EXPECT_EQ(check(after("connect"), Story().connect().close(server)), pass);
  EXPECT_EQ(check(after("publish"), Story().connect().close(server)), fail);
  EXPECT_EQ(check(after("publish"), Story().connect().publish().close(server)), pass);
  EXPECT_EQ(check(after("first_video"), publishing().media(client, MediaType::video).close(server)), pass);
  EXPECT_EQ(check(after("first_audio"), publishing().media(client, MediaType::video).close(server)), fail);
  EXPECT_EQ(check(after("metadata"), publishing().metadata(client, "{}").close(server)), pass);
  EXPECT_EQ(
      check(after("time_passed"), publishing().media(client, MediaType::video, 4, 16777215).close(server)),
      pass);
  EXPECT_EQ(
      check(after("time_passed"), publishing().media(client, MediaType::video, 4, 16777214).close(server)),
      fail);
  const Story large =
      publishing().media(client, MediaType::video, 4, 0, PacketKind::coded_frames, false, 1048576);
  EXPECT_EQ(check(after("large_message", R"(, "bytes": 1048576)"), Story(large).close(server)), pass);
  EXPECT_EQ(check(after("large_message", R"(, "bytes": 1048577)"), Story(large).close(server)), fail);
}

TEST(Silent, AsLongAsALimit) {
  const Checker check(server, R"({"limit": "client_silent_s", "value": 5})");
  const std::string limit =
      R"({"test": "silent", "side": "client", "about_limit": "client_silent_s", "then": "ended"})";
  EXPECT_EQ(check(limit, publishing().media(client, MediaType::video).wait(5.3).close(server)), pass);
  EXPECT_EQ(check(limit, publishing().media(client, MediaType::video).wait(6.5).close(server)), fail);
  EXPECT_EQ(check(limit, publishing().media(client, MediaType::video).wait(5.3).close(client)), fail);
  EXPECT_EQ(check(limit, publishing().media(client, MediaType::video).gap(client).wait(5).close(server)),
            undecided);
}

TEST(Silent, AndStillOpen) {
  const Checker check(server);
  const std::string open = R"({"test": "silent", "side": "client", "at_least_s": 60, "then": "open"})";
  EXPECT_EQ(check(open, publishing().wait(61).capture_ends()), pass);
  EXPECT_EQ(check(open, publishing().wait(59).capture_ends()), fail);
  EXPECT_EQ(check(open, publishing().wait(61).close(server)), fail);
  Checker live(server);
  live.context.capture_last = {100'000'000'000, 9};
  EXPECT_EQ(live(open, publishing()), pass);
}

TEST(Silent, BetweenTwoTimes) {
  const Checker check(server);
  const std::string between =
      R"({"test": "silent", "side": "client", "from_s": 9.4, "to_s": 10.6, "then": "ended"})";
  EXPECT_EQ(check(between, publishing().wait(10).close(server)), pass);
  EXPECT_EQ(check(between, publishing().wait(11).close(server)), fail);
}

TEST(Unacknowledged, ForALimit) {
  const Checker check(client, R"({"limit": "send_s", "value": 15})");
  const std::string limit = R"({"test": "unacknowledged_for", "limit": "send_s"})";
  EXPECT_EQ(
      check(limit, publishing().close(client, "fin", R"({"to_server": {"tcp": {"unanswered_ms": 15200}}})")),
      pass);
  EXPECT_EQ(
      check(limit, publishing().close(client, "fin", R"({"to_server": {"tcp": {"unanswered_ms": 9000}}})")),
      fail);
  EXPECT_EQ(check(limit, publishing().close(client, "fin",
                                            R"({"to_client": {"tcp": {"zero_window_at_end_ms": 15000}}})")),
            pass);
  EXPECT_EQ(check(limit, publishing().close(client)), undecided);
}

TEST(ZeroWindow, ForASecond) {
  const Checker check(server);
  const std::string zero = R"({"test": "zero_window", "side": "server"})";
  const auto story = [](int ms) {
    return publishing().close(
        server, "fin", R"({"to_client": {"tcp": {"zero_window_at_end_ms": )" + std::to_string(ms) + "}}}");
  };
  EXPECT_EQ(check(zero, story(5000)), pass);
  EXPECT_EQ(check(zero, story(500)), fail);
  EXPECT_EQ(check(zero, publishing().close(server)), undecided);
}

TEST(Duration, BetweenTwoTimes) {
  const Checker check(client);
  const std::string near = R"({"test": "duration", "from_s": 85, "to_s": 95})";
  EXPECT_EQ(check(near, publishing().wait(90).close(server)), pass);
  EXPECT_EQ(check(near, publishing().wait(100).close(server)), fail);
  EXPECT_EQ(check(near, publishing().wait(90).capture_ends()), fail);
}

TEST(NotClean, WithoutASayingSo) {
  const Checker check(client);
  const std::string rough = R"({"test": "not_clean"})";
  EXPECT_EQ(check(rough, publishing().close(client)), pass);
  EXPECT_EQ(check(rough, publishing().command(client, "FCUnpublish", 6, "[null]").close(client)), fail);
  EXPECT_EQ(check(rough, publishing().gap(client).close(client)), undecided);
}

TEST(EndsInCutCommand, OfThatManyBytes) {
  const Checker check(client);
  const std::string cut = R"({"test": "ends_in_cut_command", "bytes": 8})";
  const auto story = [](int bytes) {
    Story told = publishing();
    told.message(client, 20,
                 {{"complete", false}, {"length", 34}, {"command", {{"arguments", Value::array()}}}}, 3, 0);
    return told.close(client, "reset", R"({"to_server": {"bytes": )" + std::to_string(3273 + bytes) + "}}");
  };
  EXPECT_EQ(check(cut, story(8)), pass);
  EXPECT_EQ(check(cut, story(20)), fail);
  EXPECT_EQ(check(cut, publishing().close(client)), fail);
}

TEST(Status, ByCodeAndDescription) {
  const Checker check(server);
  const Story story = publishing().status("NetStream.Publish.BadName", "error", "Already publishing");
  EXPECT_EQ(check(R"({"test": "status", "code": "BadName$", "description": "^Already"})", story), pass);
  EXPECT_EQ(check(R"({"test": "status", "code": "BadName$", "description": "^Not"})", story), fail);
  EXPECT_EQ(check(R"({"test": "status", "code": "Rejected"})", story), fail);
  const Story redirected = Story().connect().command(
      server, "_error", 1,
      R"([null, {"code": "NetConnection.Connect.Rejected", "ex": {"redirect": "rtmp://b/"}}])");
  EXPECT_EQ(check(R"({"test": "status", "code": "Rejected$", "redirect": true})", redirected), pass);
  EXPECT_EQ(check(R"({"test": "status", "code": "BadName$", "redirect": true})", story), fail);
}

TEST(NoErrorStatus, OfAWholeDirection) {
  const Checker check(server);
  const std::string none = R"({"test": "no_error_status"})";
  EXPECT_EQ(check(none, publishing()), pass);
  EXPECT_EQ(check(none, publishing().status("NetStream.Publish.BadName", "error")), fail);
  EXPECT_EQ(check(none, publishing().gap(server)), undecided);
}

TEST(Unanswered, TheLastRequest) {
  const Checker check(server);
  const std::string publish = R"({"test": "unanswered", "request": "publish"})";
  EXPECT_EQ(check(publish, Story().connect().reply().publish()), pass);
  EXPECT_EQ(check(publish, publishing()), fail);
  EXPECT_EQ(check(publish, Story().connect().reply()), fail);
  EXPECT_EQ(check(publish, Story().connect().reply().publish().gap(server)), undecided);
}

TEST(Answered, ByThatName) {
  const Checker check(client);
  const std::string result = R"({"test": "answered", "request": "publish", "by": "_result"})";
  EXPECT_EQ(check(result, Story().connect().reply().publish().command(server, "_result", 5, "[null, null]")),
            pass);
  EXPECT_EQ(check(result, publishing()), fail);
  EXPECT_EQ(check(result, Story().connect().reply().publish()), fail);
}

TEST(RequestUnanswered, ForALimit) {
  const Checker check(client, R"({"limit": "command_answer_s", "value": 3})");
  const std::string limit = R"({"test": "request_unanswered_for", "limit": "command_answer_s"})";
  EXPECT_EQ(check(limit, Story().connect().reply().publish().wait(3).close(client)), pass);
  EXPECT_EQ(check(limit, Story().connect().reply().publish().wait(5).close(client)), fail);
  EXPECT_EQ(check(limit, publishing().wait(3).close(client)), fail);
}

TEST(PublishStarted, AfterThatTime) {
  const Checker check(client);
  const std::string late = R"({"test": "publish_started_after", "from_ms": 100, "to_ms": 250})";
  EXPECT_EQ(check(late, Story().connect().reply().wait(0.15).publish().publish_start()), pass);
  EXPECT_EQ(check(late, publishing()), fail);
  EXPECT_EQ(check(late, Story().connect().reply().publish()), fail);
}

TEST(CommandPauses, OfThatLength) {
  const Checker check(client);
  const std::string two = R"({"test": "command_pauses", "from_ms": 35, "to_ms": 50, "at_least": 2})";
  const auto story = [](double pause) {
    return Story().connect().wait(pause).command(client, "createStream", 4, "[null]").wait(pause).publish();
  };
  EXPECT_EQ(check(two, story(0.032)), pass);
  EXPECT_EQ(check(two, story(0.1)), fail);
}

TEST(Reply, InSmallChunks) {
  const Checker check(client);
  const std::string small = R"({"test": "reply_in_small_chunks"})";
  const auto story = [](int chunks) {
    return Story().connect().message(
        server, 20,
        {{"length", 300},
         {"chunks", chunks},
         {"command", {{"name", "_result"}, {"transaction_id", 1}, {"arguments", Value::array()}}}},
        3, 0);
  };
  EXPECT_EQ(check(small, story(3)), pass);
  EXPECT_EQ(check(small, story(1)), fail);
}

TEST(Commands, ThatWereNotSent) {
  const Checker check(client);
  const std::string none = R"({"test": "no_command", "name": "connect"})";
  const auto story = [] { return Story().handshake("c1", "{}").handshake_done(); };
  EXPECT_EQ(check(none, story().chunk_size(client, 4096)), pass);
  EXPECT_EQ(check(none, story().connect()), fail);
  EXPECT_EQ(check(none, story().gap(client).connect()), undecided);
}

TEST(Connect, HoldsAList) {
  const Checker check(server);
  EXPECT_EQ(check(R"({"test": "list_in_connect"})", Story().connect(R"({"fourCcList": ["av01"]})")), pass);
  EXPECT_EQ(check(R"({"test": "list_in_connect"})", Story().connect()), fail);
}

TEST(Name, WithoutAText) {
  const Checker check(server);
  EXPECT_EQ(check(R"({"test": "name_without", "text": "user="})", publishing()), pass);
  EXPECT_EQ(check(R"({"test": "name_without", "text": "user="})", Story().connect().publish("a?user=me")),
            fail);
}

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
  EXPECT_EQ(check(fast, publishing()), undecided);
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
    return publishing().message(client, 18, {{"length", length}, {"data", {{"arguments", Value::array()}}}});
  };
  EXPECT_EQ(check(four, story(4)), pass);
  EXPECT_EQ(check(four, story(5)), fail);
}

TEST(Version, OfTheProgram) {
  Checker check(client);
  const std::string old = R"({"test": "version", "below": "30.1"})";
  const std::string known = R"({"test": "version", "below": "30.1", "known": true})";
  EXPECT_EQ(check(old, Story()), pass);
  EXPECT_EQ(check(known, Story()), undecided);
  check.own.id = "x";
  check.own.versions = exactly("29.0.2");
  EXPECT_EQ(check(known, Story()), pass);
  check.own.versions = exactly("30.1.1");
  EXPECT_EQ(check(old, Story()), fail);
}

TEST(Peer, IsOneOfThem) {
  Checker check(client);
  const std::string srs = R"({"test": "peer", "ids": ["srs", "oryx"]})";
  EXPECT_EQ(check(srs, Story()), undecided);
  check.peer.candidates = {"nginx_rtmp"};
  EXPECT_EQ(check(srs, Story()), fail);
  check.peer.candidates = {"nginx_rtmp", "oryx"};
  EXPECT_EQ(check(srs, Story()), pass);
}

TEST(Feature, OfEitherSide) {
  const Checker check(server);
  const std::string of_client =
      R"({"test": "feature", "side": "client", "feature": "connect.flashVer", "op": "re", "value": "^FMLE/"})";
  EXPECT_EQ(check(of_client, Story().connect(R"({"flashVer": "FMLE/3.0"})")), pass);
  EXPECT_EQ(check(of_client, Story().connect(R"({"flashVer": "LNX"})")), fail);
  EXPECT_EQ(check(of_client, Story()), undecided);
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
  EXPECT_EQ(check(none, story(250000).gap(server).close(client, "fin", sent)), undecided);
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
  EXPECT_EQ(check(stays, Story("midstream").connect()), undecided);
}

TEST(OtherConnections, TellWhatTheyTell) {
  Checker check(server);
  const std::string in_use = R"({"test": "name_in_use"})", newer = R"({"test": "newer_publisher"})";
  const std::string since = R"({"test": "since_previous", "from_s": 2.5, "to_s": 3.5})";
  const std::string broke = R"({"test": "previous_broke", "within_s": 15})";
  for (const std::string& each : {in_use, newer, since, broke})
    EXPECT_EQ(check(each, publishing()), undecided) << each;
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
  EXPECT_EQ(check(unanswered, publishing().user_control(server, ping).gap(client)), undecided);
}

TEST(Any, OneListOfWhichAllHold) {
  const Checker check(server);
  const std::string any = R"({"test": "any", "of": [
      [{"test": "answered", "request": "publish", "by": "onStatus"}, {"test": "no_media", "side": "client"}],
      [{"test": "bytes", "side": "client", "at_least": 1000000000}]]})";
  EXPECT_EQ(check(any, publishing()), pass);
  EXPECT_EQ(check(any, publishing().media(client, MediaType::video)), fail);
  EXPECT_EQ(check(any, publishing().gap(client)), undecided);
}

}  // namespace
}  // namespace rtmpscope::analysis
