#include "pipeline/engine.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <functional>
#include <new>
#include <stdexcept>

#include "output/factory/renderer_factory.hpp"

namespace rtmpscope::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::unique_ptr<capture::PacketSource> sample(const std::string& name, const std::string& filter = "") {
  auto source = capture::open_file(std::string(RTMPSCOPE_SAMPLES) + "/" + name, {.filter = filter});
  EXPECT_TRUE(source) << name;
  return std::move(*source);
}

struct Options {
  pipeline::EngineOptions engine;
  output::RendererOptions renderer;
};

Options ndjson() {
  Options options;
  options.engine.shard.rtmp_ports = {1935};
  options.renderer.format = output::OutputFormat::ndjson;
  return options;
}

std::string analyze(capture::PacketSource& source, const Options& options) {
  std::string output;
  pipeline::run(source, options.engine, output::RendererFactory(options.renderer),
                [&](std::string_view bytes) {
                  output += bytes;
                  return true;
                });
  return output;
}

std::string analyze(const std::string& name, const Options& options, const std::string& filter = "") {
  return analyze(*sample(name, filter), options);
}

std::size_t count(const std::string& text, std::string_view word) {
  std::size_t found = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
  return found;
}

TEST(Engine, OutputIsTheSameForAnyNumberOfThreads) {
  for (const auto format : {output::OutputFormat::ndjson, output::OutputFormat::json,
                            output::OutputFormat::text, output::OutputFormat::summary}) {
    auto options = ndjson();
    options.renderer.format = format;
    const std::string one = analyze("pubplay_ffmpeg_nginx.pcap", options);
    for (const unsigned jobs : {2U, 3U, 7U}) {
      options.engine.jobs = jobs;
      EXPECT_EQ(analyze("pubplay_ffmpeg_nginx.pcap", options), one) << jobs;
    }
  }
}

TEST(Engine, BeginsAndEndsWithTheCapture) {
  const std::string output = analyze("err_connect_rejected.pcap", ndjson());
  EXPECT_THAT(output, StartsWith(R"({"event":"capture_start")"));
  EXPECT_THAT(output.substr(output.rfind('\n', output.size() - 2) + 1),
              StartsWith(R"({"event":"capture_end")"));
}

TEST(Engine, OneConnectionCanBeSelected) {
  auto options = ndjson();
  options.engine.only_connection = 2;
  options.renderer.only_connection = 2;  // of what the judge says
  const std::string output = analyze("pubplay_ffmpeg_nginx.pcap", options);
  EXPECT_THAT(output, HasSubstr(R"("connection":2,)"));
  EXPECT_THAT(output, Not(HasSubstr(R"("connection":1,)")));
}

TEST(Engine, RelativeTimesSelectEvents) {
  auto options = ndjson();
  options.renderer.from = output::TimeBound{3'000'000'000, true};
  options.renderer.to = output::TimeBound{4'000'000'000, true};
  const std::string some = analyze("pub_ffmpeg_nginx_avc_aac.pcap", options);
  const std::string all = analyze("pub_ffmpeg_nginx_avc_aac.pcap", ndjson());
  EXPECT_GT(count(some, R"("event":"message")"), 40U);
  EXPECT_LT(count(some, R"("event":"message")"), count(all, R"("event":"message")") / 3);
}

/// As live capture does: nothing comes for a while.
class SilentAtFirst final : public capture::PacketSource {
 public:
  explicit SilentAtFirst(std::unique_ptr<capture::PacketSource> source) : source_(std::move(source)) {}
  bool read(capture::PacketBatch& batch, std::size_t max_packets) override {
    if (silent_-- <= 0) return source_->read(batch, max_packets);
    batch.clear();
    return true;
  }
  [[nodiscard]] std::optional<capture::Fault> fault() const override { return source_->fault(); }
  [[nodiscard]] const capture::SourceStatistics& statistics() const override { return source_->statistics(); }
  [[nodiscard]] std::string name() const override { return source_->name(); }
  [[nodiscard]] std::string format() const override { return source_->format(); }

 private:
  std::unique_ptr<capture::PacketSource> source_;
  int silent_ = 3;
};

/// The first packets of a sample; then nothing comes any more, and only the clock goes on.
class GoesSilent final : public capture::PacketSource {
 public:
  GoesSilent(std::unique_ptr<capture::PacketSource> source, std::size_t packets, Timestamp step)
      : source_(std::move(source)), packets_(packets), step_(step) {}
  bool read(capture::PacketBatch& batch, std::size_t) override {
    if (packets_ > 0) {
      source_->read(batch, packets_);
      packets_ = 0;
      now_ = batch.packets[batch.packets.size() - 1].time;
      return true;
    }
    batch.clear();
    batch.clock = now_ += step_;
    return silent_-- > 0;
  }
  [[nodiscard]] std::optional<capture::Fault> fault() const override { return source_->fault(); }
  [[nodiscard]] const capture::SourceStatistics& statistics() const override { return source_->statistics(); }
  [[nodiscard]] std::string name() const override { return source_->name(); }
  [[nodiscard]] std::string format() const override { return "live"; }

 private:
  std::unique_ptr<capture::PacketSource> source_;
  std::size_t packets_;
  Timestamp step_;
  Timestamp now_ = 0;
  int silent_ = 20;
};

TEST(Engine, ASilentConnectionEndsByTheLiveClock) {
  constexpr Timestamp minute = 60'000'000'000;
  for (const unsigned jobs : {1U, 2U}) {
    Options options = ndjson();
    options.engine.jobs = jobs;
    GoesSilent source(sample("pub_ffmpeg_nginx_avc_aac.pcap"), 40, minute);
    EXPECT_THAT(analyze(source, options), HasSubstr(R"("reason":"idle")"));
    GoesSilent shorter(sample("pub_ffmpeg_nginx_avc_aac.pcap"), 40, minute / 2);
    EXPECT_THAT(analyze(shorter, options), HasSubstr(R"("reason":"capture_end")"));
  }
}

/// Counts ticks, and puts out nothing.
class TickCounter final : public output::ObserverFactory {
 public:
  [[nodiscard]] std::unique_ptr<output::Observer> make_observer(Timestamp /*start*/) const override {
    return std::make_unique<Counting>(*this);
  }
  [[nodiscard]] std::unique_ptr<output::Assembler> make_assembler() const override {
    return output::make_assembler(output::OutputFormat::ndjson, output::BlockOrder::end, {});
  }

  mutable std::atomic<std::size_t> ticks = 0;
  mutable std::atomic<std::size_t> messages = 0;

 private:
  class Counting final : public output::Observer {
   public:
    explicit Counting(const TickCounter& counter) : counter_(counter) {}
    void on_event(const rtmp::Event& event) override {
      if (event.kind == EventKind::message) ++counter_.messages;
    }
    void on_tick(PacketRef now) override {
      EXPECT_GT(now.time, last_);
      last_ = now.time;
      ++counter_.ticks;
    }
    [[nodiscard]] output::Output& output() override { return output_; }

   private:
    const TickCounter& counter_;
    Timestamp last_ = 0;
    output::Output output_;
  };
};

TEST(Engine, ObserversMayTakeEventsAndTicksAndPutOutNothing) {
  for (const unsigned jobs : {1U, 3U}) {
    Options options = ndjson();
    options.engine.jobs = jobs;
    const TickCounter counter;
    const auto source = sample("pub_ffmpeg_nginx_avc_aac.pcap");
    std::string output;
    const auto result = pipeline::run(*source, options.engine, counter, [&](std::string_view bytes) {
      output += bytes;
      return true;
    });
    EXPECT_EQ(output, "");
    EXPECT_EQ(counter.messages,
              count(analyze("pub_ffmpeg_nginx_avc_aac.pcap", options), R"("event":"message")"));
    EXPECT_EQ(counter.ticks, 6 * pipeline::shard_count);  // the sample has six seconds
    EXPECT_EQ(result.connections.opened, 0U) << "nothing asked for a number";
  }
}

TEST(Engine, ShardsKeepTheirThread) {
  for (const unsigned jobs : {1U, 2U, 5U}) {
    Options options = ndjson();
    options.engine.jobs = jobs;
    const auto source = sample("pubplay_ffmpeg_nginx.pcap");
    const auto result = pipeline::run(*source, options.engine, output::RendererFactory(options.renderer),
                                      [](std::string_view) { return true; });
    EXPECT_GT(result.windows, 0U);
    EXPECT_EQ(result.thread_changes, 0U);
  }
}

TEST(Engine, RelativeTimesWaitForTheFirstPacket) {
  auto options = ndjson();
  options.renderer.to = output::TimeBound{1'000'000'000, true};
  SilentAtFirst source(sample("pub_ffmpeg_nginx_avc_aac.pcap"));
  EXPECT_EQ(analyze(source, options), analyze("pub_ffmpeg_nginx_avc_aac.pcap", options));
}

TEST(Engine, HandshakeIsFoundWithoutTheSyn) {
  // A capture that began between the SYN and the first byte has lost nothing of RTMP.
  const std::string output =
      analyze("pub_ffmpeg_nginx_avc_aac.pcap", ndjson(), "not tcp[tcpflags] & tcp-syn != 0");
  EXPECT_EQ(count(output, R"("event":"message")"),
            count(analyze("pub_ffmpeg_nginx_avc_aac.pcap", ndjson()), R"("event":"message")"));
}

TEST(Engine, MidstreamOnAnRtmpPortIsSaid) {
  const std::string output = analyze("midstream_chunk128.pcap", ndjson());
  EXPECT_THAT(output, HasSubstr(R"("start":"midstream")"));
  EXPECT_THAT(output, HasSubstr(R"("reason":"start_not_captured")"));
}

TEST(Engine, OtherProtocolsOnAnRtmpPortAreNamed) {
  EXPECT_THAT(analyze("err_plain_http_on_1935.pcap", ndjson()), HasSubstr(R"("transport":"http")"));
}

TEST(Engine, ConnectionsOnAnRtmpPortThatAreNotRtmpAreNotCountedAsRtmp) {
  EXPECT_THAT(analyze("err_plain_http_on_1935.pcap", ndjson()),
              HasSubstr(R"("connections":1,"not_rtmp_connections":1,)"));
  auto options = ndjson();
  options.renderer.format = output::OutputFormat::summary;
  EXPECT_THAT(
      analyze("err_plain_http_on_1935.pcap", options),
      HasSubstr("0 RTMP connections, 8 packets, 579 B, 1 connection on an RTMP port that is not RTMP\n"));
}

TEST(Engine, OtherConnectionsAreCounted) {
  auto options = ndjson();
  options.engine.shard.rtmp_ports = {};
  EXPECT_THAT(analyze("err_plain_http_on_1935.pcap", options),
              HasSubstr(R"("connections":0,"not_rtmp_connections":0,"other_connections":1)"));
}

TEST(Engine, SummaryNamesCodecsThatHaveNoConfiguration) {
  auto options = ndjson();
  options.renderer.format = output::OutputFormat::summary;
  options.engine.shard.session.message_events = false;
  EXPECT_THAT(analyze("pub_ffmpeg_nginx_legacy_mulaw.pcap", options), HasSubstr("G.711"));
}

TEST(Engine, StopsWhenTheOutputIsGone) {
  const auto source = sample("pubplay_ffmpeg_nginx.pcap");
  int writes = 0;
  const Options options = ndjson();
  const auto result = pipeline::run(*source, options.engine, output::RendererFactory(options.renderer),
                                    [&](std::string_view) {
                                      ++writes;
                                      return false;
                                    });
  EXPECT_FALSE(result.written);
  EXPECT_EQ(writes, 1);
}

/// Memory runs out at the third read.
class FailingSource final : public capture::PacketSource {
 public:
  explicit FailingSource(std::unique_ptr<capture::PacketSource> source) : source_(std::move(source)) {}
  bool read(capture::PacketBatch& batch, std::size_t) override {
    if (reads_-- == 0) throw std::bad_alloc();
    return source_->read(batch, 100);
  }
  [[nodiscard]] std::optional<capture::Fault> fault() const override { return source_->fault(); }
  [[nodiscard]] const capture::SourceStatistics& statistics() const override { return source_->statistics(); }
  [[nodiscard]] std::string name() const override { return source_->name(); }
  [[nodiscard]] std::string format() const override { return source_->format(); }

 private:
  std::unique_ptr<capture::PacketSource> source_;
  int reads_ = 2;
};

/// Observers that put out NDJSON until one of them throws at its 50th message.
class FailingFactory final : public output::ObserverFactory {
 public:
  [[nodiscard]] std::unique_ptr<output::Observer> make_observer(Timestamp start) const override {
    return std::make_unique<Failing>(inner_.make_observer(start));
  }
  [[nodiscard]] std::unique_ptr<output::Assembler> make_assembler() const override {
    return inner_.make_assembler();
  }

 private:
  class Failing final : public output::Observer {
   public:
    explicit Failing(std::unique_ptr<output::Observer> inner) : inner_(std::move(inner)) {}
    void on_event(const rtmp::Event& event) override {
      if (event.kind == EventKind::message && messages_-- == 0) throw std::runtime_error("a fault");
      inner_->on_event(event);
    }
    [[nodiscard]] output::Output& output() override { return inner_->output(); }

   private:
    std::unique_ptr<output::Observer> inner_;
    int messages_ = 49;
  };

  output::RendererFactory inner_{ndjson().renderer};
};

TEST(Engine, WhatWasFoundBeforeAFailureIsPutOut) {
  for (const unsigned jobs : {1U, 3U}) {
    Options options = ndjson();
    options.engine.jobs = jobs;
    std::string output;
    const auto write = [&](std::string_view bytes) {
      output += bytes;
      return true;
    };
    FailingSource source(sample("pub_ffmpeg_nginx_avc_aac.pcap"));
    auto result = pipeline::run(source, options.engine, output::RendererFactory(options.renderer), write);
    EXPECT_EQ(result.failure, "out of memory");
    EXPECT_GT(count(output, R"("event":"message")"), 20U);
    EXPECT_EQ(count(output, R"("event":"connection_close")"), 1U);
    EXPECT_EQ(count(output, R"("text":"out of memory at packet 200")"), 1U);

    output.clear();
    const auto whole = sample("pub_ffmpeg_nginx_avc_aac.pcap");
    result = pipeline::run(*whole, options.engine, FailingFactory(), write);
    EXPECT_EQ(result.failure, "a fault");
    EXPECT_EQ(count(output, R"("event":"message")"), 49U);
    EXPECT_EQ(count(output, R"("event":"connection_close")"), 0U) << "its state is not certain";
    EXPECT_EQ(count(output, R"("event":"capture_end")"), 1U);
  }
}

}  // namespace
}  // namespace rtmpscope::test
