#include "evidence/rtmp_packets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace rtmpscope::evidence {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Timestamp second = 1'000'000'000;

Endpoint endpoint(std::uint16_t port) {
  Endpoint endpoint;
  endpoint.address.length = 4;
  endpoint.port = port;
  return endpoint;
}

/// Ports name connections; the server's is 1935.
class Watched {
 public:
  void packet(std::uint16_t port, bool begins = false) {
    capture::Packet packet;
    packet.data = bytes_.data();
    packet.captured_length = length;
    packet.number = ++number_;
    packet.time = time_;
    packets_.add(key_of(endpoint(1935), endpoint(port)), packet, begins);
  }
  void opened(std::uint16_t port) { tell(port, ConnectionNews::Kind::opened); }
  void closed(std::uint16_t port) { tell(port, ConnectionNews::Kind::closed); }
  void pass(Timestamp time) { time_ += time; }
  /// Numbers of the packets that come out.
  std::vector<std::uint64_t> end_window() {
    passed_.clear();
    packets_.end_window();
    return passed_;
  }

 private:
  void tell(std::uint16_t port, ConnectionNews::Kind kind) {
    ConnectionNews news;
    news.kind = kind;
    news.client = endpoint(port);
    news.server = endpoint(1935);
    packets_.on_news(news);
  }

  static constexpr std::uint32_t length = 60;
  std::array<std::uint8_t, length> bytes_{};
  std::uint64_t number_ = 0;
  Timestamp time_ = second;
  std::vector<std::uint64_t> passed_;
  RtmpPackets packets_{[this](const capture::Packet& packet) { passed_.push_back(packet.number); }};
};

TEST(RtmpPackets, ComeOnceTheConnectionIsKnown) {
  Watched watched;
  watched.packet(1);
  watched.packet(2);
  EXPECT_THAT(watched.end_window(), IsEmpty());
  watched.packet(1);
  watched.packet(2);
  watched.opened(1);
  EXPECT_THAT(watched.end_window(), ElementsAre(1, 3));
  watched.packet(2);
  watched.packet(1);
  EXPECT_THAT(watched.end_window(), ElementsAre(6));
}

TEST(RtmpPackets, OfAWindowAreInOrder) {
  Watched watched;
  watched.packet(1);
  watched.opened(1);
  EXPECT_THAT(watched.end_window(), ElementsAre(1));
  watched.packet(2);
  watched.packet(1);
  watched.packet(2);
  watched.opened(2);
  EXPECT_THAT(watched.end_window(), ElementsAre(2, 3, 4));
}

TEST(RtmpPackets, BehindTheEndComeForAWhile) {
  Watched watched;
  watched.packet(1);
  watched.opened(1);
  watched.closed(1);
  EXPECT_THAT(watched.end_window(), ElementsAre(1));
  watched.packet(1);
  EXPECT_THAT(watched.end_window(), ElementsAre(2));
  watched.pass(6 * second);
  watched.packet(1);
  EXPECT_THAT(watched.end_window(), ElementsAre(3)) << "the time is that of packets";
  watched.packet(1);
  EXPECT_THAT(watched.end_window(), IsEmpty());
}

TEST(RtmpPackets, OfAPortThatIsUsedAgain) {
  Watched watched;
  watched.packet(1);
  watched.opened(1);
  watched.closed(1);
  EXPECT_THAT(watched.end_window(), ElementsAre(1));
  watched.packet(1, true);
  EXPECT_THAT(watched.end_window(), IsEmpty()) << "who knows what it is";
  watched.packet(1);
  watched.opened(1);
  EXPECT_THAT(watched.end_window(), ElementsAre(2, 3));
  watched.pass(6 * second);
  watched.packet(1);
  EXPECT_THAT(watched.end_window(), ElementsAre(4));
  watched.packet(1);
  EXPECT_THAT(watched.end_window(), ElementsAre(5)) << "only the first one has ended";
}

TEST(RtmpPackets, OfTwoConnectionsInOneWindowComeOnce) {
  Watched watched;
  watched.packet(1, true);
  watched.packet(1, true);
  watched.opened(1);
  watched.closed(1);
  watched.opened(1);
  EXPECT_THAT(watched.end_window(), ElementsAre(1, 2));
}

}  // namespace
}  // namespace rtmpscope::evidence
