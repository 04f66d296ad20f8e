#include "rtmpscope/recording.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "rtmpscope/analyzer.hpp"
#include "unit/api/recorded_calls.hpp"

namespace rtmpscope::test {
namespace {

/// Hands all calls to two observers.
class Both final : public v1::Observer {
 public:
  Both(v1::Observer& first, v1::Observer& second) : first_(first), second_(second) {}
  void on_open(const v1::Connection& c) override { first_.on_open(c), second_.on_open(c); }
  void on_message(const v1::Connection& c, const v1::Message& m) override {
    first_.on_message(c, m), second_.on_message(c, m);
  }
  void on_finding(const v1::Connection& c, const v1::Finding& f) override {
    first_.on_finding(c, f), second_.on_finding(c, f);
  }
  void on_gap(const v1::Connection& c, const v1::Gap& g) override {
    first_.on_gap(c, g), second_.on_gap(c, g);
  }
  void on_close(const v1::Connection& c, const v1::Report& r) override {
    first_.on_close(c, r), second_.on_close(c, r);
  }

 private:
  v1::Observer& first_;
  v1::Observer& second_;
};

TEST(Recording, GivesMessagesBackInAnyOrder) {
  for (const char* sample : {SAMPLES "pub_ffmpeg_nginx_avc_aac.pcap",
                             SAMPLES "enh_multi_mixed_ffnew_nginx.pcap", SAMPLES "snaplen_96.pcap"}) {
    auto analyzer = v1::Analyzer::open({sample});
    ASSERT_TRUE(analyzer.ok());
    RecordedCalls calls;
    v1::Recording recording;
    Both both(calls, recording);
    (void)analyzer.value().run(both);
    std::size_t messages = 0;
    for (std::size_t c = 0; c < recording.connections(); ++c) messages += recording.messages(c);
    ASSERT_EQ(messages, calls.messages.size()) << sample;
    if (recording.connections() != 1) continue;
    for (std::size_t i = messages; i-- > 0;) {
      const v1::Message message = recording.message(0, i);
      EXPECT_EQ(line_of(message), calls.messages[i]);
      EXPECT_EQ(std::vector<std::uint8_t>(message.body.begin(), message.body.end()), calls.bodies[i]);
    }
    EXPECT_THROW((void)recording.message(0, messages), std::out_of_range);
    ASSERT_NE(recording.report(0), nullptr);
  }
}

TEST(Recording, KeepsFindingsAndGaps) {
  auto analyzer = v1::Analyzer::open({SAMPLES "snaplen_96.pcap"});
  ASSERT_TRUE(analyzer.ok());
  v1::Recording recording;
  (void)analyzer.value().run(recording);
  ASSERT_GE(recording.connections(), 1U);
  EXPECT_FALSE(recording.gaps(0).empty());
  EXPECT_THROW((void)recording.gaps(99), std::out_of_range);
}

}  // namespace
}  // namespace rtmpscope::test
