#include "unit_codec.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rtmpscope::plugin {
namespace {

constexpr std::uint32_t frame = 1000;

FrameRecord record_of(const UnitWriter& writer, std::uint64_t stream_offset) {
  FrameRecord record;
  record.frame = frame;
  record.stream_offset = stream_offset;
  record.units = writer.bytes();
  return record;
}

/// What is read of the only unit.
Unit only(const UnitWriter& writer, std::uint64_t stream_offset) {
  const FrameRecord record = record_of(writer, stream_offset);
  UnitReader reader(record);
  Unit unit;
  EXPECT_TRUE(reader.next(unit));
  Unit none;
  EXPECT_FALSE(reader.next(none));
  return unit;
}

void expect_equal(const ChunkUnit& read, const ChunkUnit& written) {
  EXPECT_EQ(read.header.stream_offset, written.header.stream_offset);
  EXPECT_EQ(read.header.format, written.header.format);
  EXPECT_EQ(read.header.basic_size, written.header.basic_size);
  EXPECT_EQ(read.header.size, written.header.size);
  EXPECT_EQ(read.header.has_extended_timestamp, written.header.has_extended_timestamp);
  EXPECT_EQ(read.header.type_id, written.header.type_id);
  EXPECT_EQ(read.header.chunk_stream_id, written.header.chunk_stream_id);
  EXPECT_EQ(read.header.timestamp_field, written.header.timestamp_field);
  EXPECT_EQ(read.header.length, written.header.length);
  EXPECT_EQ(read.header.message_stream_id, written.header.message_stream_id);
  EXPECT_EQ(read.header.extended_timestamp, written.header.extended_timestamp);
  EXPECT_EQ(read.payload_length, written.payload_length);
}

/// A header with the largest values that its format and size have.
ChunkUnit largest_chunk(std::uint8_t format, std::uint8_t basic_size, bool extended) {
  ChunkUnit unit;
  rtmp::ChunkHeader& header = unit.header;
  header.format = format;
  header.basic_size = basic_size;
  header.size =
      static_cast<std::uint8_t>(basic_size + rtmp::message_header_size[format] + (extended ? 4 : 0));
  header.chunk_stream_id = basic_size == 1 ? 63 : basic_size == 2 ? 319 : 65599;
  if (format <= 2) header.timestamp_field = 0xFFFFFF;
  if (format <= 1) header.length = 0xFFFFFF;
  if (format <= 1) header.type_id = 0xFF;
  if (format == 0) header.message_stream_id = 0xFFFFFFFF;
  header.has_extended_timestamp = extended;
  if (extended) header.extended_timestamp = 0xFFFFFFFF;
  unit.payload_length = 0xFFFFFF;
  return unit;
}

TEST(Varint, ReadsWhatWasWritten) {
  std::vector<std::uint64_t> values{0, 1, 127, 128, 16383, 16384};
  for (int bit = 0; bit < 64; ++bit) values.push_back(~std::uint64_t{0} >> bit);
  std::vector<std::uint8_t> bytes;
  for (const std::uint64_t value : values) write_varint(bytes, value);
  Bytes in(bytes);
  for (const std::uint64_t value : values) EXPECT_EQ(read_varint(in), value);
  EXPECT_TRUE(in.empty());
}

TEST(Varint, TakesAByteForSevenBits) {
  std::vector<std::uint8_t> bytes;
  write_varint(bytes, 127);
  EXPECT_EQ(bytes.size(), 1U);
  write_varint(bytes, ~std::uint64_t{0});
  EXPECT_EQ(bytes.size(), 11U);
}

TEST(UnitCodec, KeepsChunkHeadersOfEveryShape) {
  for (std::uint8_t format = 0; format <= 3; ++format) {
    for (std::uint8_t basic_size = 1; basic_size <= 3; ++basic_size) {
      for (const bool extended : {false, true}) {
        ChunkUnit unit = largest_chunk(format, basic_size, extended);
        unit.header.stream_offset = 5'000'000'000;
        UnitWriter writer;
        writer.begin(5'000'000'000, frame);
        writer.chunk(Direction::to_client, unit);
        const Unit read = only(writer, 5'000'000'000);
        EXPECT_EQ(read.kind, Unit::Kind::chunk);
        EXPECT_EQ(read.direction, Direction::to_client);
        expect_equal(read.chunk, unit);
      }
    }
  }
}

TEST(UnitCodec, KeepsOffsetsBeforeAndBehindTheRecord) {
  for (const std::uint64_t offset : {std::uint64_t{0}, std::uint64_t{999'999}, std::uint64_t{1'000'001},
                                     std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
    ChunkUnit unit = largest_chunk(3, 1, false);
    unit.header.stream_offset = offset;
    UnitWriter writer;
    writer.begin(1'000'000, frame);
    writer.chunk(Direction::to_server, unit);
    EXPECT_EQ(only(writer, 1'000'000).chunk.header.stream_offset, offset);
  }
}

TEST(UnitCodec, TakesFewBytesForWhatFollowsEachOther) {
  UnitWriter writer;
  writer.begin(70'000, frame);
  for (std::uint64_t i = 0; i < 10; ++i) {
    ChunkUnit unit;
    unit.header = {.stream_offset = 70'000 + i * 129, .format = 3, .basic_size = 1, .size = 1};
    unit.header.chunk_stream_id = 6;
    unit.payload_length = 128;
    writer.chunk(Direction::to_server, unit);
  }
  EXPECT_EQ(writer.bytes().size(), 10U * 5);
}

TEST(UnitCodec, KeepsAMessageWhoseBodyLiesInThePacket) {
  MessageUnit unit;
  unit.header = {.type_id = 9,
                 .timestamp_exact = false,
                 .message_stream_id_known = false,
                 .chunk_stream_id = 65599,
                 .message_stream_id = 0xFFFFFFFF,
                 .timestamp = 0xFFFFFFFF,
                 .length = 0xFFFFFF,
                 .chunks = 131072,
                 .first_frame = 17,
                 .stream_offset = 123};
  unit.body.offset = 54;
  unit.body.size = 1400;
  unit.frame = frame;
  unit.stream_name = 3;
  unit.app = 2;
  unit.complete = false;
  UnitWriter writer;
  writer.begin(70'000, frame);
  writer.message(Direction::to_server, unit);
  const Unit read = only(writer, 70'000);
  EXPECT_EQ(read.kind, Unit::Kind::message);
  EXPECT_EQ(read.direction, Direction::to_server);
  const rtmp::MessageHeader& header = read.message.header;
  EXPECT_EQ(header.type_id, unit.header.type_id);
  EXPECT_FALSE(header.timestamp_exact);
  EXPECT_FALSE(header.message_stream_id_known);
  EXPECT_EQ(header.chunk_stream_id, unit.header.chunk_stream_id);
  EXPECT_EQ(header.message_stream_id, unit.header.message_stream_id);
  EXPECT_EQ(header.timestamp, unit.header.timestamp);
  EXPECT_EQ(header.length, unit.header.length);
  EXPECT_EQ(header.chunks, unit.header.chunks);
  EXPECT_EQ(header.first_frame, unit.header.first_frame);
  EXPECT_EQ(header.stream_offset, unit.header.stream_offset);
  EXPECT_EQ(read.message.body.copy, nullptr);
  EXPECT_EQ(read.message.body.offset, unit.body.offset);
  EXPECT_EQ(read.message.body.size, unit.body.size);
  EXPECT_EQ(read.message.frame, frame);
  EXPECT_EQ(read.message.stream_name, unit.stream_name);
  EXPECT_EQ(read.message.app, unit.app);
  EXPECT_EQ(read.message.exchange, 0U);
  EXPECT_FALSE(read.message.complete);
}

TEST(UnitCodec, CopiesABodyThatDoesNotLieInThePacket) {
  std::string body(300, 'x');
  MessageUnit unit;
  unit.header.type_id = 20;
  unit.header.first_frame = frame;
  unit.body.copy = as_bytes(body).data();
  unit.body.size = static_cast<std::uint32_t>(body.size());
  unit.exchange = 0xFFFFFFFF;
  UnitWriter writer;
  writer.begin(0, frame);
  writer.message(Direction::to_client, unit);
  body.assign(300, 'y');
  const Unit read = only(writer, 0);
  ASSERT_NE(read.message.body.copy, nullptr);
  EXPECT_EQ(as_text({read.message.body.copy, read.message.body.size}), std::string(300, 'x'));
  EXPECT_EQ(read.message.exchange, unit.exchange);
  EXPECT_TRUE(read.message.complete);
  EXPECT_TRUE(read.message.header.timestamp_exact);
  EXPECT_TRUE(read.message.header.message_stream_id_known);
}

TEST(UnitCodec, ReadsUnitsInTheOrderInWhichTheyWereWritten) {
  const ChunkUnit first = largest_chunk(0, 1, true);
  MessageUnit message;
  message.header.type_id = 8;
  message.header.stream_offset = 1;
  UnitWriter writer;
  writer.begin(7, frame);
  writer.event(Direction::to_client, 70'000);
  writer.chunk(Direction::to_server, first);
  writer.message(Direction::to_server, message);
  writer.chunk(Direction::to_server, first);
  const FrameRecord record = record_of(writer, 7);
  UnitReader reader(record);
  Unit unit;
  ASSERT_TRUE(reader.next(unit));
  EXPECT_EQ(unit.kind, Unit::Kind::event);
  EXPECT_EQ(unit.direction, Direction::to_client);
  EXPECT_EQ(unit.event, 70'000U);
  ASSERT_TRUE(reader.next(unit));
  expect_equal(unit.chunk, first);
  ASSERT_TRUE(reader.next(unit));
  EXPECT_EQ(unit.message.header.type_id, 8);
  EXPECT_EQ(unit.message.header.stream_offset, 1U);
  ASSERT_TRUE(reader.next(unit));
  expect_equal(unit.chunk, first);
  EXPECT_FALSE(reader.next(unit));
}

TEST(UnitCodec, ForgetsTheRecordBefore) {
  UnitWriter writer;
  writer.begin(0, frame);
  writer.event(Direction::to_server, 1);
  writer.begin(100, frame);
  EXPECT_TRUE(writer.bytes().empty());
}

}  // namespace
}  // namespace rtmpscope::plugin
