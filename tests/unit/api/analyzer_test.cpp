#include "rtmpscope/analyzer.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

#include "unit/api/recorded_calls.hpp"

namespace rtmpscope::test {
namespace {

using testing::Contains;
using testing::HasSubstr;

const std::string publish = SAMPLES "pub_ffmpeg_nginx_avc_aac.pcap";

v1::Analyzer open(const std::string& path, const v1::Options& options = {}) {
  auto analyzer = v1::Analyzer::open({path}, options);
  EXPECT_TRUE(analyzer.ok());
  return std::move(analyzer).value();
}

TEST(Analyzer, CallsInTheOrderOfTheCapture) {
  RecordedCalls observer;
  ASSERT_TRUE(open(publish).run(observer).ok());
  ASSERT_GT(observer.calls.size(), 300U);
  EXPECT_EQ(observer.calls.front(), "open rtmp");
  EXPECT_EQ(observer.calls.back(), "close fin");
  EXPECT_EQ(observer.messages.size(), 362U);  // 355 and 7, as README.md shows
  EXPECT_THAT(observer.messages, Contains(HasSubstr("publish avc_aac")));
  EXPECT_THAT(observer.messages, Contains(HasSubstr("onStatus NetStream.Publish.Start")));
  EXPECT_THAT(observer.messages, Contains(HasSubstr("of avc_aac avc key")));
}

TEST(Analyzer, ReportsWhatAConnectionAmountsTo) {
  struct Closing final : v1::Observer {
    v1::Report report;
    void on_close(const v1::Connection&, const v1::Report& r) override { report = r; }
  } observer;
  ASSERT_TRUE(open(publish).run(observer).ok());
  EXPECT_EQ(observer.report.app, "live");
  EXPECT_EQ(observer.report.directions[0].packets, 490U);
  EXPECT_EQ(observer.report.directions[0].messages, 355U);
  ASSERT_EQ(observer.report.streams.size(), 1U);
  const v1::StreamReport& stream = observer.report.streams.front();
  EXPECT_EQ(stream.use, v1::StreamUse::publish);
  EXPECT_EQ(stream.name, "avc_aac");
  EXPECT_EQ(stream.video.messages, 129U);
  EXPECT_EQ(stream.video.key_frames, 3U);
  EXPECT_EQ(stream.video.width, 320U);
  EXPECT_EQ(stream.video.height, 180U);
  EXPECT_NEAR(stream.video.frame_rate, 25, 0.1);
  EXPECT_EQ(stream.audio.sample_rate, 44100U);
  EXPECT_EQ(stream.audio.channels, 2U);
  EXPECT_EQ(stream.video.configuration, "High 1.2, 320x180, 8 bit 4:2:0, 25 fps, x264 core 164");
  EXPECT_EQ(stream.audio.configuration, "LC 44.1 kHz stereo");
}

TEST(Analyzer, MediaIsWholeIfAskedFor) {
  for (const bool whole : {false, true}) {
    struct Bodies final : v1::Observer {
      std::size_t cut = 0;
      void on_message(const v1::Connection&, const v1::Message& message) override {
        cut += message.body.size() < message.length ? 1 : 0;
      }
    } observer;
    v1::Options options;
    options.keep_media = whole;
    ASSERT_TRUE(open(publish, options).run(observer).ok());
    EXPECT_EQ(observer.cut == 0, whole);
  }
}

TEST(Analyzer, VisitsAllFields) {
  struct Names final : v1::Observer, v1::FieldVisitor {
    std::vector<std::string> texts;
    void on_message(const v1::Connection&, const v1::Message& message) override {
      if (message.type_id == 20) message.visit(*this);
    }
    void key(std::string_view name) override { texts.emplace_back(name); }
    void text(std::string_view name, std::string_view value) override {
      texts.push_back(std::string(name) + "=" + std::string(value));
    }
  } observer;
  ASSERT_TRUE(open(publish).run(observer).ok());
  EXPECT_THAT(observer.texts, Contains("name=connect"));
  EXPECT_THAT(observer.texts, Contains("tcUrl"));
}

TEST(Analyzer, SaysWhyAnInputCannotBeOpened) {
  const auto missing = v1::Analyzer::open({"/nowhere/x.pcap"});
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().kind, v1::ErrorKind::open_input);
  EXPECT_THAT(missing.error().message, HasSubstr("/nowhere/x.pcap"));
  const auto filter = v1::Analyzer::open({publish}, {}, "no such word");
  ASSERT_FALSE(filter.ok());
  EXPECT_EQ(filter.error().kind, v1::ErrorKind::usage);
  EXPECT_EQ(v1::Analyzer::open({}).error().kind, v1::ErrorKind::usage);
}

TEST(Analyzer, ReadsSessionsWithKeys) {
  const auto messages_of = [](const std::string& name, std::vector<std::string> key_files) {
    RecordedCalls observer;
    v1::Options options;
    options.key_files = std::move(key_files);
    EXPECT_TRUE(open(SAMPLES + name, options).run(observer).ok());
    return observer.messages;
  };
  for (const std::string name : {"rtmpe_crtmp_play_ffmpeg", "rtmfp_publish_play"}) {
    EXPECT_THAT(messages_of(name + ".pcap", {}), testing::IsEmpty());
    EXPECT_THAT(messages_of(name + ".pcap", {SAMPLES + name + ".keys"}), Contains(HasSubstr("connect")));
  }
  EXPECT_THAT(messages_of("rtmps_tls12_ffmpeg_nginx_dsb.pcapng", {}), Contains(HasSubstr("publish")))
      << "the keys are in the capture";
  v1::Options options;
  options.key_files = {"no/such/keys.txt"};
  const auto none = v1::Analyzer::open({publish}, options);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().kind, v1::ErrorKind::open_input);
}

TEST(Analyzer, WhatAnObserverThrowsEndsTheAnalysis) {
  struct Thrower final : v1::Observer {
    void on_message(const v1::Connection&, const v1::Message&) override {
      throw std::runtime_error("enough");
    }
  } thrower;
  v1::Analyzer analyzer = open(publish);
  EXPECT_THROW((void)analyzer.run(thrower), std::runtime_error);
  RecordedCalls observer;
  EXPECT_FALSE(analyzer.step(observer).value());
  EXPECT_TRUE(observer.calls.empty());
}

TEST(Analyzer, StopsEarly) {
  RecordedCalls observer;
  v1::Analyzer analyzer = open(publish);
  analyzer.stop();
  EXPECT_TRUE(analyzer.run(observer).ok());
}

TEST(Analyzer, FilterAndTicks) {
  struct Ticks final : v1::Observer {
    unsigned ticks = 0;
    unsigned connections = 0;
    void on_tick(v1::Time) override { ++ticks; }
    void on_open(const v1::Connection&) override { ++connections; }
  } observer;
  auto analyzer = v1::Analyzer::open({publish}, {}, "tcp port 1");
  ASSERT_TRUE(analyzer.ok());
  ASSERT_TRUE(analyzer.value().run(observer).ok());
  EXPECT_EQ(observer.connections, 0U);
  ASSERT_TRUE(open(publish).run(observer).ok());
  EXPECT_EQ(observer.connections, 1U);
  EXPECT_GE(observer.ticks, 5U);
}

}  // namespace
}  // namespace rtmpscope::test
