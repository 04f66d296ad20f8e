// The same packets in every container.
#include <gmock/gmock.h>

#include "files.hpp"
#include "support/bytes.hpp"

namespace rtmpscope::capture::test {
namespace {

using rtmpscope::test::concat;

struct Container {
  const char* name;
  const char* format;
  File (*make)(const std::vector<OwnedPacket>&);
};

File little(const std::vector<OwnedPacket>& p) {
  return make_pcap(p);
}
File big(const std::vector<OwnedPacket>& p) {
  return make_pcap(p, {.big_endian = true});
}
File little_nanoseconds(const std::vector<OwnedPacket>& p) {
  return make_pcap(p, {.nanoseconds = true});
}
File big_nanoseconds(const std::vector<OwnedPacket>& p) {
  return make_pcap(p, {.nanoseconds = true, .big_endian = true});
}
File kuznetzov(const std::vector<OwnedPacket>& packets) {
  File file = make_pcap({});
  file[0] = 0x34;
  file[1] = 0xcd;
  for (const OwnedPacket& packet : packets) {
    File record;
    append_pcap_record(record, {}, view(packet));
    record.insert(record.begin() + 16, {7, 0, 0, 0, 8, 0, 4, 0});  // interface index, protocol, packet type
    file = concat(file, record);
  }
  return file;
}
File pcapng_little(const std::vector<OwnedPacket>& p) {
  return make_pcapng(p);
}
File pcapng_big(const std::vector<OwnedPacket>& p) {
  return make_pcapng(p, true);
}

const Container containers[] = {
    {"pcap", "pcap", little},
    {"pcap, big endian", "pcap", big},
    {"pcap, nanoseconds", "nsecpcap", little_nanoseconds},
    {"pcap, nanoseconds, big endian", "nsecpcap", big_nanoseconds},
    {"Kuznetzov's pcap", "modpcap", kuznetzov},
    {"pcapng", "pcapng", pcapng_little},
    {"pcapng, big endian", "pcapng", pcapng_big},
};

TEST(Formats, EveryContainerGivesTheSamePackets) {
  const auto packets = make_packets(40, 13);
  for (const Container& container : containers) {
    SCOPED_TRACE(container.name);
    const File file = container.make(packets);
    auto source = open_memory(file, "test");
    ASSERT_TRUE(source) << source.error().message;
    EXPECT_EQ((*source)->format(), container.format);
    EXPECT_EQ(read_all(**source), packets);
    EXPECT_FALSE((*source)->fault());
    EXPECT_EQ((*source)->statistics().packets, packets.size());
    EXPECT_EQ((*source)->progress(), 1.0);
  }
}

TEST(Formats, EveryContainerGivesTheSamePacketsFromDiskAndCompressed) {
  const auto packets = make_packets(40, 13);
  for (const Container& container : containers) {
    const File plain = container.make(packets);
    const std::pair<const char*, File> variants[] = {
        {"", plain}, {"+gz", gzip(plain)}, {"+zst", zstd(plain)}};
    for (const auto& [suffix, content] : variants) {
      SCOPED_TRACE(std::string(container.name) + suffix);
      const TemporaryFile file(content);
      auto source = open_file(file.path());
      ASSERT_TRUE(source) << source.error().message;
      EXPECT_EQ((*source)->format(), std::string(container.format) + suffix);
      EXPECT_EQ((*source)->name(), file.path());
      EXPECT_EQ(read_all(**source), packets);
      EXPECT_FALSE((*source)->fault());
    }
  }
}

TEST(Formats, BatchSizeDoesNotMatter) {
  const auto packets = make_packets(40, 13);
  for (const Container& container : containers) {
    const File plain = container.make(packets);
    for (const File& content : {plain, gzip(plain)}) {
      for (const std::size_t size : {1U, 2U, 39U, 40U, 41U, 4096U}) {
        SCOPED_TRACE(size);
        auto source = open_memory(content, "test");
        ASSERT_TRUE(source);
        EXPECT_EQ(read_all(**source, size), packets);
      }
    }
  }
}

TEST(Formats, BatchesOfOneSourceMayBeAliveTogether) {
  const auto packets = make_packets(40, 13);
  for (const File& content : {make_pcap(packets), gzip(make_pcap(packets))}) {
    auto source = open_memory(content, "test");
    ASSERT_TRUE(source);
    std::vector<PacketBatch> batches;
    bool more = true;
    while (more) more = (*source)->read(batches.emplace_back(), 9);
    std::vector<OwnedPacket> all;
    for (const PacketBatch& batch : batches) all = concat_packets(all, owned(batch));
    EXPECT_EQ(all, packets);
  }
}

TEST(Formats, ABatchCanShrinkAndGrowBetweenReads) {
  const auto packets = make_packets(60, 5);
  const File file = make_pcap(packets);
  auto source = open_memory(file, "test");
  ASSERT_TRUE(source);
  PacketBatch batch;
  std::vector<OwnedPacket> all;
  for (const std::size_t size : {10U, 1U, 20U, 3U, 40U}) {
    (*source)->read(batch, size);
    EXPECT_LE(batch.packets.size(), size);
    all = concat_packets(all, owned(batch));
  }
  EXPECT_EQ(all, packets);
}

TEST(Formats, PcapHeaderFieldsBecomeTheInterface) {
  const File file = make_pcap(make_packets(3), {.link_type = 113, .nanoseconds = true, .snap_length = 96});
  auto source = open_memory(file, "test");
  ASSERT_TRUE(source);
  read_all(**source);
  const SourceStatistics& statistics = (*source)->statistics();
  ASSERT_EQ(statistics.interfaces.size(), 1U);
  EXPECT_EQ(statistics.interfaces[0].link_type, 113);
  EXPECT_EQ(statistics.interfaces[0].snap_length, 96U);
  EXPECT_EQ(statistics.interfaces[0].time_resolution, 9);
  EXPECT_EQ(statistics.interfaces[0].packets, 3U);
  EXPECT_FALSE(statistics.kernel_drops);
}

TEST(Formats, CountersAddUpCapturedAndWireBytes) {
  auto packets = make_packets(4, 100);
  packets[3].wire_length = 1500;
  const File file = make_pcap(packets);
  auto source = open_memory(file, "test");
  ASSERT_TRUE(source);
  EXPECT_EQ(read_all(**source), packets);
  EXPECT_EQ((*source)->statistics().captured_bytes, 600U);
  EXPECT_EQ((*source)->statistics().wire_bytes, 1800U);
}

TEST(Formats, FrameCheckSequenceBitsAreNotPartOfTheLinkType) {
  File file = make_pcap(make_packets(2));
  file[23] = 0x44;  // FCS length 4, present
  auto source = open_memory(file, "test");
  ASSERT_TRUE(source);
  EXPECT_EQ(read_all(**source)[1].link_type, 1);
}

TEST(Formats, WireLengthIsAtLeastTheCapturedLength) {
  auto packets = make_packets(3, 50);
  packets[2].wire_length = 60;
  const File file = make_pcap(packets);
  auto source = open_memory(file, "test");
  ASSERT_TRUE(source);
  EXPECT_EQ(read_all(**source)[2].wire_length, 100U);
}

TEST(Formats, LengthsOfOldVersionsMayBeInTheOtherOrder) {
  OwnedPacket packet = make_packet(1, 50, 0);
  packet.wire_length = 1500;
  File file = make_pcap({packet});
  file[6] = 2;  // version 2.2
  std::swap_ranges(file.begin() + 32, file.begin() + 36, file.begin() + 36);
  auto source = open_memory(file, "test");
  ASSERT_TRUE(source);
  EXPECT_EQ(read_all(**source), std::vector{packet});
}

TEST(Formats, TimesAfter2038AreKept) {
  const OwnedPacket packet = make_packet(1, 4, 4'294'967'295'999'999'000);
  const File file = make_pcap({packet});
  auto source = open_memory(file, "test");
  ASSERT_TRUE(source);
  EXPECT_EQ(read_all(**source), std::vector{packet});
}

TEST(Formats, AFileWithoutPacketsIsNoError) {
  for (const Container& container : containers) {
    SCOPED_TRACE(container.name);
    const File file = container.make({});
    auto source = open_memory(file, "test");
    ASSERT_TRUE(source) << source.error().message;
    EXPECT_TRUE(read_all(**source).empty());
    EXPECT_FALSE((*source)->fault());
  }
}

TEST(Formats, ReadingOnAfterTheEndGivesNothing) {
  const File file = make_pcap(make_packets(3));
  auto source = open_memory(file, "test");
  ASSERT_TRUE(source);
  read_all(**source);
  PacketBatch batch;
  EXPECT_FALSE((*source)->read(batch, 10));
  EXPECT_TRUE(batch.packets.empty());
}

TEST(Formats, RequestStopEndsTheSource) {
  const File file = make_pcap(make_packets(30));
  auto source = open_memory(file, "test");
  ASSERT_TRUE(source);
  PacketBatch batch;
  EXPECT_TRUE((*source)->read(batch, 10));
  (*source)->request_stop();
  EXPECT_FALSE((*source)->read(batch, 10));
  EXPECT_TRUE(batch.packets.empty());
  EXPECT_FALSE((*source)->fault());
}

}  // namespace
}  // namespace rtmpscope::capture::test
