#include "rtmp/evidence/header_evidence.hpp"

#include <gtest/gtest.h>

#include "support/bytes.hpp"
#include "support/chunks.hpp"

namespace rtmpscope::rtmp {
namespace {

using test::bytes_of;
using test::ByteVector;
using test::concat;
using test::hex;

RecognizedType show(Bytes body) {
  std::uint64_t steps = 0;
  return recognize_whole_body(body, steps);
}

ByteVector metadata() {
  const ByteVector name = concat(hex("02 000a"), bytes_of("onMetaData"));
  const ByteVector width = concat(hex("0005"), bytes_of("width"));
  return concat(concat(concat(name, hex("08 00000001")), width), hex("00 4084000000000000 000009"));
}

TEST(Plausibility, MetadataThatEndsWithItsEndMark) {
  const ByteVector plain = metadata();
  const ByteVector set = concat(concat(hex("02 000d"), bytes_of("@setDataFrame")), plain);
  for (const ByteVector& body : {plain, set}) {
    const RecognizedType shown = show(body);
    EXPECT_EQ(shown.type_id, MessageType::data_amf0);
    EXPECT_GE(shown.bits, 100);
    for (std::size_t size = 0; size < body.size(); ++size) {
      EXPECT_EQ(show(Bytes(body).first(size)).type_id, 0) << size;
    }
    EXPECT_EQ(show(concat(body, hex("c4"))).type_id, 0);
    // The mark stands at the end, but the values do not lead there.
    EXPECT_EQ(show(concat(body, hex("c4 000009"))).type_id, 0);
  }
}

TEST(Plausibility, PicturesThatAddUp) {
  EXPECT_EQ(show(hex("27 01 000028 00000003 41aabb")).type_id, MessageType::video);
  EXPECT_EQ(show(hex("af 01 2110")).type_id, 0);
  EXPECT_EQ(show(concat(hex("02 0007"), bytes_of("connect"))).type_id, 0);
}

TEST(Plausibility, ExtendedTimesOfFillerAreNone) {
  ChunkStream stream;
  stream.last_format = rtmp::LastFormat::type1;
  stream.message.chunk_stream_id = 6;
  stream.message.type_id = MessageType::video;
  stream.message.length = 700;
  ChunkHeader header{.format = 2,
                     .basic_size = 1,
                     .type_id = MessageType::video,
                     .chunk_stream_id = 6,
                     .timestamp_field = extended_mark,
                     .length = 700};
  header.has_extended_timestamp = true;
  header.extended_timestamp = 20'000'023;  // as ffmpeg begins media that starts after 20,000 s
  EXPECT_TRUE(weigh_header(header, &stream));
  header.extended_timestamp = 0xFFFFC42A;
  EXPECT_FALSE(weigh_header(header, &stream));
  header.format = 0;  // of a clock that has run for weeks
  EXPECT_TRUE(weigh_header(header, &stream));
}

}  // namespace
}  // namespace rtmpscope::rtmp
