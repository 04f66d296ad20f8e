// Chunk headers, read from bytes part by part.
#include "rtmp/chunk/chunk_header.hpp"

#include <gtest/gtest.h>

#include "support/bytes.hpp"

namespace rtmpscope::test {
namespace {

using rtmp::ChunkHeader;
using rtmp::FirstByte;

/// All parts; false if one is cut.
bool read(Bytes bytes, ChunkHeader& header) {
  return read_basic_header(bytes, header) && read_message_header(bytes, header) &&
         read_extended_timestamp(bytes, header);
}

TEST(ChunkHeader, ReadsAllFormats) {
  ChunkHeader type0;
  ASSERT_TRUE(read(hex("04 000102 000304 08 01000000"), type0));
  EXPECT_EQ(type0.format, 0);
  EXPECT_EQ(type0.size, 12);
  EXPECT_EQ(type0.chunk_stream_id, 4U);
  EXPECT_EQ(type0.timestamp_field, 0x102U);
  EXPECT_EQ(type0.length, 0x304U);
  EXPECT_EQ(type0.type_id, 8);
  EXPECT_EQ(type0.message_stream_id, 1U);
  ChunkHeader type1;
  ASSERT_TRUE(read(hex("44 000102 000304 09"), type1));
  EXPECT_EQ(type1.size, 8);
  EXPECT_EQ(type1.type_id, 9);
  ChunkHeader type2;
  ASSERT_TRUE(read(hex("84 000102"), type2));
  EXPECT_EQ(type2.size, 4);
  EXPECT_EQ(type2.time(), 0x102U);
  ChunkHeader type3;
  ASSERT_TRUE(read(hex("C4"), type3));
  EXPECT_EQ(type3.size, 1);
}

TEST(ChunkHeader, ReadsLongBasicHeaders) {
  ChunkHeader header;
  ASSERT_TRUE(read(hex("C0 05"), header));
  EXPECT_EQ(header.chunk_stream_id, 69U);
  EXPECT_EQ(header.size, 2);
  ASSERT_TRUE(read(hex("C1 05 02"), header));
  EXPECT_EQ(header.chunk_stream_id, 64U + 5 + 512);
  EXPECT_FALSE(read(hex("C1 05"), header));
  EXPECT_EQ(rtmp::basic_header_size(63), 1U);
  EXPECT_EQ(rtmp::basic_header_size(319), 2U);
  EXPECT_EQ(rtmp::basic_header_size(320), 3U);
}

TEST(ChunkHeader, ReadsTheExtendedTimestamp) {
  ChunkHeader header;
  ASSERT_TRUE(read(hex("84 FFFFFF 01020304"), header));
  EXPECT_EQ(header.time(), 0x01020304U);
  EXPECT_EQ(header.size, 8);
  EXPECT_FALSE(read(hex("84 FFFFFF 010203"), header));
}

TEST(ChunkHeader, KeepsWhatAHeaderInherits) {
  ChunkHeader header;
  inherit({.type_id = 8, .message_stream_id = 1, .length = 77}, header);
  ASSERT_TRUE(read(hex("84 000010"), header));
  EXPECT_EQ(header.length, 77U);
  EXPECT_EQ(header.type_id, 8);
  EXPECT_EQ(header.message_stream_id, 1U);
}

TEST(ChunkHeader, KnowsTheFirstByte) {
  EXPECT_EQ(FirstByte{0x84}.format(), 2);
  EXPECT_EQ(FirstByte{0x84}.id(), 4U);
  EXPECT_EQ(FirstByte{0x84}.header_size(), 4U);
  EXPECT_TRUE(FirstByte{0x84}.inherits_length());
  EXPECT_FALSE(FirstByte{0x44}.inherits_length());
  EXPECT_FALSE(FirstByte{0xC1}.is_whole());
  EXPECT_EQ(rtmp::type3_byte(4), 0xC4);
  EXPECT_EQ(rtmp::bytes_in_chunks(300, 128), 302U);
  EXPECT_EQ(rtmp::bytes_in_chunks(256, 128), 257U);
  EXPECT_EQ(rtmp::bytes_in_chunks(256, 0), 256U);
}

}  // namespace
}  // namespace rtmpscope::test
