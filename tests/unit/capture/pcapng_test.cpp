// What only pcapng has: sections, interfaces, time units, options, blocks that are no packets.
#include <array>
#include <limits>

#include <gmock/gmock.h>

#include "capture/limits.hpp"
#include "capture/pcapng_time.hpp"
#include "files.hpp"
#include "support/bytes.hpp"

namespace rtmpscope::capture::test {
namespace {

using rtmpscope::test::concat;
using testing::HasSubstr;

struct Reading {
  std::vector<OwnedPacket> packets;
  SourceStatistics statistics;
  std::optional<Fault> fault;
};

Reading read_memory(const File& file) {
  auto source = open_memory(file, "test.pcapng");
  EXPECT_TRUE(source) << source.error().message;
  if (!source) return {};
  Reading reading;
  reading.packets = read_all(**source);
  reading.statistics = (*source)->statistics();
  reading.fault = (*source)->fault();
  return reading;
}

struct UnitRow {
  std::uint8_t resolution;
  std::int64_t offset;
  std::uint64_t ticks;
  Timestamp nanoseconds;
};

TEST(PcapngTime, EveryUnitBecomesNanoseconds) {
  constexpr Timestamp highest = std::numeric_limits<Timestamp>::max() / 2;  // so that differences fit
  constexpr Timestamp lowest = -highest;
  constexpr std::uint64_t most = ~std::uint64_t{0};
  const UnitRow rows[] = {
      {0, 0, 1'700'000'000, 1'700'000'000'000'000'000},
      {3, 0, 1'700'000'000'123, 1'700'000'000'123'000'000},
      {6, 0, 1'700'000'000'123'456, 1'700'000'000'123'456'000},
      {9, 0, 1'700'000'000'123'456'789, 1'700'000'000'123'456'789},
      {12, 0, 5'000'000'001'999, 5'000'000'001},
      {28, 0, most, 1},
      {29, 0, most, 0},
      {127, 0, most, 0},
      {0x80, 0, 1'700'000'000, 1'700'000'000'000'000'000},
      {0x80 | 1, 0, 3, 1'500'000'000},
      {0x80 | 20, 0, (std::uint64_t{1'700'000'000} << 20U) + (1U << 19U), 1'700'000'000'500'000'000},
      {0x80 | 32, 0, (std::uint64_t{1'700'000'000} << 32U) + (3U << 30U), 1'700'000'000'750'000'000},
      {0x80 | 63, 0, most, 1'999'999'999},
      {0x80 | 64, 0, most, 999'999'999},
      {0x80 | 127, 0, most, 0},
      {6, 3600, 1'700'000'000'000'000, 1'700'003'600'000'000'000},
      {6, -3600, 1'700'000'000'000'000, 1'699'996'400'000'000'000},
      {6, -10, 1'000'000, -9'000'000'000},
      {6, 0, most, highest},
      {9, 0, most, highest},
      {0x80, 0, most, highest},
      {9, 1, static_cast<std::uint64_t>(highest), highest},
      {6, std::numeric_limits<std::int64_t>::max(), 1, highest},
      {6, std::numeric_limits<std::int64_t>::min(), 0, lowest},
  };
  for (const UnitRow& row : rows) {
    EXPECT_EQ(TimeUnit(row.resolution, row.offset).nanoseconds(row.ticks), row.nanoseconds)
        << "resolution " << int{row.resolution} << ", offset " << row.offset << ", ticks " << row.ticks;
  }
}

TEST(Pcapng, InterfacesHaveTheirOwnLinkTypeAndTimeUnit) {
  for (const bool big_endian : {false, true}) {
    PcapngBuilder builder(big_endian);
    builder.section();
    builder.interface(1, 6, "lo");
    builder.interface(113, 9, "any", 5, 96);
    builder.interface(101);  // microseconds by default
    builder.packet(0, 1'000'000, make_packet(1, 60, 0));
    builder.packet(1, 2'000'000'007, make_packet(2, 61, 0));
    builder.packet(2, 3'000'000, make_packet(3, 62, 0));
    builder.packet(1, 4'000'000'000, make_packet(4, 63, 0));
    const Reading reading = read_memory(builder.file());
    ASSERT_EQ(reading.packets.size(), 4U);
    EXPECT_EQ(reading.packets[0].link_type, 1);
    EXPECT_EQ(reading.packets[0].time, 1'000'000'000);
    EXPECT_EQ(reading.packets[1].link_type, 113);
    EXPECT_EQ(reading.packets[1].interface_id, 1);
    EXPECT_EQ(reading.packets[1].time, 7'000'000'007);
    EXPECT_EQ(reading.packets[2].link_type, 101);
    EXPECT_EQ(reading.packets[2].time, 3'000'000'000);
    const auto& interfaces = reading.statistics.interfaces;
    ASSERT_EQ(interfaces.size(), 3U);
    EXPECT_EQ(interfaces[0].name, "lo");
    EXPECT_EQ(interfaces[1].name, "any");
    EXPECT_EQ(interfaces[1].snap_length, 96U);
    EXPECT_EQ(interfaces[1].time_resolution, 9);
    EXPECT_EQ(interfaces[1].time_offset, 5);
    EXPECT_EQ(interfaces[0].packets, 1U);
    EXPECT_EQ(interfaces[1].packets, 2U);
    EXPECT_EQ(interfaces[2].packets, 1U);
  }
}

TEST(Pcapng, SectionsMayDifferInByteOrderAndCountInterfacesOn) {
  for (const bool first_big : {false, true}) {
    for (const bool second_big : {false, true}) {
      PcapngBuilder first(first_big);
      first.section();
      first.interface(1, 9);
      first.packet(0, 10, make_packet(1, 20, 0));
      PcapngBuilder second(second_big);
      second.section();
      second.interface(101, 9);
      second.packet(0, 20, make_packet(2, 21, 0));
      const Reading reading = read_memory(concat(first.file(), second.file()));
      ASSERT_EQ(reading.packets.size(), 2U);
      EXPECT_FALSE(reading.fault);
      EXPECT_EQ(reading.packets[1].number, 2U);
      EXPECT_EQ(reading.packets[1].time, 20);
      EXPECT_EQ(reading.packets[1].link_type, 101);
      EXPECT_EQ(reading.packets[1].interface_id, 1);
    }
  }
}

TEST(Pcapng, SimplePacketsHaveTheTimeOfThePacketBefore) {
  PcapngBuilder builder;
  builder.section();
  builder.interface(1, 9, "", 0, 8);
  builder.packet(0, 77, make_packet(1, 4, 0));
  builder.begin(3);
  builder.u32(100);  // length on the wire; the snap length says that 8 bytes are here
  builder.raw(make_packet(2, 8, 0).bytes);
  builder.end();
  builder.begin(3);
  builder.u32(5);
  builder.raw(make_packet(3, 5, 0).bytes);
  builder.end();
  const Reading reading = read_memory(builder.file());
  ASSERT_EQ(reading.packets.size(), 3U);
  EXPECT_EQ(reading.packets[1].time, 77);
  EXPECT_EQ(reading.packets[1].bytes, make_packet(2, 8, 0).bytes);
  EXPECT_EQ(reading.packets[1].wire_length, 100U);
  EXPECT_EQ(reading.packets[2].bytes, make_packet(3, 5, 0).bytes);
  EXPECT_EQ(reading.packets[2].wire_length, 5U);
}

TEST(Pcapng, ASimplePacketIsNoLongerThanItsBlock) {
  PcapngBuilder builder;
  builder.section();
  builder.interface(1);
  builder.begin(3);
  builder.u32(100);
  builder.raw(make_packet(1, 8, 0).bytes);
  builder.end();
  const Reading reading = read_memory(builder.file());
  ASSERT_EQ(reading.packets.size(), 1U);
  EXPECT_EQ(reading.packets[0].bytes.size(), 8U);
  EXPECT_FALSE(reading.fault);
}

TEST(Pcapng, ObsoletePacketBlocksCarryADropCount) {
  for (const bool big_endian : {false, true}) {
    PcapngBuilder builder(big_endian);
    builder.section();
    builder.interface(1, 9);
    for (const std::uint16_t drops : {std::uint16_t{3}, std::uint16_t{0xffff}, std::uint16_t{4}}) {
      builder.begin(2);
      builder.u16(0);
      builder.u16(drops);
      builder.u32(1);
      builder.u32(2);
      builder.u32(6);
      builder.u32(9);
      builder.raw(make_packet(1, 6, 0).bytes);
      builder.end();
    }
    const Reading reading = read_memory(builder.file());
    ASSERT_EQ(reading.packets.size(), 3U);
    EXPECT_EQ(reading.packets[0].time, (Timestamp{1} << 32) + 2);
    EXPECT_EQ(reading.packets[0].wire_length, 9U);
    EXPECT_EQ(reading.packets[0].bytes, make_packet(1, 6, 0).bytes);
    EXPECT_EQ(reading.statistics.kernel_drops, 7U);
  }
}

void add_interface_statistics(PcapngBuilder& builder, std::uint32_t interface, std::uint64_t interface_drops,
                              std::uint64_t kernel_drops) {
  builder.begin(5);
  builder.u32(interface);
  builder.u64(0);
  builder.option64(4, 1000);
  builder.option64(5, interface_drops);
  builder.option64(7, kernel_drops);
  builder.end_of_options();
  builder.end();
}

TEST(Pcapng, DropsAreSummedOverInterfacesWithTheLastCountOfEach) {
  for (const bool big_endian : {false, true}) {
    PcapngBuilder builder(big_endian);
    builder.section();
    builder.interface(1);
    builder.interface(1);
    add_interface_statistics(builder, 0, 1, 10);
    add_interface_statistics(builder, 1, 2, 20);
    add_interface_statistics(builder, 0, 5, 15);
    add_interface_statistics(builder, 9, 99, 99);  // no such interface
    const Reading reading = read_memory(builder.file());
    EXPECT_EQ(reading.statistics.interface_drops, 7U);
    EXPECT_EQ(reading.statistics.kernel_drops, 35U);
    EXPECT_EQ(reading.statistics.interfaces[0].kernel_drops, 15U);
    EXPECT_EQ(reading.statistics.interfaces[1].interface_drops, 2U);
    EXPECT_FALSE(reading.fault);
  }
}

void add_packet(PcapngBuilder& builder, std::uint32_t time, std::uint64_t drops = 0) {
  builder.begin(6);
  for (const std::uint32_t word : {0U, 0U, time, 0U, 0U}) builder.u32(word);
  if (drops != 0) {
    builder.option64(4, drops);
    builder.end_of_options();
  }
  builder.end();
}

/// Packet number, interface, kernel's drops and interface's so far, of all drops that were noted.
std::vector<std::array<std::uint64_t, 4>> drops_of(PacketSource& source, std::size_t batch_size) {
  std::vector<std::array<std::uint64_t, 4>> seen;
  PacketBatch batch;
  for (bool more = true; more;) {
    more = source.read(batch, batch_size);
    for (const Drops& drops : source.statistics().drops)
      seen.push_back({drops.at.number, drops.interface_id, drops.kernel_drops.value_or(99),
                      drops.interface_drops.value_or(99)});
  }
  return seen;
}

TEST(Pcapng, DropsAreToldWhereTheCountersGrow) {
  using Row = std::array<std::uint64_t, 4>;
  PcapngBuilder builder;
  builder.section();
  builder.interface(1);
  builder.interface(1);
  add_packet(builder, 1);
  add_interface_statistics(builder, 1, 2, 20);
  add_interface_statistics(builder, 1, 2, 20);  // no more than before
  add_packet(builder, 2);
  add_packet(builder, 3);
  add_interface_statistics(builder, 0, 0, 5);
  add_interface_statistics(builder, 1, 3, 20);
  for (const std::size_t batch_size : {1U, 2U, 100U}) {
    const File file = builder.file();
    auto source = open_memory(file, "test.pcapng");
    ASSERT_TRUE(source);
    EXPECT_THAT(drops_of(**source, batch_size),
                testing::ElementsAre(Row{1, 1, 20, 2}, Row{3, 0, 5, 0}, Row{3, 1, 20, 3}))
        << batch_size;
  }
}

TEST(Pcapng, DropsThatPacketsTellOfAreToldOnceInASecond) {
  using Row = std::array<std::uint64_t, 4>;
  PcapngBuilder builder;
  builder.section();
  builder.interface(1);
  for (const std::uint32_t time : {100U, 200U, 999'999U, 1'000'000U, 1'500'000U})
    add_packet(builder, time, 2);
  for (const std::size_t batch_size : {1U, 2U, 100U}) {
    const File file = builder.file();
    auto source = open_memory(file, "test.pcapng");
    ASSERT_TRUE(source);
    EXPECT_THAT(drops_of(**source, batch_size), testing::ElementsAre(Row{1, 0, 2, 99}, Row{4, 0, 8, 99}))
        << batch_size;
    EXPECT_EQ((*source)->statistics().kernel_drops, 10U);
  }
}

TEST(Pcapng, FewDropsAreToldBetweenTwoPackets) {
  PcapngBuilder builder;
  builder.section();
  builder.interface(1);
  for (std::uint64_t drops = 1; drops < 100; ++drops) add_interface_statistics(builder, 0, 0, drops);
  const File file = builder.file();
  auto source = open_memory(file, "test.pcapng");
  ASSERT_TRUE(source);
  EXPECT_EQ(drops_of(**source, 10).size(), max_drops_between_packets);
  EXPECT_EQ((*source)->statistics().kernel_drops, 99U);
}

TEST(Pcapng, ACountOfAllOnesIsNotKnown) {
  constexpr std::uint64_t unknown = ~std::uint64_t{0};
  PcapngBuilder builder;
  builder.section();
  builder.interface(1);
  builder.interface(1);
  add_interface_statistics(builder, 0, unknown, unknown);
  add_interface_statistics(builder, 1, unknown, 20);
  const Reading reading = read_memory(builder.file());
  EXPECT_FALSE(reading.statistics.interface_drops);
  EXPECT_EQ(reading.statistics.kernel_drops, 20U);
}

TEST(Pcapng, DropCountOptionsOfPacketsAreAddedUp) {
  PcapngBuilder builder;
  builder.section();
  builder.interface(1);
  for (const std::uint64_t drops : {std::uint64_t{2}, ~std::uint64_t{0}, std::uint64_t{3}}) {
    builder.begin(6);
    for (int i = 0; i < 5; ++i) builder.u32(0);
    builder.option64(4, drops);
    builder.end_of_options();
    builder.end();
  }
  const Reading reading = read_memory(builder.file());
  EXPECT_EQ(reading.packets.size(), 3U);
  EXPECT_EQ(reading.statistics.kernel_drops, 5U);
}

TEST(Pcapng, CommentsAreCountedAndKept) {
  for (const bool big_endian : {false, true}) {
    PcapngBuilder builder(big_endian);
    builder.section("about the file");
    builder.interface(1);
    builder.packet(0, 0, make_packet(1, 6, 0));
    builder.packet(0, 0, make_packet(2, 7, 0), "about packet two");
    const Reading reading = read_memory(builder.file());
    EXPECT_EQ(reading.statistics.comment_count, 2U);
    ASSERT_EQ(reading.statistics.comments.size(), 2U);
    EXPECT_EQ(reading.statistics.comments[0].text, "about the file");
    EXPECT_EQ(reading.statistics.comments[0].packet_number, 0U);
    EXPECT_EQ(reading.statistics.comments[1].text, "about packet two");
    EXPECT_EQ(reading.statistics.comments[1].packet_number, 2U);
    EXPECT_EQ(reading.packets[1].bytes, make_packet(2, 7, 0).bytes);
  }
}

TEST(Pcapng, CommentsBeyondTheLimitAreOnlyCounted) {
  PcapngBuilder builder;
  builder.section();
  builder.interface(1);
  const std::string long_comment(max_comment_bytes + 100, 'x');
  for (std::size_t i = 0; i < max_comments + 10; ++i)
    builder.packet(0, 0, make_packet(i, 1, 0), long_comment);
  const Reading reading = read_memory(builder.file());
  EXPECT_EQ(reading.statistics.comment_count, max_comments + 10);
  EXPECT_EQ(reading.statistics.comments.size(), max_comments);
  EXPECT_EQ(reading.statistics.comments[0].text.size(), max_comment_bytes);
}

TEST(Pcapng, DecryptionSecretsAreKept) {
  for (const bool big_endian : {false, true}) {
    PcapngBuilder builder(big_endian);
    builder.section();
    builder.interface(1);
    builder.secrets(DecryptionSecrets::tls_key_log, "CLIENT_RANDOM 00 11\n");
    builder.packet(0, 0, make_packet(1, 6, 0));
    builder.secrets(7, "x");
    const Reading reading = read_memory(builder.file());
    ASSERT_EQ(reading.statistics.secrets.size(), 2U);
    EXPECT_EQ(reading.statistics.secrets[0].type, DecryptionSecrets::tls_key_log);
    EXPECT_EQ(as_text(reading.statistics.secrets[0].bytes), "CLIENT_RANDOM 00 11\n");
    EXPECT_EQ(reading.statistics.secrets[1].type, 7U);
    EXPECT_EQ(reading.statistics.secrets[1].bytes.size(), 1U);
  }
}

TEST(Pcapng, SecretsAreThereBeforeThePacketsThatFollowThem) {
  PcapngBuilder builder;
  builder.section();
  builder.interface(1);
  builder.secrets(1, "first");
  builder.packet(0, 0, make_packet(1, 6, 0));
  builder.secrets(2, "second");
  builder.packet(0, 0, make_packet(2, 6, 0));
  auto source = open_memory(builder.file(), "test");
  ASSERT_TRUE(source);
  EXPECT_EQ((*source)->statistics().secrets.size(), 1U);
  PacketBatch batch;
  (*source)->read(batch, 1);
  ASSERT_EQ(batch.packets.size(), 1U);
  (*source)->read(batch, 1);
  ASSERT_EQ(batch.packets.size(), 1U);
  EXPECT_EQ((*source)->statistics().secrets.size(), 2U);
}

TEST(Pcapng, SecretsBeyondTheLimitsAreDroppedAndCounted) {
  const std::string large(max_secrets_bytes / 2 + 1000, 'k');
  PcapngBuilder builder;
  builder.section();
  builder.secrets(1, large);
  builder.secrets(1, large);
  builder.secrets(1, "small");
  const Reading two_large = read_memory(builder.file());
  EXPECT_EQ(two_large.statistics.secrets.size(), 2U);
  EXPECT_EQ(two_large.statistics.secrets_dropped, 1U);

  PcapngBuilder many;
  many.section();
  for (std::size_t i = 0; i < max_secrets_blocks + 3; ++i) many.secrets(1, "");
  const Reading empty = read_memory(many.file());
  EXPECT_EQ(empty.statistics.secrets.size(), max_secrets_blocks);
  EXPECT_EQ(empty.statistics.secrets_dropped, 3U);
}

TEST(Pcapng, UnknownBlocksAreSkippedAndThoseThatWiresharkShowsCountAsFrames) {
  for (const bool compressed : {false, true}) {
    PcapngBuilder builder;
    builder.section();
    builder.interface(1, 9);
    builder.packet(0, 1, make_packet(1, 6, 0));
    for (const std::uint32_t type : {4U, 9U, 0xbadU, 0x40000badU, 0x0bad1deaU}) {
      builder.begin(type);
      builder.raw(File(1'000'000, 0xee));  // longer than a stream's buffer
      builder.end();
    }
    builder.packet(0, 2, make_packet(5, 6, 0));
    const File file = compressed ? gzip(builder.file()) : builder.file();
    for (const std::size_t batch_size : {1U, 7U}) {
      auto source = open_memory(file, "test");
      ASSERT_TRUE(source);
      const auto packets = read_all(**source, batch_size);
      ASSERT_EQ(packets.size(), 2U);
      EXPECT_EQ(packets[1].number, 5U);  // types 9, 0xbad and 0x40000bad
      EXPECT_EQ(packets[1].bytes, make_packet(5, 6, 0).bytes);
      EXPECT_FALSE((*source)->fault());
    }
  }
}

TEST(Pcapng, OptionsThatDoNotFitAreIgnored) {
  PcapngBuilder builder;
  builder.section();
  builder.begin(1);
  builder.u16(1);
  builder.u16(0);
  builder.u32(0);
  builder.option(2, "eth0");
  builder.u16(9);
  builder.u16(5000);  // runs out of the block
  builder.u32(9);
  builder.end();
  builder.packet(0, 1, make_packet(1, 6, 0));
  const Reading reading = read_memory(builder.file());
  EXPECT_FALSE(reading.fault);
  ASSERT_EQ(reading.statistics.interfaces.size(), 1U);
  EXPECT_EQ(reading.statistics.interfaces[0].name, "eth0");
  EXPECT_EQ(reading.packets.at(0).time, 1000);
}

TEST(Pcapng, TooManyInterfacesAreAFault) {
  PcapngBuilder builder;
  builder.section();
  for (std::size_t i = 0; i < max_interfaces; ++i) builder.interface(1);
  builder.packet(65534, 1, make_packet(1, 6, 0));
  builder.interface(1);
  builder.packet(0, 1, make_packet(1, 6, 0));
  const Reading reading = read_memory(builder.file());
  ASSERT_EQ(reading.packets.size(), 1U);
  EXPECT_EQ(reading.packets[0].interface_id, 65534);
  ASSERT_TRUE(reading.fault);
  EXPECT_THAT(reading.fault->text, HasSubstr("more than 65535 interfaces"));
}

}  // namespace
}  // namespace rtmpscope::capture::test
