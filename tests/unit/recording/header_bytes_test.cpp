#include "recording/header_bytes.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/bytes.hpp"

namespace rtmpscope::recording {
namespace {

using test::hex;

std::vector<std::uint8_t> written(const rtmp::ChunkHeader& header) {
  std::vector<std::uint8_t> bytes(header.size);
  write_header(header, bytes.data());
  return bytes;
}

TEST(WriteHeader, WritesEveryFormat) {
  rtmp::ChunkHeader header;
  header.basic_size = 1;
  header.chunk_stream_id = 5;
  header.timestamp_field = 0x010203;
  header.length = 0x040506;
  header.type_id = 9;
  header.message_stream_id = 0x0A0B0C0D;
  const char* expected[] = {"05 010203 040506 09 0d0c0b0a", "45 010203 040506 09", "85 010203", "c5"};
  for (std::uint8_t format = 0; format <= 3; ++format) {
    header.format = format;
    header.size = static_cast<std::uint8_t>(1 + rtmp::message_header_size[format]);
    EXPECT_EQ(written(header), hex(expected[format])) << unsigned{format};
  }
}

TEST(WriteHeader, WritesLongBasicHeadersAndExtendedTimestamps) {
  rtmp::ChunkHeader header;
  header.format = 3;
  header.basic_size = 2;
  header.size = 2;
  header.chunk_stream_id = 319;
  EXPECT_EQ(written(header), hex("c0 ff"));
  header.basic_size = 3;
  header.chunk_stream_id = 64 + 0x1234;
  header.has_extended_timestamp = true;
  header.extended_timestamp = 0x01020304;
  header.size = 7;
  EXPECT_EQ(written(header), hex("c1 3412 01020304"));
}

}  // namespace
}  // namespace rtmpscope::recording
