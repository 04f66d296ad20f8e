// One shard: from segments to spans of its observer.
#include "pipeline/shard.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/chunks.hpp"

namespace rtmpscope::test {
namespace {

using Spans = std::vector<std::string>;

constexpr Timestamp second = 1'000'000'000;

/// A span without a frame for each event and tick: "event connection", "tick".
class EventObserver final : public output::Observer {
 public:
  void on_event(const rtmp::Event& event) override {
    add(fmt::format("{} {}", info(event.kind).name, event.connection), event.connection);
  }
  void on_tick(PacketRef) override { add("tick", 0); }
  [[nodiscard]] output::Output& output() override { return output_; }

 private:
  void add(std::string_view text, std::uint32_t connection) {
    const auto begin = static_cast<std::uint32_t>(output_.bytes.size());
    output_.bytes.append(text);
    const auto end = static_cast<std::uint32_t>(output_.bytes.size());
    output_.spans.push_back({0, connection, begin, end, end, 0});
  }

  output::Output output_;
};

/// Connections of one host pair, by the client's port. The client's sequence numbers begin at 1.
class ShardTest : public testing::Test {
 protected:
  static constexpr std::uint16_t rtmp_port = 1935;

  net::TcpSegment segment(std::uint16_t client_port, std::uint8_t flags, std::uint32_t sequence,
                          std::string_view payload = {}, std::uint16_t server_port = rtmp_port) {
    net::TcpSegment out;
    out.key.low_address[0] = 0x0100000A;  // 10.0.0.1
    out.key.high_address[0] = 0x0200000A;
    out.key.low_port = client_port;
    out.key.high_port = server_port;
    out.hash = hash_of(out.key).flow;
    out.packet = {++packet_, static_cast<Timestamp>(packet_)};
    out.payload = as_bytes(payload).data();
    out.payload_length = out.wire_length = static_cast<std::uint32_t>(payload.size());
    out.sequence = sequence;
    out.flags = flags;
    out.from_low = true;
    return out;
  }
  /// A connection that begins with packet 1 and turns out to be HTTP with packet 2.
  void open_http(std::uint16_t client_port, std::uint16_t server_port = rtmp_port) {
    shard_.on_segment(segment(client_port, net::tcp_flag::syn, 0, {}, server_port));
    shard_.on_segment(
        segment(client_port, net::tcp_flag::ack, 1, "GET / HTTP/1.1\r\nHost: example\r\n\r\n", server_port));
  }
  /// A connection whose client has sent C0 and C1.
  void open_rtmp(std::uint16_t client_port) {
    ByteVector c0_c1(1537, 0x55);
    c0_c1[0] = 3;
    std::fill_n(c0_c1.begin() + 5, 4, std::uint8_t{0});
    shard_.on_segment(segment(client_port, net::tcp_flag::syn, 0));
    shard_.on_segment(segment(client_port, net::tcp_flag::ack, 1, as_text(c0_c1)));
  }
  /// What came out since the last call, each with its frame.
  Spans hand_over() {
    shard_.hand_over(output_);
    Spans all;
    for (const output::OutputSpan& span : output_.spans) {
      all.push_back(fmt::format("{} at {}", output_.bytes.view(span.begin, span.end), span.frame));
    }
    return all;
  }

  pipeline::Shard shard_{{.session = {}, .rtmp_ports = {rtmp_port}}, std::make_unique<EventObserver>()};
  output::Output output_;
  std::uint64_t packet_ = 0;
};

TEST_F(ShardTest, OrdersAnEventByThePacketThatMadeItComeOut) {
  open_http(50000);
  EXPECT_EQ(hand_over(), (Spans{"connection_open 1 at 2", "finding 1 at 2"}));
}

TEST_F(ShardTest, HandsOverWhatIsNew) {
  open_http(50000);
  EXPECT_EQ(hand_over().size(), 2U);
  EXPECT_TRUE(hand_over().empty());
  EXPECT_EQ(output_.bytes.size(), 0U);
  open_http(50001);
  EXPECT_EQ(hand_over(), (Spans{"connection_open 2 at 4", "finding 2 at 4"}));
}

TEST_F(ShardTest, EndsAllConnectionsAtLast) {
  open_http(50000);
  open_http(50001);
  static_cast<void>(hand_over());
  shard_.finish({99, 99});
  EXPECT_EQ(hand_over(), (Spans{"connection_close 1 at 99", "connection_close 2 at 99"}));
}

TEST_F(ShardTest, ATickEndsWhatTimedOutAndThenReachesTheObserver) {
  shard_.on_tick({{1, 0}, 0});
  open_http(50000);
  static_cast<void>(hand_over());
  const Timestamp late = net::FlowLimits{}.idle_timeout + second;
  shard_.on_tick({{50, late}, late});
  EXPECT_EQ(hand_over(), (Spans{"connection_close 1 at 50", "tick at 50"}));
}

TEST_F(ShardTest, CountsConnectionsByWhatTheyCarry) {
  pipeline::ConnectionCounts counts;
  counts.not_rtmp = 10;
  counts.other = 20;
  open_http(50000);
  open_http(50001, 80);
  shard_.on_segment(segment(50002, net::tcp_flag::syn, 0));  // never carries anything
  shard_.finish({99, 99});
  shard_.add_counts(counts);
  EXPECT_EQ(counts.not_rtmp, 11U);
  EXPECT_EQ(counts.other, 22U);
  EXPECT_EQ(counts.opened, 0U);  // the merger's
}

TEST_F(ShardTest, CountsWhatComesAfterAReset) {
  open_rtmp(50000);
  shard_.on_segment(segment(50000, net::tcp_flag::rst, 1538));
  shard_.on_segment(segment(50000, net::tcp_flag::ack, 1538, "late"));
  pipeline::ConnectionCounts counts;
  shard_.add_counts(counts);
  EXPECT_EQ(counts.late_segments, 1U);
  EXPECT_EQ(counts.late_bytes, 4U);
}

TEST_F(ShardTest, AnswersWhetherASegmentBringsItsConnectionSomething) {
  EXPECT_FALSE(shard_.prefetch_handler(segment(50000, net::tcp_flag::syn, 0)));  // no such connection
  open_rtmp(50000);
  EXPECT_TRUE(shard_.prefetch_handler(segment(50000, net::tcp_flag::ack, 1538, "more")));
  EXPECT_FALSE(shard_.prefetch_handler(segment(50000, net::tcp_flag::ack, 1538)));
}

}  // namespace
}  // namespace rtmpscope::test
