#include "recording/record_codec.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rtmpscope::recording {
namespace {

constexpr std::uint32_t frame = 1000;

RecordBatch batch_of(const RecordWriter& writer, std::uint64_t stream_offset) {
  RecordBatch batch;
  batch.frame = frame;
  batch.stream_offset = stream_offset;
  batch.records = writer.bytes();
  return batch;
}

/// What is read of the only record.
Record only(const RecordWriter& writer, std::uint64_t stream_offset) {
  const RecordBatch batch = batch_of(writer, stream_offset);
  RecordReader reader(batch);
  Record record;
  EXPECT_TRUE(reader.next(record));
  Record none;
  EXPECT_FALSE(reader.next(none));
  return record;
}

void expect_equal(const ChunkRecord& read, const ChunkRecord& written) {
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
ChunkRecord largest_chunk(std::uint8_t format, std::uint8_t basic_size, bool extended) {
  ChunkRecord record;
  rtmp::ChunkHeader& header = record.header;
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
  record.payload_length = 0xFFFFFF;
  return record;
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

TEST(RecordCodec, KeepsChunkHeadersOfEveryShape) {
  for (std::uint8_t format = 0; format <= 3; ++format) {
    for (std::uint8_t basic_size = 1; basic_size <= 3; ++basic_size) {
      for (const bool extended : {false, true}) {
        ChunkRecord record = largest_chunk(format, basic_size, extended);
        record.header.stream_offset = 5'000'000'000;
        RecordWriter writer;
        writer.begin(5'000'000'000, frame);
        writer.chunk(Direction::to_client, record);
        const Record read = only(writer, 5'000'000'000);
        EXPECT_EQ(read.kind, Record::Kind::chunk);
        EXPECT_EQ(read.direction, Direction::to_client);
        expect_equal(read.chunk, record);
      }
    }
  }
}

TEST(RecordCodec, KeepsOffsetsBeforeAndBehindTheRecord) {
  for (const std::uint64_t offset : {std::uint64_t{0}, std::uint64_t{999'999}, std::uint64_t{1'000'001},
                                     std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
    ChunkRecord record = largest_chunk(3, 1, false);
    record.header.stream_offset = offset;
    RecordWriter writer;
    writer.begin(1'000'000, frame);
    writer.chunk(Direction::to_server, record);
    EXPECT_EQ(only(writer, 1'000'000).chunk.header.stream_offset, offset);
  }
}

TEST(RecordCodec, TakesFewBytesForWhatFollowsEachOther) {
  RecordWriter writer;
  writer.begin(70'000, frame);
  for (std::uint64_t i = 0; i < 10; ++i) {
    ChunkRecord record;
    record.header = {.stream_offset = 70'000 + i * 129, .format = 3, .basic_size = 1, .size = 1};
    record.header.chunk_stream_id = 6;
    record.payload_length = 128;
    writer.chunk(Direction::to_server, record);
  }
  EXPECT_EQ(writer.bytes().size(), 10U * 5);
}

TEST(RecordCodec, KeepsAMessageWhoseBodyLiesInThePacket) {
  MessageRecord record;
  record.header = {.type_id = 9,
                   .timestamp_exact = false,
                   .message_stream_id_known = false,
                   .chunk_stream_id = 65599,
                   .message_stream_id = 0xFFFFFFFF,
                   .timestamp = 0xFFFFFFFF,
                   .length = 0xFFFFFF,
                   .chunks = 131072,
                   .first_frame = 17,
                   .stream_offset = 123,
                   .first_time = -5,
                   .header_bytes = 0xFFFFFFF,
                   .header_type = 3};
  record.body.offset = 54;
  record.body.size = 1400;
  record.frame = frame;
  record.stream_name = 3;
  record.app = 2;
  record.complete = false;
  RecordWriter writer;
  writer.begin(70'000, frame);
  writer.message(Direction::to_server, record);
  const Record read = only(writer, 70'000);
  EXPECT_EQ(read.kind, Record::Kind::message);
  EXPECT_EQ(read.direction, Direction::to_server);
  const rtmp::MessageHeader& header = read.message.header;
  EXPECT_EQ(header.type_id, record.header.type_id);
  EXPECT_FALSE(header.timestamp_exact);
  EXPECT_FALSE(header.message_stream_id_known);
  EXPECT_EQ(header.chunk_stream_id, record.header.chunk_stream_id);
  EXPECT_EQ(header.message_stream_id, record.header.message_stream_id);
  EXPECT_EQ(header.timestamp, record.header.timestamp);
  EXPECT_EQ(header.length, record.header.length);
  EXPECT_EQ(header.chunks, record.header.chunks);
  EXPECT_EQ(header.first_frame, record.header.first_frame);
  EXPECT_EQ(header.stream_offset, record.header.stream_offset);
  EXPECT_EQ(header.first_time, record.header.first_time);
  EXPECT_EQ(header.header_bytes, record.header.header_bytes);
  EXPECT_EQ(header.header_type, record.header.header_type);
  EXPECT_EQ(read.message.body.copy, nullptr);
  EXPECT_EQ(read.message.body.offset, record.body.offset);
  EXPECT_EQ(read.message.body.size, record.body.size);
  EXPECT_EQ(read.message.frame, frame);
  EXPECT_EQ(read.message.stream_name, record.stream_name);
  EXPECT_EQ(read.message.app, record.app);
  EXPECT_EQ(read.message.link, 0U);
  EXPECT_FALSE(read.message.complete);
}

TEST(RecordCodec, CopiesABodyThatDoesNotLieInThePacket) {
  std::string body(300, 'x');
  MessageRecord record;
  record.header.type_id = 20;
  record.header.first_frame = frame;
  record.body.copy = as_bytes(body).data();
  record.body.size = static_cast<std::uint32_t>(body.size());
  record.link = 0xFFFFFFFF;
  RecordWriter writer;
  writer.begin(0, frame);
  writer.message(Direction::to_client, record);
  body.assign(300, 'y');
  const Record read = only(writer, 0);
  ASSERT_NE(read.message.body.copy, nullptr);
  EXPECT_EQ(as_text({read.message.body.copy, read.message.body.size}), std::string(300, 'x'));
  EXPECT_EQ(read.message.link, record.link);
  EXPECT_TRUE(read.message.complete);
  EXPECT_TRUE(read.message.header.timestamp_exact);
  EXPECT_TRUE(read.message.header.message_stream_id_known);
  EXPECT_EQ(read.message.header.first_time, rtmp::no_time);
}

TEST(RecordCodec, KeepsWhatAFrameConsistsOf) {
  media::FrameContents contents;
  for (std::uint8_t i = 0; i < media::FrameContents::most_types; ++i)
    contents.types[i] = static_cast<std::uint8_t>(i + 20);
  contents.listed = media::FrameContents::most_types;
  contents.picture = media::PictureKind::other;
  contents.delimiter = contents.whole = true;
  contents.nal_units = 70'000;
  contents.filler_bytes = 0xFFFFFF;
  media::FrameContents one;
  one.listed = 1;
  one.types[0] = 5;
  one.picture = media::PictureKind::idr;
  one.sei = one.parameter_sets = true;
  one.nal_units = 1;
  for (const media::FrameContents& each : {contents, one, media::FrameContents()}) {
    MessageRecord record;
    record.header.type_id = 9;
    record.contents = each;
    RecordWriter writer;
    writer.begin(0, frame);
    writer.message(Direction::to_server, record);
    EXPECT_EQ(only(writer, 0).message.contents, each);
  }
}

TEST(RecordCodec, ReadsUnitsInTheOrderInWhichTheyWereWritten) {
  const ChunkRecord first = largest_chunk(0, 1, true);
  MessageRecord message;
  message.header.type_id = 8;
  message.header.stream_offset = 1;
  RecordWriter writer;
  writer.begin(7, frame);
  writer.event(Direction::to_client, 70'000);
  writer.chunk(Direction::to_server, first);
  writer.message(Direction::to_server, message);
  writer.chunk(Direction::to_server, first);
  const RecordBatch batch = batch_of(writer, 7);
  RecordReader reader(batch);
  Record record;
  ASSERT_TRUE(reader.next(record));
  EXPECT_EQ(record.kind, Record::Kind::event);
  EXPECT_EQ(record.direction, Direction::to_client);
  EXPECT_EQ(record.event, 70'000U);
  ASSERT_TRUE(reader.next(record));
  expect_equal(record.chunk, first);
  ASSERT_TRUE(reader.next(record));
  EXPECT_EQ(record.message.header.type_id, 8);
  EXPECT_EQ(record.message.header.stream_offset, 1U);
  ASSERT_TRUE(reader.next(record));
  expect_equal(record.chunk, first);
  EXPECT_FALSE(reader.next(record));
}

TEST(RecordCodec, ForgetsTheRecordBefore) {
  RecordWriter writer;
  writer.begin(0, frame);
  writer.event(Direction::to_server, 1);
  writer.begin(100, frame);
  EXPECT_TRUE(writer.bytes().empty());
}

}  // namespace
}  // namespace rtmpscope::recording
