// The queue between capture and analysis.
#include "capture/packet_ring.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "capture/limits.hpp"
#include "files.hpp"

namespace rtmpscope::capture::test {
namespace {

using namespace std::chrono_literals;

void add(PacketRing& ring, const std::vector<OwnedPacket>& packets) {
  {
    PacketRing::Filling filling(ring);
    for (const OwnedPacket& packet : packets) filling.add(view(packet));
  }
  ring.announce();
}

std::vector<File> take_all(PacketRing& ring) {
  std::vector<File> taken;
  PacketBatch batch;
  do {
    batch.clear();
    ring.take(batch, 0ms);
    for (const Packet& packet : batch.packets)
      taken.emplace_back(packet.bytes().begin(), packet.bytes().end());
  } while (!batch.packets.empty());
  return taken;
}

std::vector<File> bytes_of(const std::vector<OwnedPacket>& packets) {
  std::vector<File> bytes;
  for (const OwnedPacket& packet : packets) bytes.push_back(packet.bytes);
  return bytes;
}

TEST(PacketRing, PacketsComeOutAsTheyWentIn) {
  PacketRing ring(1 << 20, 7);
  const auto packets = make_packets(100);
  add(ring, packets);
  EXPECT_EQ(take_all(ring), bytes_of(packets));
  EXPECT_TRUE(ring.drops().empty());
}

TEST(PacketRing, ABatchHasNoMorePacketsAndBytesThanAllowed) {
  PacketRing ring(std::size_t{64} << 20, 10);
  add(ring, make_packets(25));
  PacketBatch batch;
  std::vector<std::size_t> sizes;
  for (int i = 0; i < 3; ++i) {
    batch.clear();
    ring.take(batch, 0ms);
    sizes.push_back(batch.packets.size());
  }
  EXPECT_EQ(sizes, (std::vector<std::size_t>{10, 10, 5}));
  add(ring, std::vector<OwnedPacket>(9, make_packet(1, max_batch_bytes, 0)));
  batch.clear();
  ring.take(batch, 0ms);
  EXPECT_EQ(batch.packets.size(), 1U);
}

TEST(PacketRing, WhatDoesNotFitIsDroppedAndCountedByInterface) {
  constexpr std::size_t length = 1000;
  PacketRing ring(3 * (length + sizeof(Packet)), 100);
  std::vector<OwnedPacket> packets;
  for (std::uint64_t i = 0; i < 6; ++i) {
    packets.push_back(make_packet(i, length, 0));
    packets.back().interface_id = static_cast<std::uint16_t>(i % 3);
  }
  add(ring, packets);
  EXPECT_EQ(ring.drops(), (std::vector<std::uint64_t>{1, 1, 1}));
  packets.resize(3);
  EXPECT_EQ(take_all(ring), bytes_of(packets));
  add(ring, packets);  // there is room again
  EXPECT_EQ(take_all(ring), bytes_of(packets));
  EXPECT_EQ(ring.drops(), (std::vector<std::uint64_t>{1, 1, 1}));
}

TEST(PacketRing, WhoTakesWaitsForPacketsAndLearnsOfTheEnd) {
  PacketRing ring(1 << 20, 100);
  PacketBatch batch;
  EXPECT_TRUE(ring.take(batch, 1ms));
  EXPECT_TRUE(batch.packets.empty());
  const auto packets = make_packets(3);
  std::thread adding([&] { add(ring, packets); });
  EXPECT_TRUE(ring.take(batch, 10s));
  adding.join();
  EXPECT_FALSE(batch.packets.empty());
  batch.clear();
  add(ring, packets);
  ring.close();
  EXPECT_TRUE(ring.take(batch, 10s));
  batch.clear();
  EXPECT_FALSE(ring.take(batch, 10s));
}

}  // namespace
}  // namespace rtmpscope::capture::test
