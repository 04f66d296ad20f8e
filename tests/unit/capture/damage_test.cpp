// Truncated and corrupt files: everything before the damage is delivered, and the fault says where it is.
#include <gmock/gmock.h>

#include "capture/limits.hpp"
#include "files.hpp"
#include "support/bytes.hpp"

namespace rtmpscope::capture::test {
namespace {

using rtmpscope::test::concat;
using testing::HasSubstr;

struct Sample {
  const char* name;
  File file;
  std::size_t header;                   ///< bytes without which the file cannot be opened
  std::vector<std::size_t> ends;        ///< where each packet's record ends
  std::vector<std::size_t> boundaries;  ///< where else the file may end without a fault
};

std::vector<Sample> samples() {
  const auto packets = make_packets(6, 7);
  std::vector<Sample> all;
  for (const bool big_endian : {false, true}) {
    Sample pcap{
        big_endian ? "pcap, big endian" : "pcap", make_pcap({}, {.big_endian = big_endian}), 24, {}, {24}};
    for (const OwnedPacket& packet : packets) {
      append_pcap_record(pcap.file, {.big_endian = big_endian}, view(packet));
      pcap.ends.push_back(pcap.file.size());
    }
    all.push_back(pcap);

    Sample pcapng{big_endian ? "pcapng, big endian" : "pcapng", {}, 0, {}, {}};
    PcapngBuilder builder(big_endian);
    builder.section("a comment");
    pcapng.header = builder.file().size();
    pcapng.boundaries.push_back(builder.file().size());
    builder.interface(1, 9, "eth0");
    pcapng.boundaries.push_back(builder.file().size());
    for (const OwnedPacket& packet : packets) {
      builder.packet(0, static_cast<std::uint64_t>(packet.time), packet, packet.number == 3 ? "three" : "");
      pcapng.ends.push_back(builder.file().size());
      builder.secrets(1, "secret");
      pcapng.boundaries.push_back(builder.file().size());
    }
    pcapng.file = builder.file();
    all.push_back(pcapng);
  }
  return all;
}

bool contains(const std::vector<std::size_t>& list, std::size_t value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

TEST(Damage, EveryTruncationDeliversWhatIsWhole) {
  const auto packets = make_packets(6, 7);
  for (const Sample& sample : samples()) {
    for (std::size_t length = 0; length <= sample.file.size(); ++length) {
      SCOPED_TRACE(std::string(sample.name) + " cut at " + std::to_string(length));
      const File cut(sample.file.begin(), sample.file.begin() + static_cast<std::ptrdiff_t>(length));
      for (const File& content : {cut, gzip(cut), zstd(cut)}) {
        auto source = open_memory(content, "test");
        if (length < sample.header) {
          ASSERT_FALSE(source);
          EXPECT_EQ(source.error().kind, ErrorKind::open_input);
          continue;
        }
        ASSERT_TRUE(source) << source.error().message;
        const auto whole = static_cast<std::size_t>(std::count_if(
            sample.ends.begin(), sample.ends.end(), [&](std::size_t end) { return end <= length; }));
        const auto read = read_all(**source);
        EXPECT_EQ(read, std::vector(packets.begin(), packets.begin() + static_cast<std::ptrdiff_t>(whole)));
        const bool between_records = contains(sample.ends, length) || contains(sample.boundaries, length);
        const auto fault = (*source)->fault();
        EXPECT_EQ(fault.has_value(), !between_records);
        if (fault) {
          EXPECT_LT(fault->offset, length);
          EXPECT_TRUE(contains(sample.ends, fault->offset) || contains(sample.boundaries, fault->offset));
          EXPECT_THAT(fault->text, HasSubstr("test is truncated"));
        }
      }
    }
  }
}

TEST(Damage, EveryChangedByteIsSurvived) {
  for (const Sample& sample : samples()) {
    for (std::size_t at = 0; at < sample.file.size(); ++at) {
      for (const unsigned value : {0x00U, 0x01U, 0x7fU, 0x80U, 0xffU}) {
        File changed = sample.file;
        changed[at] = static_cast<std::uint8_t>(value);
        auto source = open_memory(changed, "test");
        if (!source) {
          EXPECT_EQ(source.error().kind, ErrorKind::open_input);
          continue;
        }
        for (const OwnedPacket& packet : read_all(**source)) {
          EXPECT_LE(packet.bytes.size(), changed.size());
          EXPECT_GE(packet.wire_length, packet.bytes.size());
        }
        EXPECT_EQ((*source)->progress(), 1.0);
      }
    }
  }
}

TEST(Damage, AnImplausibleRecordLengthIsAFaultAtItsOffset) {
  const auto packets = make_packets(3, 10);
  File file = make_pcap(packets);
  const std::size_t offset = file.size();
  OwnedPacket bad = make_packet(4, 10, 0);
  append_pcap_record(file, {}, view(bad));
  const std::uint32_t length = max_captured_length + 1;
  for (unsigned i = 0; i < 4; ++i) file[offset + 8 + i] = static_cast<std::uint8_t>(length >> 8U * i);
  for (const std::size_t batch_size : {1U, 3U, 100U}) {
    auto source = open_memory(file, "x.pcap");
    ASSERT_TRUE(source);
    EXPECT_EQ(read_all(**source, batch_size), packets);
    ASSERT_TRUE((*source)->fault());
    EXPECT_EQ((*source)->fault()->offset, offset);
    EXPECT_EQ(
        (*source)->fault()->text,
        "x.pcap is damaged at byte 102: the record of packet 4 has an implausible length of 16777217 bytes");
  }
}

TEST(Damage, ThePacketLimitItselfIsAllowed) {
  OwnedPacket large = make_packet(1, 0, 1000);
  large.bytes.resize(max_captured_length, 0x5a);
  large.wire_length = max_captured_length;
  for (const File& plain : {make_pcap({large}), make_pcapng({large})}) {
    for (const File& content : {plain, zstd(plain)}) {
      auto source = open_memory(content, "test");
      ASSERT_TRUE(source);
      const auto packets = read_all(**source);
      EXPECT_FALSE((*source)->fault());
      ASSERT_EQ(packets.size(), 1U);
      EXPECT_TRUE(packets[0] == large);
    }
  }
}

struct BrokenBlock {
  const char* text;
  void (*append)(PcapngBuilder&);
};

const BrokenBlock broken_blocks[] = {
    {"the block of packet 2 has an implausible length of 4 bytes",
     [](PcapngBuilder& b) { b.u32(6), b.u32(4), b.u32(0); }},
    {"the block of packet 2 has an implausible length of 33 bytes",
     [](PcapngBuilder& b) { b.u32(6), b.u32(33), b.raw(File(40)); }},
    {"the block of packet 2 has an implausible length of 4294967292 bytes",
     [](PcapngBuilder& b) { b.u32(6), b.u32(0xfffffffc), b.raw(File(40)); }},
    {"the two lengths of the block of packet 2 differ",
     [](PcapngBuilder& b) { b.u32(6), b.u32(32), b.raw(File(20)), b.u32(36); }},
    {"a block of type 0x1234 has an implausible length of 8 bytes",
     [](PcapngBuilder& b) { b.u32(0x1234), b.u32(8), b.u32(8); }},
    {"a block of type 0x1234 has an implausible length of 14 bytes",
     [](PcapngBuilder& b) { b.u32(0x1234), b.u32(14), b.raw(File(8)); }},
    {"the two lengths of a block of type 0x1234 differ",
     [](PcapngBuilder& b) { b.u32(0x1234), b.u32(16), b.u32(0), b.u32(20); }},
    {"a block of type 0x1 has an implausible length of 1048580 bytes",
     [](PcapngBuilder& b) {
       b.u32(1), b.u32(max_description_block + 4), b.raw(File(2 * max_description_block));
     }},
    {"an interface description is too short", [](PcapngBuilder& b) { b.begin(1), b.u32(1), b.end(); }},
    {"a section header is too short",
     [](PcapngBuilder& b) { b.begin(0x0a0d0d0a), b.u32(0x1a2b3c4d), b.u32(1), b.end(); }},
    {"a section header has no byte-order magic",
     [](PcapngBuilder& b) { b.begin(0x0a0d0d0a), b.u32(0x11111111), b.raw(File(12)), b.end(); }},
    {"pcapng version 2.0 is not known", [](PcapngBuilder& b) { b.section("", 2); }},
};

TEST(Damage, EveryBrokenBlockIsAFaultAtItsOffset) {
  for (const bool big_endian : {false, true}) {
    for (const BrokenBlock& broken : broken_blocks) {
      SCOPED_TRACE(broken.text);
      PcapngBuilder builder(big_endian);
      builder.section();
      builder.interface(1);
      builder.packet(0, 0, make_packet(1, 5, 0));
      const std::size_t offset = builder.file().size();
      broken.append(builder);
      for (const File& content : {builder.file(), gzip(builder.file())}) {
        auto source = open_memory(content, "test");
        ASSERT_TRUE(source);
        EXPECT_EQ(read_all(**source).size(), 1U);
        ASSERT_TRUE((*source)->fault());
        EXPECT_EQ((*source)->fault()->offset, offset);
        EXPECT_THAT((*source)->fault()->text, HasSubstr(broken.text));
      }
    }
  }
}

const BrokenBlock impossible_packets[] = {
    {"packet 2 is of interface 1, which the section does not describe",
     [](PcapngBuilder& b) { b.packet(1, 0, make_packet(2, 4, 0)); }},
    {"packet 2 has 5 bytes, its block has room for 4",
     [](PcapngBuilder& b) { b.u32(6), b.u32(36), b.raw(File(12)), b.u32(5), b.u32(5), b.u32(0), b.u32(36); }},
};

TEST(Damage, APacketThatDoesNotFitItsWholeBlockIsLostAlone) {
  for (const BrokenBlock& broken : impossible_packets) {
    for (const int times : {1, 3}) {
      SCOPED_TRACE(broken.text);
      PcapngBuilder builder;
      builder.section();
      builder.interface(1);
      builder.packet(0, 0, make_packet(1, 5, 0));
      const std::size_t offset = builder.file().size();
      for (int i = 0; i < times; ++i) broken.append(builder);
      builder.packet(0, 0, make_packet(2, 5, 0));
      for (const File& content : {builder.file(), gzip(builder.file())}) {
        auto source = open_memory(content, "test");
        ASSERT_TRUE(source);
        const auto packets = read_all(**source);
        ASSERT_EQ(packets.size(), 2U);
        EXPECT_EQ(packets[1].number, 2U + static_cast<unsigned>(times));
        ASSERT_TRUE((*source)->fault());
        EXPECT_EQ((*source)->fault()->offset, offset);
        EXPECT_THAT((*source)->fault()->text, HasSubstr(broken.text));
        EXPECT_THAT((*source)->fault()->text,
                    HasSubstr(times == 1 ? "; it was left out" : "; 3 such packets were left out"));
      }
    }
  }
}

TEST(Damage, AFileThatBeginsWithABrokenSectionCannotBeOpened) {
  PcapngBuilder builder;
  builder.section("", 3);
  auto source = open_memory(builder.file(), "x.pcapng");
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().message, "x.pcapng is damaged: pcapng version 3.0 is not known");
}

TEST(Damage, AHugeBlockThatIsCutIsAFaultWithoutBuffering) {
  PcapngBuilder builder;
  builder.section();
  builder.interface(1);
  builder.u32(0xbad);
  builder.u32(0xfffffff0);
  builder.raw(File(100));
  for (const File& content : {builder.file(), gzip(builder.file())}) {
    auto source = open_memory(content, "test");
    ASSERT_TRUE(source);
    EXPECT_TRUE(read_all(**source).empty());
    ASSERT_TRUE((*source)->fault());
    EXPECT_THAT((*source)->fault()->text, HasSubstr("truncated"));
  }
}

TEST(Damage, AFileThatShrinksWhileItIsReadEndsWithAFault) {
  OwnedPacket packet = make_packet(1, 0, 1000);
  packet.bytes.resize(1U << 20U);
  packet.wire_length = 1U << 20U;
  const std::vector<OwnedPacket> packets(20, packet);
  const TemporaryFile file(make_pcap(packets));
  auto source = open_file(file.path());
  ASSERT_TRUE(source);
  std::filesystem::resize_file(file.path(), 12U << 20U);
  const std::size_t count = read_all(**source).size();
  EXPECT_GT(count, 0U);
  EXPECT_LT(count, 12U);
  ASSERT_TRUE((*source)->fault());
  EXPECT_THAT((*source)->fault()->text, HasSubstr("is truncated: its last record"));
}

}  // namespace
}  // namespace rtmpscope::capture::test
