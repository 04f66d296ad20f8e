#include "rtmp/chunk/ordinary_header.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::test {
namespace {

using rtmp::ChunkHeader;
using rtmp::ChunkStream;
using rtmp::is_ordinary;
using rtmp::MessageType;

/// A chunk stream that has sent video on message stream 1.
ChunkStream video() {
  ChunkStream stream;
  stream.last_format = rtmp::LastFormat::type0;
  stream.message.chunk_stream_id = 6;
  stream.message.type_id = MessageType::video;
  stream.message.message_stream_id = 1;
  return stream;
}

ChunkHeader header(unsigned format) {
  return {.format = static_cast<std::uint8_t>(format),
          .basic_size = 1,
          .type_id = MessageType::video,
          .chunk_stream_id = 6,
          .timestamp_field = 40,
          .length = 100,
          .message_stream_id = 1};
}

TEST(OrdinaryHeader, RepeatsWhatItsChunkStreamHasSent) {
  const ChunkStream stream = video();
  for (const unsigned format : {0U, 1U, 2U, 3U}) EXPECT_TRUE(is_ordinary(header(format), &stream)) << format;
}

TEST(OrdinaryHeader, IsNotTheFirstOfItsChunkStream) {
  const ChunkStream none;
  for (const unsigned format : {0U, 1U, 2U, 3U}) {
    EXPECT_FALSE(is_ordinary(header(format), nullptr));
    EXPECT_FALSE(is_ordinary(header(format), &none));
  }
}

TEST(OrdinaryHeader, HasNoOtherTypeNorMessageStream) {
  const ChunkStream stream = video();
  for (const unsigned format : {0U, 1U}) {
    ChunkHeader other = header(format);
    other.type_id = MessageType::audio;
    EXPECT_FALSE(is_ordinary(other, &stream));
  }
  ChunkHeader other = header(0);
  other.message_stream_id = 2;
  EXPECT_FALSE(is_ordinary(other, &stream));
}

TEST(OrdinaryHeader, HasAUsualStepAndTheShortestBasicHeader) {
  const ChunkStream stream = video();
  for (const unsigned format : {1U, 2U}) {
    ChunkHeader other = header(format);
    other.timestamp_field = rtmp::usual_longest_step_ms;
    EXPECT_TRUE(is_ordinary(other, &stream));
    ++other.timestamp_field;
    EXPECT_FALSE(is_ordinary(other, &stream));
  }
  ChunkHeader longer = header(3);
  longer.basic_size = 3;
  EXPECT_FALSE(is_ordinary(longer, &stream));
}

TEST(OrdinaryHeader, OfControlMessagesOnlyThoseThatInheritAll) {
  ChunkStream stream = video();
  stream.message.type_id = MessageType::acknowledgement;
  for (const unsigned format : {0U, 1U}) {
    ChunkHeader control = header(format);
    control.type_id = MessageType::acknowledgement;
    EXPECT_FALSE(is_ordinary(control, &stream));
  }
  for (const unsigned format : {2U, 3U}) EXPECT_TRUE(is_ordinary(header(format), &stream));
}

}  // namespace
}  // namespace rtmpscope::test
