#include "recording/body_collector.hpp"

#include <gtest/gtest.h>

#include <string>

#include "rtmp/chunk/message_assembler.hpp"

namespace rtmpscope::recording {
namespace {

/// A chunk with a header of one byte.
ChunkRecord chunk(std::uint64_t offset, std::uint32_t payload, std::uint32_t chunk_stream = 4) {
  ChunkRecord record;
  record.header.stream_offset = offset;
  record.header.size = 1;
  record.header.chunk_stream_id = chunk_stream;
  record.payload_length = payload;
  return record;
}

rtmp::MessageHeader message(std::uint64_t offset, std::uint32_t length, std::uint32_t chunk_stream = 4) {
  rtmp::MessageHeader header;
  header.stream_offset = offset;
  header.length = length;
  header.chunk_stream_id = chunk_stream;
  return header;
}

class BodyCollectorTest : public testing::Test {
 protected:
  void add(std::uint64_t offset, std::string_view bytes) { collector_.add(offset, as_bytes(bytes)); }
  std::string end(const rtmp::MessageHeader& header) {
    return std::string(as_text(collector_.end_message(header)));
  }
  BodyCollector collector_;
};

TEST_F(BodyCollectorTest, GivesTheBodyOfAChunk) {
  add(0, "#abc");
  collector_.begin_chunk(chunk(0, 3));
  EXPECT_EQ(end(message(0, 3)), "abc");
}

TEST_F(BodyCollectorTest, JoinsPacketsAndChunks) {
  add(0, "#ab");
  collector_.begin_chunk(chunk(0, 4));
  add(3, "cd#e");
  collector_.begin_chunk(chunk(5, 2));
  add(7, "f");
  EXPECT_EQ(end(message(0, 6)), "abcdef");
}

TEST_F(BodyCollectorTest, KeepsChunkStreamsApart) {
  add(0, "#ab#xy#cd#z");
  collector_.begin_chunk(chunk(0, 2));
  collector_.begin_chunk(chunk(3, 2, 6));
  collector_.begin_chunk(chunk(6, 2));
  EXPECT_EQ(end(message(0, 4)), "abcd");
  collector_.begin_chunk(chunk(9, 1, 6));
  EXPECT_EQ(end(message(3, 3, 6)), "xyz");
}

TEST_F(BodyCollectorTest, BeginsAnewWithTheNextMessage) {
  add(0, "#ab");
  collector_.begin_chunk(chunk(0, 2));
  EXPECT_EQ(end(message(0, 2)), "ab");
  add(3, "#cd");
  collector_.begin_chunk(chunk(3, 2));
  EXPECT_EQ(end(message(3, 2)), "cd");
}

TEST_F(BodyCollectorTest, IgnoresBytesThatItHas) {
  add(0, "#ab");
  add(1, "XYc");
  collector_.begin_chunk(chunk(0, 3));
  EXPECT_EQ(end(message(0, 3)), "abc");
}

TEST_F(BodyCollectorTest, GivesNothingWithAGap) {
  add(0, "#a");
  collector_.begin_chunk(chunk(0, 3));
  add(3, "c");
  EXPECT_EQ(end(message(0, 3)), "");
}

TEST_F(BodyCollectorTest, GivesNothingIfAChunkIsNotTold) {
  add(0, "#ab#cd");
  collector_.begin_chunk(chunk(3, 2));
  EXPECT_EQ(end(message(0, 4)), "") << "the first one";
  EXPECT_EQ(end(message(0, 4)), "") << "none at all";
}

TEST_F(BodyCollectorTest, TakesChunksThatAreToldLongAfterTheirBytes) {
  add(0, "#ab");
  add(10, "#cd");  // a gap before it
  add(13, std::string(1000, '.'));
  collector_.begin_chunk(chunk(10, 2));
  EXPECT_EQ(end(message(10, 2)), "cd");
}

TEST_F(BodyCollectorTest, ForgetsBytesThatNoMessageNeeds) {
  constexpr std::size_t step = std::size_t{1} << 20;
  const std::string filler(step, '.');
  add(0, "#ab");
  for (std::uint64_t offset = 3; offset < rtmp::maximum_retained_bytes * 4; offset += step)
    add(offset, filler);
  collector_.begin_chunk(chunk(0, 2));
  EXPECT_EQ(end(message(0, 2)), "") << "no decoder tells a chunk that late";
}

}  // namespace
}  // namespace rtmpscope::recording
