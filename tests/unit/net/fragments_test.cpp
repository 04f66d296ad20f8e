#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "net/packet_decoder.hpp"
#include "unit/net/frames.hpp"

namespace rtmpscope::net::test {
namespace {

constexpr std::uint16_t link_raw_ip = 101;

Packet payload_of(std::size_t size) {
  Packet payload(size);
  for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
  return payload;
}

/// A datagram whose IP payload is `body`, cut into fragments of `size` bytes (a multiple of 8).
std::vector<Packet> fragments_v4(const Packet& body, std::size_t size, unsigned id = 7,
                                 unsigned protocol = 6) {
  std::vector<Packet> fragments;
  for (std::size_t at = 0; at < body.size(); at += size) {
    const std::size_t end = std::min(body.size(), at + size);
    const unsigned more = end < body.size() ? 0x2000 : 0;
    fragments.push_back(ipv4(protocol,
                             Packet(body.begin() + static_cast<std::ptrdiff_t>(at),
                                    body.begin() + static_cast<std::ptrdiff_t>(end)),
                             more | static_cast<unsigned>(at / 8), id));
  }
  return fragments;
}
std::vector<Packet> fragments_v6(const Packet& body, std::size_t size, unsigned id = 7) {
  std::vector<Packet> fragments;
  for (std::size_t at = 0; at < body.size(); at += size) {
    const std::size_t end = std::min(body.size(), at + size);
    const unsigned more = end < body.size() ? 1 : 0;
    fragments.push_back(ipv6(44, concat(hex("0600"), be16(at | more), be32(id),
                                        Packet(body.begin() + static_cast<std::ptrdiff_t>(at),
                                               body.begin() + static_cast<std::ptrdiff_t>(end)))));
  }
  return fragments;
}

struct Feeder {
  PacketDecoder decoder;
  std::uint64_t number = 0;
  TcpSegment segment;

  explicit Feeder(const DecoderLimits& limits = {}) : decoder(limits) {}
  DecodeResult feed(const Packet& packet, Timestamp time = 0, std::size_t wire_length = 0) {
    return decoder.decode(packet, static_cast<std::uint32_t>(std::max(packet.size(), wire_length)),
                          link_raw_ip, {++number, time}, segment);
  }
  [[nodiscard]] Packet payload() const { return {segment.payload, segment.payload + segment.payload_length}; }
};

TEST(Fragments, AnyOrderGivesTheDatagram) {
  const Packet payload = payload_of(100);
  for (const auto& fragments : {fragments_v4(tcp(payload), 40), fragments_v6(tcp(payload), 40)}) {
    std::vector<std::size_t> order(fragments.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    do {
      Feeder feeder;
      for (std::size_t i = 0; i < order.size(); ++i) {
        const DecodeResult expected =
            i + 1 < order.size() ? DecodeResult::fragment_pending : DecodeResult::tcp;
        ASSERT_EQ(feeder.feed(fragments[order[i]]), expected);
      }
      EXPECT_EQ(feeder.payload(), payload);
      EXPECT_EQ(feeder.segment.wire_length, 100U);
      EXPECT_EQ(feeder.segment.packet.number, fragments.size());
      EXPECT_EQ(feeder.decoder.fragments().pending_bytes(), 0U);
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

TEST(Fragments, GiveDatagramsOfUdpToo) {
  const Packet payload = payload_of(100);
  Feeder feeder;
  const auto fragments = fragments_v4(udp(1935, payload), 40, 7, 17);
  for (std::size_t i = 0; i + 1 < fragments.size(); ++i)
    EXPECT_EQ(feeder.feed(fragments[i]), DecodeResult::fragment_pending);
  ASSERT_EQ(feeder.feed(fragments.back()), DecodeResult::udp);
  const Bytes bytes = feeder.decoder.datagram().bytes();
  EXPECT_EQ(Packet(bytes.begin(), bytes.end()), payload);
}

TEST(Fragments, DuplicatesAreDropped) {
  const Packet payload = payload_of(100);
  Feeder feeder;
  const auto fragments = fragments_v4(tcp(payload), 40);
  for (std::size_t i = 0; i + 1 < fragments.size(); ++i) {
    EXPECT_EQ(feeder.feed(fragments[i]), DecodeResult::fragment_pending);
    EXPECT_EQ(feeder.feed(fragments[i]), DecodeResult::fragment_pending);
  }
  EXPECT_EQ(feeder.feed(fragments.back()), DecodeResult::tcp);
  EXPECT_EQ(feeder.payload(), payload);
  EXPECT_EQ(feeder.decoder.fragments().counters().overlaps, fragments.size() - 1);
}

TEST(Fragments, FirstCopyOfOverlappingBytesWins) {
  const Packet body = tcp(payload_of(64));  // 96 bytes
  const auto part = [&](std::size_t begin, std::size_t end, bool more, std::uint8_t flip) {
    Packet bytes(body.begin() + static_cast<std::ptrdiff_t>(begin),
                 body.begin() + static_cast<std::ptrdiff_t>(end));
    for (auto& b : bytes) b = static_cast<std::uint8_t>(b ^ flip);
    return ipv4(6, bytes, (more ? 0x2000U : 0U) | static_cast<unsigned>(begin / 8));
  };
  Feeder feeder;
  EXPECT_EQ(feeder.feed(part(32, 64, true, 0)), DecodeResult::fragment_pending);
  EXPECT_EQ(feeder.feed(part(80, 96, false, 0)), DecodeResult::fragment_pending);
  EXPECT_EQ(feeder.feed(part(40, 56, true, 0xff)), DecodeResult::fragment_pending);  // within
  EXPECT_EQ(feeder.feed(part(0, 32, true, 0)), DecodeResult::fragment_pending);
  Packet across = part(56, 88, true, 0xff);  // over two pieces and the gap between them
  std::copy(body.begin() + 64, body.begin() + 80, across.begin() + 20 + 8);
  EXPECT_EQ(feeder.feed(across), DecodeResult::tcp);
  EXPECT_EQ(feeder.payload(), payload_of(64));
}

TEST(Fragments, InsideATunnelAreReassembledAfterTheTunnelsOwn) {
  const Packet payload = payload_of(200);
  Feeder feeder;
  std::vector<Packet> packets;
  unsigned id = 100;
  for (const Packet& inner : fragments_v4(tcp(payload), 80)) {
    for (Packet outer : fragments_v4(inner, 56, id++)) {
      outer[9] = 4;  // IP in IP
      packets.push_back(outer);
    }
  }
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const DecodeResult expected = i + 1 < packets.size() ? DecodeResult::fragment_pending : DecodeResult::tcp;
    ASSERT_EQ(feeder.feed(packets[i]), expected) << i;
  }
  EXPECT_EQ(feeder.payload(), payload);
}

TEST(Fragments, PayloadEndsWhereTheFirstFragmentWasCutOff) {
  const Packet payload = payload_of(100);
  Feeder feeder;
  auto fragments = fragments_v4(tcp(payload), 56);  // 132 bytes: 56 + 56 + 20
  const std::size_t wire = fragments[0].size();
  fragments[0].resize(20 + 50);
  EXPECT_EQ(feeder.feed(fragments[0], 0, wire), DecodeResult::fragment_pending);
  EXPECT_EQ(feeder.feed(fragments[1]), DecodeResult::fragment_pending);
  EXPECT_EQ(feeder.feed(fragments[2]), DecodeResult::tcp);
  EXPECT_EQ(feeder.segment.wire_length, 100U);
  EXPECT_EQ(feeder.segment.payload_length, 50U - 32U);
}

TEST(Fragments, DatagramsAreToldApart) {
  const Packet payload = payload_of(100);
  Feeder feeder;
  const auto a = fragments_v4(tcp(payload), 80, 1);
  const auto b = fragments_v4(tcp(payload), 80, 2);
  EXPECT_EQ(feeder.feed(a[0]), DecodeResult::fragment_pending);
  EXPECT_EQ(feeder.feed(b[1]), DecodeResult::fragment_pending);
  EXPECT_EQ(feeder.feed(a[1]), DecodeResult::tcp);
  EXPECT_EQ(feeder.feed(b[0]), DecodeResult::tcp);
}

TEST(Fragments, ImpossibleOnesAreDropped) {
  Feeder feeder;
  EXPECT_EQ(feeder.feed(ipv4(6, Packet(41), 0x2000)), DecodeResult::fragment_pending);  // no multiple of 8
  EXPECT_EQ(feeder.feed(ipv4(6, Packet(40), 0x1fff)), DecodeResult::fragment_pending);  // beyond 65535
  EXPECT_EQ(feeder.feed(ipv4(6, Packet(), 0x2001)), DecodeResult::fragment_pending);    // empty
  EXPECT_EQ(feeder.decoder.fragments().counters().invalid, 3U);
  EXPECT_EQ(feeder.decoder.fragments().pending_datagrams(), 0U);
  // Data beyond the last fragment, in both orders of arrival.
  EXPECT_EQ(feeder.feed(ipv4(6, Packet(8), 0x2000 | 100)), DecodeResult::fragment_pending);
  EXPECT_EQ(feeder.feed(ipv4(6, Packet(8), 1)), DecodeResult::fragment_pending);
  EXPECT_EQ(feeder.decoder.fragments().pending_datagrams(), 0U);
  EXPECT_EQ(feeder.feed(ipv4(6, Packet(8), 1)), DecodeResult::fragment_pending);
  EXPECT_EQ(feeder.feed(ipv4(6, Packet(8), 0x2000 | 100)), DecodeResult::fragment_pending);
  EXPECT_EQ(feeder.decoder.fragments().pending_datagrams(), 0U);
  EXPECT_EQ(feeder.decoder.fragments().counters().invalid, 5U);
}

TEST(Fragments, WaitForALimitedCaptureTime) {
  const auto fragments = fragments_v4(tcp(payload_of(100)), 80);
  const DecoderLimits limits;
  for (const Timestamp step : {limits.fragment_timeout + 1, -limits.fragment_timeout - 1}) {
    Feeder feeder;
    EXPECT_EQ(feeder.feed(fragments[0], 0), DecodeResult::fragment_pending);
    EXPECT_EQ(feeder.feed(fragments[1], step), DecodeResult::fragment_pending);
    EXPECT_EQ(feeder.decoder.fragments().counters().datagrams_dropped, 1U);
  }
  Feeder feeder;
  EXPECT_EQ(feeder.feed(fragments[0], 0), DecodeResult::fragment_pending);
  EXPECT_EQ(feeder.feed(fragments[1], limits.fragment_timeout), DecodeResult::tcp);
}

TEST(Fragments, LimitsDropTheOldestDatagram) {
  DecoderLimits limits;
  limits.pending_datagrams = 3;
  Feeder by_count(limits);
  for (unsigned id = 0; id < 10; ++id) by_count.feed(ipv4(6, Packet(80), 0x2000, id));
  EXPECT_EQ(by_count.decoder.fragments().pending_datagrams(), 3U);
  EXPECT_EQ(by_count.decoder.fragments().counters().datagrams_dropped, 7U);

  limits = {};
  limits.pending_fragment_bytes = 10'000;
  Feeder by_bytes(limits);
  for (unsigned id = 0; id < 100; ++id) {
    by_bytes.feed(ipv4(6, Packet(800), 0x2000, id));
    EXPECT_LE(by_bytes.decoder.fragments().pending_bytes(), 10'000U);
  }
  EXPECT_GT(by_bytes.decoder.fragments().pending_datagrams(), 0U);

  limits = {};
  limits.fragments_per_datagram = 5;
  Feeder by_pieces(limits);
  for (unsigned i = 0; i < 6; ++i) by_pieces.feed(ipv4(6, Packet(8), 0x2000 | (i * 2)));
  EXPECT_EQ(by_pieces.decoder.fragments().pending_datagrams(), 0U);
  EXPECT_EQ(by_pieces.decoder.fragments().pending_bytes(), 0U);
}

TEST(Fragments, TakenBuffersOutliveTheDecoder) {
  const Packet payload = payload_of(100);
  DatagramBuffers buffers;
  TcpSegment segment;
  {
    Feeder feeder;
    for (const Packet& fragment : fragments_v4(tcp(payload), 40)) feeder.feed(fragment);
    segment = feeder.segment;
    buffers = feeder.decoder.take_buffers();
    EXPECT_TRUE(feeder.decoder.take_buffers().empty());
  }
  ASSERT_EQ(buffers.size(), 1U);
  EXPECT_EQ(Packet(segment.payload, segment.payload + segment.payload_length), payload);
}

}  // namespace
}  // namespace rtmpscope::net::test
