#include <gmock/gmock.h>

#include "files.hpp"
#include "support/bytes.hpp"

namespace rtmpscope::capture::test {
namespace {

using rtmpscope::test::hex;

TEST(Writer, HeaderAndRecordAreAsTheFormatSays) {
  OwnedPacket packet = make_packet(1, 0, 1'000'000'002'000'003'999);
  packet.bytes = {0xaa, 0xbb};
  packet.wire_length = 300;
  EXPECT_EQ(make_pcap({packet}), hex("d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000"
                                     "02ca9a3b 03000000 02000000 2c010000 aabb"));
  EXPECT_EQ(
      make_pcap({packet}, {.link_type = 276, .nanoseconds = true, .big_endian = true, .snap_length = 96}),
      hex("a1b23c4d 0002 0004 00000000 00000000 00000060 00000114"
          "3b9aca02 00000f9f 00000002 0000012c aabb"));
}

TEST(Writer, WhatIsWrittenIsReadBack) {
  const auto packets = make_packets(2000, 1);  // more than the writer keeps before it writes
  for (const PcapFormat& format :
       {PcapFormat{}, PcapFormat{.nanoseconds = true}, PcapFormat{.big_endian = true}}) {
    const TemporaryFile file(File{});
    auto writer = PcapWriter::create(file.path(), format);
    ASSERT_TRUE(writer) << writer.error().message;
    for (const OwnedPacket& packet : packets) ASSERT_TRUE(writer->write(view(packet)));
    ASSERT_TRUE(writer->close());
    auto source = open_file(file.path());
    ASSERT_TRUE(source);
    EXPECT_TRUE(read_all(**source) == packets);
  }
}

TEST(Writer, AFileThatCannotBeWrittenIsAnError) {
  auto missing = PcapWriter::create("/no/such/folder/x.pcap");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::write_output);
  EXPECT_EQ(missing.error().message, "cannot write /no/such/folder/x.pcap: No such file or directory");
  auto full = PcapWriter::create("/dev/full");
  ASSERT_TRUE(full);
  EXPECT_FALSE(full->close());
}

}  // namespace
}  // namespace rtmpscope::capture::test
