#include "recording/record_codec.hpp"

#include <algorithm>
#include <array>

namespace rtmpscope::recording {
namespace {

constexpr unsigned varint_bits = 7;
constexpr std::uint8_t varint_more = 0x80;

// The first byte of a record: kind and direction, and what the kind needs.
constexpr std::uint8_t kind_mask = 0x03;
constexpr std::uint8_t to_client = 0x04;
constexpr unsigned format_shift = 3;
constexpr unsigned basic_size_shift = 5;
constexpr std::uint8_t two_bits = 0x03;
constexpr std::uint8_t extended = 0x80;
constexpr std::uint8_t incomplete = 0x08;
constexpr std::uint8_t estimated = 0x10;       ///< the timestamp
constexpr std::uint8_t stream_unknown = 0x20;  ///< the message stream id
constexpr std::uint8_t has_link = 0x40;
constexpr std::uint8_t body_copied = 0x80;

// How the chunks of a message were written: a number with the type of the first header, this flag, and the
// bytes of all headers.
constexpr std::uint64_t has_first_time = 0x04;
constexpr std::uint64_t has_contents = 0x08;
constexpr unsigned header_bytes_shift = 4;

// What a frame consists of: two bytes, then numbers.
constexpr std::uint8_t listed_mask = 0x1F;
static_assert(media::FrameContents::most_types <= listed_mask);
constexpr std::uint8_t delimiter = 0x20;
constexpr std::uint8_t sei = 0x40;
constexpr std::uint8_t parameter_sets = 0x80;
constexpr std::uint8_t picture_mask = 0x0F;
constexpr std::uint8_t whole = 0x10;
constexpr std::uint8_t has_filler = 0x20;

/// A chunk has at most 8 numbers, a message 14.
constexpr std::size_t longest_record = 4 + 14 * longest_varint;

std::uint8_t tag_of(Record::Kind kind, Direction direction) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(kind) |
                                   (direction == Direction::to_client ? to_client : 0U));
}

/// Small numbers for small differences, whatever their sign.
std::uint64_t zigzag(std::uint64_t difference) {
  return (difference << 1) ^ (std::uint64_t{0} - (difference >> 63));
}
std::uint64_t unzigzag(std::uint64_t value) {
  return (value >> 1) ^ (std::uint64_t{0} - (value & 1U));
}

std::uint64_t end_of(const ChunkRecord& record) {
  return record.header.stream_offset + record.header.size + record.payload_length;
}

}  // namespace

void write_varint(std::vector<std::uint8_t>& out, std::uint64_t value) {
  std::array<std::uint8_t, longest_varint> bytes;  // NOLINT(*-member-init): as much as is written is read
  out.insert(out.end(), bytes.data(), write_varint(bytes.data(), value));
}

std::uint64_t read_varint(Bytes& in) {
  std::uint64_t value = 0;
  std::size_t at = 0;
  for (unsigned shift = 0; at < in.size(); shift += varint_bits) {
    const std::uint8_t byte = in[at++];
    value |= std::uint64_t{byte & (varint_more - 1U)} << shift;
    if (byte < varint_more) break;
  }
  in = in.subspan(at);
  return value;
}

void RecordWriter::begin(std::uint64_t stream_offset, std::uint32_t frame) {
  out_.clear();
  near_ = stream_offset;
  frame_ = frame;
}

std::uint64_t RecordReader::offset() {
  return near_ + unzigzag(read_varint(in_));
}

void RecordWriter::chunk(Direction direction, const ChunkRecord& record) {
  const rtmp::ChunkHeader& header = record.header;
  std::array<std::uint8_t, longest_record> bytes;  // NOLINT(*-member-init): as much as is written is read
  std::uint8_t* to = bytes.data();
  *to++ = static_cast<std::uint8_t>(
      tag_of(Record::Kind::chunk, direction) | unsigned{header.format} << format_shift |
      unsigned{header.basic_size} << basic_size_shift | (header.has_extended_timestamp ? extended : 0U));
  to = write_varint(to, zigzag(header.stream_offset - near_));
  to = write_varint(to, header.chunk_stream_id);
  if (header.format <= 2) to = write_varint(to, header.timestamp_field);
  if (header.format <= 1) {
    to = write_varint(to, header.length);
    *to++ = header.type_id;
  }
  if (header.format == 0) to = write_varint(to, header.message_stream_id);
  if (header.has_extended_timestamp) to = write_varint(to, header.extended_timestamp);
  to = write_varint(to, record.payload_length);
  out_.insert(out_.end(), bytes.data(), to);
  near_ = end_of(record);
}

void RecordReader::read_chunk(std::uint8_t tag, ChunkRecord& record) {
  rtmp::ChunkHeader& header = record.header;
  header = {};
  header.format = static_cast<std::uint8_t>(tag >> format_shift & two_bits);
  header.basic_size = static_cast<std::uint8_t>(tag >> basic_size_shift & two_bits);
  header.has_extended_timestamp = (tag & extended) != 0;
  header.size = static_cast<std::uint8_t>(header.basic_size + rtmp::message_header_size[header.format] +
                                          (header.has_extended_timestamp ? sizeof(std::uint32_t) : 0));
  header.stream_offset = offset();
  header.chunk_stream_id = number();
  if (header.format <= 2) header.timestamp_field = number();
  if (header.format <= 1) {
    header.length = number();
    header.type_id = in_.front();
    in_ = in_.subspan(1);
  }
  if (header.format == 0) header.message_stream_id = number();
  if (header.has_extended_timestamp) header.extended_timestamp = number();
  record.payload_length = number();
  near_ = end_of(record);
}

void RecordWriter::message(Direction direction, const MessageRecord& record) {
  const rtmp::MessageHeader& header = record.header;
  const KeptBytes& body = record.body;
  std::array<std::uint8_t, longest_record> bytes;  // NOLINT(*-member-init): as much as is written is read
  std::uint8_t* to = bytes.data();
  *to++ = static_cast<std::uint8_t>(
      tag_of(Record::Kind::message, direction) | (record.complete ? 0U : incomplete) |
      (header.timestamp_exact ? 0U : estimated) | (header.message_stream_id_known ? 0U : stream_unknown) |
      (record.link != 0 ? has_link : 0U) | (body.copy != nullptr ? body_copied : 0U));
  if (!record.complete) *to++ = header.length_known ? 1 : 0;
  *to++ = header.type_id;
  to = write_varint(to, header.chunk_stream_id);
  to = write_varint(to, header.message_stream_id);
  to = write_varint(to, header.timestamp);
  to = write_varint(to, header.length);
  to = write_varint(to, header.chunks);
  const bool timed = header.first_time != rtmp::no_time;
  to = write_varint(to, std::uint64_t{header.header_bytes} << header_bytes_shift |
                            (timed ? has_first_time : 0U) | (record.contents ? has_contents : 0U) |
                            (header.header_type & two_bits));
  if (timed) to = write_varint(to, static_cast<std::uint64_t>(header.first_time));
  to = write_varint(to, zigzag(frame_ - header.first_frame));
  to = write_varint(to, zigzag(header.stream_offset - near_));
  to = write_varint(to, record.stream_name);
  to = write_varint(to, record.app);
  if (record.link != 0) to = write_varint(to, record.link);
  to = write_varint(to, body.size);
  if (body.copy == nullptr) to = write_varint(to, body.offset);
  out_.insert(out_.end(), bytes.data(), to);
  if (body.copy != nullptr) out_.insert(out_.end(), body.copy, body.copy + body.size);
  if (record.contents) frame_contents(*record.contents);
}

void RecordWriter::frame_contents(const media::FrameContents& contents) {
  out_.push_back(static_cast<std::uint8_t>(contents.listed | (contents.delimiter ? delimiter : 0U) |
                                           (contents.sei ? sei : 0U) |
                                           (contents.parameter_sets ? parameter_sets : 0U)));
  out_.push_back(static_cast<std::uint8_t>(static_cast<unsigned>(contents.picture) |
                                           (contents.whole ? whole : 0U) |
                                           (contents.filler_bytes != 0 ? has_filler : 0U)));
  write_varint(out_, contents.nal_units);
  if (contents.filler_bytes != 0) write_varint(out_, contents.filler_bytes);
  out_.insert(out_.end(), contents.types.begin(), contents.types.begin() + contents.listed);
}

void RecordReader::read_contents(media::FrameContents& contents) {
  const std::uint8_t first = in_[0];
  const std::uint8_t second = in_[1];
  in_ = in_.subspan(2);
  contents.listed = first & listed_mask;
  contents.delimiter = (first & delimiter) != 0;
  contents.sei = (first & sei) != 0;
  contents.parameter_sets = (first & parameter_sets) != 0;
  contents.picture = static_cast<media::PictureKind>(second & picture_mask);
  contents.whole = (second & whole) != 0;
  contents.nal_units = number();
  if ((second & has_filler) != 0) contents.filler_bytes = number();
  std::copy_n(in_.begin(), contents.listed, contents.types.begin());
  in_ = in_.subspan(contents.listed);
}

void RecordReader::read_message(std::uint8_t tag, MessageRecord& record) {
  rtmp::MessageHeader& header = record.header;
  record = {};
  record.complete = (tag & incomplete) == 0;
  record.frame = frame_;
  header.timestamp_exact = (tag & estimated) == 0;
  header.message_stream_id_known = (tag & stream_unknown) == 0;
  if (!record.complete) {
    header.length_known = in_.front() != 0;
    in_ = in_.subspan(1);
  }
  header.type_id = in_.front();
  in_ = in_.subspan(1);
  header.chunk_stream_id = number();
  header.message_stream_id = number();
  header.timestamp = number();
  header.length = number();
  header.chunks = number();
  const std::uint64_t written = read_varint(in_);
  header.header_type = static_cast<std::uint8_t>(written & two_bits);
  header.header_bytes = static_cast<std::uint32_t>(written >> header_bytes_shift);
  if ((written & has_first_time) != 0) header.first_time = static_cast<Timestamp>(read_varint(in_));
  header.first_frame = frame_ - unzigzag(read_varint(in_));
  header.stream_offset = offset();
  record.stream_name = number();
  record.app = number();
  if ((tag & has_link) != 0) record.link = number();
  record.body.size = number();
  if ((tag & body_copied) != 0) {
    record.body.copy = in_.data();
    in_ = in_.subspan(record.body.size);
  } else {
    record.body.offset = number();
  }
  if ((written & has_contents) != 0) read_contents(record.contents.emplace());
}

void RecordWriter::event(Direction direction, std::uint32_t index) {
  out_.push_back(tag_of(Record::Kind::event, direction));
  write_varint(out_, index);
}

bool RecordReader::next(Record& record) {
  if (in_.empty()) return false;
  const std::uint8_t tag = in_.front();
  in_ = in_.subspan(1);
  record.kind = static_cast<Record::Kind>(tag & kind_mask);
  record.direction = (tag & to_client) != 0 ? Direction::to_client : Direction::to_server;
  switch (record.kind) {
    case Record::Kind::chunk: read_chunk(tag, record.chunk); break;
    case Record::Kind::message: read_message(tag, record.message); break;
    case Record::Kind::event: record.event = number(); break;
  }
  return true;
}

}  // namespace rtmpscope::recording
