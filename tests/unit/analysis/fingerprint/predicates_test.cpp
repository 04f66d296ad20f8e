#include "analysis/fingerprint/predicates.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "analysis/fingerprint/feature_test.hpp"
#include "analysis/fingerprint/fingerprint_table.hpp"
#include "story.hpp"
#include "tables.hpp"

namespace rtmpscope::analysis {
namespace {

/// How a story meets a predicate of the built-in table, told of that side.
Fit meets(const Story& story, const std::string& predicate, Direction side) {
  for (const Software& program : FingerprintTable::built_in().programs()) {
    for (const Mark& mark : program.marks) {
      if (mark.test.predicate != nullptr && mark.test.predicate->name == predicate)
        return evaluate(mark.test, Evidence(story.history(), side).observe(mark.test.feature),
                        Evidence(story.history(), side));
    }
  }
  ADD_FAILURE() << "no mark has the predicate " << predicate;
  return Fit::unknown;
}

/// A publisher at a server, told up to its first frame.
Story published(const std::function<void(Story&)>& before_connect = nullptr,
                const std::function<void(Story&)>& after_reply = nullptr) {
  Story story;
  if (before_connect) before_connect(story);
  story.connect().reply();
  if (after_reply) after_reply(story);
  story.publish().publish_start().media(client, MediaType::video);
  return story;
}

TEST(Controls, BeforeConnect) {
  const std::string name = "chunk_size_4096_before_connect";
  EXPECT_EQ(meets(published([](Story& story) { story.chunk_size(client, 4096); }), name, client), Fit::fits);
  EXPECT_EQ(meets(published(), name, client), Fit::contradicts);
  EXPECT_EQ(meets(published(nullptr, [](Story& story) { story.chunk_size(client, 4096); }), name, client),
            Fit::contradicts);
  EXPECT_EQ(meets(Story("midstream").publish().media(client, MediaType::video), name, client), Fit::unknown);
}

TEST(Controls, AfterConnectWaitsForTheMedia) {
  const std::string name = "client_window_after_connect";
  EXPECT_EQ(meets(published(nullptr, [](Story& story) { story.window(client, 2500000); }), name, client),
            Fit::fits);
  EXPECT_EQ(meets(Story().connect().reply(), name, client), Fit::unknown);
  EXPECT_EQ(meets(published(), name, client), Fit::contradicts);
}

TEST(Controls, FirstOnes) {
  const std::string name = "server_5000000_4096";
  const auto story = [](std::uint32_t chunk_size) {
    return Story()
        .connect()
        .window(server, 5000000)
        .bandwidth(server, 5000000)
        .chunk_size(server, chunk_size);
  };
  EXPECT_EQ(meets(story(4096), name, server), Fit::fits);
  EXPECT_EQ(meets(story(65535), name, server), Fit::contradicts);
  EXPECT_EQ(meets(story(65535), "server_5000000_65535", server), Fit::fits);
  EXPECT_EQ(meets(Story().connect().window(server, 5000000), name, server), Fit::unknown);
  EXPECT_EQ(meets(Story().connect().window(server, 5000000).reply(), name, server), Fit::contradicts);
}

TEST(Controls, LimitTypeAndPing) {
  const std::string name = "server_2500000_ping_512";
  const auto story = [](std::string_view limit) {
    return Story()
        .connect()
        .window(server, 2500000)
        .bandwidth(server, 2500000, limit)
        .user_control(server, R"({"event_type": "ping_request", "timestamp": 7})")
        .chunk_size(server, 512);
  };
  EXPECT_EQ(meets(story("dynamic"), name, server), Fit::fits);
  EXPECT_EQ(meets(story("hard"), name, server), Fit::contradicts);
}

TEST(Controls, StreamAndBufferLength) {
  const std::string name = "buffer_length_300_for_stream_0";
  const auto story = [](std::string_view first) {
    Story told;
    told.connect().reply().user_control(client, first).command(client, "play", 4, R"([null, "a"])", 8, 1);
    told.user_control(client, R"({"event_type": "set_buffer_length", "message_stream_id": 1,
                                  "buffer_length_ms": 36000000})");
    return told.media(server, MediaType::video);
  };
  const char* const stream_0 =
      R"({"event_type": "set_buffer_length", "message_stream_id": 0, "buffer_length_ms": 300})";
  const char* const stream_1 =
      R"({"event_type": "set_buffer_length", "message_stream_id": 1, "buffer_length_ms": 300})";
  EXPECT_EQ(meets(story(stream_0), name, client), Fit::fits);
  EXPECT_EQ(meets(story(stream_1), name, client), Fit::contradicts);
}

TEST(Controls, HeaderType) {
  const std::string name = "chunk_size_128_with_type_1_header";
  const auto story = [](int header_type) {
    return published(nullptr, [=](Story& told) { told.chunk_size(client, 128, header_type); });
  };
  EXPECT_EQ(meets(story(1), name, client), Fit::fits);
  EXPECT_EQ(meets(story(0), name, client), Fit::contradicts);
}

TEST(Controls, TwiceAndStreamBegin) {
  const auto windows = [](int count) {
    return published(nullptr, [=](Story& told) {
      for (int i = 0; i < count; ++i) told.window(client, 5000000);
    });
  };
  EXPECT_EQ(meets(windows(2), "window_asked_twice", client), Fit::fits);
  EXPECT_EQ(meets(windows(1), "window_asked_twice", client), Fit::contradicts);
  const Story begins = published(nullptr, [](Story& told) {
    told.user_control(client, R"({"event_type": "stream_begin", "message_stream_id": 1})");
  });
  EXPECT_EQ(meets(begins, "stream_begin_by_client", client), Fit::fits);
  EXPECT_EQ(meets(published(), "stream_begin_by_client", client), Fit::contradicts);
}

TEST(Controls, BehindAHoleNothingIsSaidToBeMissing) {
  const Story story = published(nullptr, [](Story& told) { told.gap(client); });
  EXPECT_EQ(meets(story, "window_asked_twice", client), Fit::unknown);
}

TEST(CopiesChunkSize, OfTheServer) {
  const std::string name = "chunk_size_copied_from_server";
  const auto story = [](std::uint32_t mine) {
    return Story().connect().chunk_size(server, 60000).reply().chunk_size(client, mine);
  };
  EXPECT_EQ(meets(story(60000), name, client), Fit::fits);
  EXPECT_EQ(meets(story(4096), name, client), Fit::contradicts);
  EXPECT_EQ(meets(Story().chunk_size(client, 4096).connect().chunk_size(server, 4096), name, client),
            Fit::contradicts);
  EXPECT_EQ(meets(Story().connect().chunk_size(server, 60000).reply(), name, client), Fit::unknown);
}

TEST(NoChunkSize, IsSureWithMedia) {
  const std::string name = "chunk_size_stays_128";
  EXPECT_EQ(meets(published(), name, client), Fit::fits);
  EXPECT_EQ(meets(published([](Story& told) { told.chunk_size(client, 4096); }), name, client),
            Fit::contradicts);
  EXPECT_EQ(meets(Story().connect().reply(), name, client), Fit::unknown);
  EXPECT_EQ(meets(Story("midstream").media(client, MediaType::video), name, client), Fit::unknown);
}

TEST(Commands, InOrder) {
  const std::string name = "commands_in_publishing_order";
  const auto story = [](std::initializer_list<const char*> names) {
    Story told;
    told.connect().reply();
    for (const char* const each : names) told.command(client, each, 2, "[null]");
    return told;
  };
  EXPECT_EQ(meets(story({"releaseStream", "FCPublish", "createStream", "publish"}), name, client), Fit::fits);
  EXPECT_EQ(meets(story({"createStream", "releaseStream", "FCPublish", "publish"}), name, client),
            Fit::contradicts);
  EXPECT_EQ(meets(story({"releaseStream", "FCPublish", "createStream"}), name, client), Fit::unknown);
}

TEST(Commands, ThatAreLacking) {
  const std::string name = "no_release_stream_nor_fc_publish";
  EXPECT_EQ(meets(published(), name, client), Fit::fits);
  const Story releases =
      published(nullptr, [](Story& told) { told.command(client, "releaseStream", 2, R"([null, "a"])"); });
  EXPECT_EQ(meets(releases, name, client), Fit::contradicts);
  EXPECT_EQ(meets(Story("midstream").publish(), name, client), Fit::unknown);
}

TEST(Commands, AtTheEnd) {
  const std::string name = "close_stream_then_delete_stream";
  EXPECT_EQ(meets(published()
                      .command(client, "closeStream", 0, "[null]")
                      .command(client, "deleteStream", 0, "[null, 1]"),
                  name, client),
            Fit::fits);
  EXPECT_EQ(meets(published().command(client, "deleteStream", 0, "[null, 1]"), name, client),
            Fit::contradicts);
}

TEST(TransactionId, Zero) {
  const std::string name = "transaction_id_0_several_times";
  const auto story = [](double first, double second) {
    return Story()
        .connect()
        .command(client, "releaseStream", first, R"([null, "a"])")
        .command(client, "FCPublish", second, R"([null, "a"])");
  };
  EXPECT_EQ(meets(story(0, 0), name, client), Fit::fits);
  EXPECT_EQ(meets(story(0, 3), name, client), Fit::contradicts);
  EXPECT_EQ(meets(Story().connect(), name, client), Fit::unknown);
}

TEST(Equals, TheArgumentOfDeleteStream) {
  const std::string name = "delete_stream_with_text";
  EXPECT_EQ(meets(Story().command(client, "deleteStream", 0, R"([null, "a"])"), name, client), Fit::fits);
  EXPECT_EQ(meets(Story().command(client, "deleteStream", 0, "[null, 1]"), name, client), Fit::contradicts);
  EXPECT_EQ(meets(Story().connect(), name, client), Fit::unknown);
}

TEST(Equals, WhatBandwidthDoneBrings) {
  const std::string name = "bandwidth_done_without_number";
  EXPECT_EQ(meets(published(nullptr, [](Story& told) { told.command(server, "onBWDone", 0, "[null]"); }),
                  name, server),
            Fit::fits);
  EXPECT_EQ(
      meets(published(nullptr, [](Story& told) { told.command(server, "onBWDone", 0, "[null, 8192]"); }),
            name, server),
      Fit::contradicts);
  EXPECT_EQ(meets(published(), name, server), Fit::contradicts);
  EXPECT_EQ(meets(Story().connect().reply(), name, server), Fit::unknown);
}

TEST(Type, OfTheVideoCodecId) {
  const std::string name = "video_codec_id_text";
  EXPECT_EQ(meets(published().metadata(client, R"({"videocodecid": "avc1"})"), name, client), Fit::fits);
  EXPECT_EQ(meets(published().metadata(client, R"({"videocodecid": 7})"), name, client), Fit::contradicts);
  EXPECT_EQ(meets(published(), name, client), Fit::unknown);
}

TEST(Present, AndAbsent) {
  const Story srs = Story().connect().reply("{}", R"({"data": {"srs_version": "7.0.18"}})");
  EXPECT_EQ(meets(srs, "srs_version_present", server), Fit::fits);
  EXPECT_EQ(meets(srs, "srs_version_absent", server), Fit::contradicts);
  EXPECT_EQ(meets(Story().connect().reply(), "srs_version_present", server), Fit::contradicts);
  EXPECT_EQ(meets(Story().connect().reply(), "srs_version_absent", server), Fit::fits);
  EXPECT_EQ(meets(Story().connect(), "srs_version_present", server), Fit::unknown);
  EXPECT_EQ(meets(Story().connect(R"({"pageUrl": "http://example.org"})"), "page_url_set", client),
            Fit::fits);
  EXPECT_EQ(meets(Story().connect(), "page_url_set", client), Fit::contradicts);
  EXPECT_EQ(meets(published().metadata(client, "{}"), "encoder_absent", client), Fit::fits);
  EXPECT_EQ(meets(published().metadata(client, R"({"encoder": "x"})"), "encoder_absent", client),
            Fit::contradicts);
  EXPECT_EQ(
      meets(published().message(client, 18, {{"data", {{"name", "onFI"}, {"arguments", Json::array()}}}}),
            "on_fi_sent", client),
      Fit::fits);
  EXPECT_EQ(meets(published().metadata(client, "{}"), "on_fi_sent", client), Fit::contradicts);
  EXPECT_EQ(meets(Story().connect().reply(R"({"CapsEx": 15})"), "caps_ex_capital", server), Fit::fits);
  EXPECT_EQ(meets(Story().connect().reply(R"({"capsEx": 15})"), "caps_ex_capital", server), Fit::contradicts);
  EXPECT_EQ(meets(Story().connect().reply("{}", R"({"secureToken": "x"})"), "secure_token_present", server),
            Fit::fits);
  EXPECT_EQ(meets(published(nullptr, [](Story& told) { told.command(server, "onBWCheck", 0, "[null]"); }),
                  "bandwidth_check_asked", server),
            Fit::fits);
  EXPECT_EQ(meets(Story().message(server, 22, Json::object()), "aggregates", server), Fit::fits);
  EXPECT_EQ(meets(published(), "aggregates", server), Fit::unknown);
}

TEST(Answers, NoneToReleaseStream) {
  const std::string name = "no_answer_to_release_stream";
  const auto story = [](const char* answer) {
    return published(nullptr, [=](Story& told) {
      told.command(client, "releaseStream", 2, R"([null, "a"])");
      if (answer != nullptr) told.command(server, answer, 2, "[null, null]");
    });
  };
  EXPECT_EQ(meets(story(nullptr), name, server), Fit::fits);
  EXPECT_EQ(meets(story("_result"), name, server), Fit::contradicts);
  EXPECT_EQ(meets(published(), name, server), Fit::unknown);
  EXPECT_EQ(
      meets(Story().connect().reply().command(client, "releaseStream", 2, R"([null, "a"])"), name, server),
      Fit::unknown);
  EXPECT_EQ(meets(story("_error"), "error_to_release_stream", server), Fit::fits);
  EXPECT_EQ(meets(story("_result"), "error_to_release_stream", server), Fit::contradicts);
}

TEST(Handshake, SimpleEcho) {
  const std::string name = "simple_block_echoed";
  const auto story = [](const char* c1, const char* s1) {
    return Story().handshake("c1", c1).handshake("s1", s1);
  };
  EXPECT_EQ(meets(story(R"({"kind": "simple"})", R"({"kind": "copy", "echo": "full"})"), name, server),
            Fit::fits);
  EXPECT_EQ(meets(story(R"({"kind": "simple"})", R"({"kind": "simple", "echo": "none"})"), name, server),
            Fit::contradicts);
  EXPECT_EQ(meets(story(R"({"kind": "digest"})", R"({"kind": "digest", "echo": "none"})"), name, server),
            Fit::unknown);
  EXPECT_EQ(meets(story(R"({"kind": "simple", "missing_bytes": 3})", R"({"kind": "simple"})"), name, server),
            Fit::unknown);
}

TEST(Handshake, TimeOfC1) {
  const std::string name = "s1_time_of_c1";
  const auto story = [](const char* c1, const char* s1) {
    return Story().handshake("c1", c1).handshake("s1", s1);
  };
  EXPECT_EQ(meets(story(R"({"timestamp": 77})", R"({"timestamp": 77, "kind": "simple"})"), name, server),
            Fit::fits);
  EXPECT_EQ(meets(story(R"({"timestamp": 77})", R"({"timestamp": 78, "kind": "simple"})"), name, server),
            Fit::contradicts);
  EXPECT_EQ(meets(story(R"({"timestamp": 77})", R"({"timestamp": 77, "kind": "copy"})"), name, server),
            Fit::contradicts);
  EXPECT_EQ(meets(story(R"({"timestamp": 0})", R"({"timestamp": 0, "kind": "simple"})"), name, server),
            Fit::unknown);
}

TEST(Acknowledgements, ThatDoNotGrow) {
  const std::string name = "acknowledgement_increments";
  const auto story = [](std::initializer_list<std::uint32_t> values) {
    Story told;
    for (const std::uint32_t each : values) told.acknowledge(server, each);
    return told;
  };
  EXPECT_EQ(meets(story({131325, 131325, 131325}), name, server), Fit::fits);
  EXPECT_EQ(meets(story({131325, 262650, 393975}), name, server), Fit::contradicts);
  EXPECT_EQ(meets(story({131325, 131325}), name, server), Fit::unknown);
}

TEST(ChunkStreams, FiveAMessageStream) {
  const std::string name = "five_chunk_streams_a_stream";
  EXPECT_EQ(meets(Story().message(server, 18, Json::object(), 4, 1).message(server, 18, Json::object(), 9, 2),
                  name, server),
            Fit::fits);
  EXPECT_EQ(meets(Story().message(server, 18, Json::object(), 20, 1), name, server), Fit::contradicts);
  EXPECT_EQ(meets(Story().connect().reply(), name, server), Fit::unknown);
}

TEST(ChunkStreams, OpenedWithDelta) {
  const std::string name = "high_chunk_stream_opened_with_delta";
  const auto story = [](const char* chunk_streams) {
    return Story().close(client, "fin",
                         R"({"to_server": {"chunk_streams": )" + std::string(chunk_streams) + "}}");
  };
  EXPECT_EQ(meets(story(R"([{"id": 3, "first_type": 0}, {"id": 33, "first_type": 2}])"), name, client),
            Fit::fits);
  EXPECT_EQ(meets(story(R"([{"id": 2, "first_type": 1}, {"id": 33, "first_type": 0}])"), name, client),
            Fit::contradicts);
  EXPECT_EQ(meets(Story().connect(), name, client), Fit::unknown);
}

}  // namespace
}  // namespace rtmpscope::analysis
