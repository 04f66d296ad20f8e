// One chunk header as it is on the wire (RTMP 5.3.1), and the functions that read it from bytes. Nothing else
// in the analyzer knows where its bits lie.
//
// A header has three parts: basic header (1 to 3 bytes), message header (11, 7, 3 or 0 bytes), extended
// timestamp (4 bytes or none). Each has a reader, because callers decide between them: what a chunk stream
// has sent before tells whether a header of type 3 has an extended timestamp, and whether a trial goes on at
// all.
#pragma once

#include <array>
#include <cstdint>

#include "base/byte_order.hpp"
#include "base/bytes.hpp"
#include "rtmp/chunk/message.hpp"
#include "schema/field_sink.hpp"

namespace rtmpscope::rtmp {

inline constexpr std::uint32_t initial_chunk_size = 128;           // RTMP 5.4.1
inline constexpr std::uint32_t maximum_message_length = 0xFFFFFF;  // the length field has 24 bits
inline constexpr std::size_t maximum_header_size = 3 + 11 + 4;     // basic, message, extended timestamp
inline constexpr std::size_t extended_timestamp_size = 4;
inline constexpr std::array<std::uint8_t, 4> message_header_size = {11, 7, 3, 0};  // by format, RTMP 5.3.1.2
/// A timestamp field with this value says that an extended timestamp follows (RTMP 5.3.1.3).
inline constexpr std::uint32_t extended_mark = 0xFFFFFF;

/// The first byte of a chunk header: two bits of format, six bits of chunk stream (RTMP 5.3.1.1).
struct FirstByte {
  static constexpr std::uint8_t chunk_stream_bits = 0x3F;
  static constexpr unsigned format_shift = 6;
  static constexpr std::uint32_t lowest_id = 2;  ///< below: the basic header has 2 or 3 bytes

  std::uint8_t value = 0;

  [[nodiscard]] constexpr std::uint8_t format() const {
    return static_cast<std::uint8_t>(value >> format_shift);
  }
  [[nodiscard]] constexpr std::uint8_t basic_size() const {
    const std::uint8_t low = value & chunk_stream_bits;
    return low == 0 ? 2 : low == 1 ? 3 : 1;
  }
  /// The byte is the whole basic header.
  [[nodiscard]] constexpr bool is_whole() const { return id() >= lowest_id; }
  /// Chunk stream, 2 to 63, if the byte is the whole basic header; else 0 or 1.
  [[nodiscard]] constexpr std::uint32_t id() const { return value & chunk_stream_bits; }
  /// The header has no length and no type: format 2 or 3.
  [[nodiscard]] constexpr bool inherits_length() const { return format() >= 2; }
  /// Bytes of the header if this byte is the whole basic header, without an extended timestamp.
  [[nodiscard]] constexpr std::size_t header_size() const {
    return std::size_t{1} + message_header_size[format()];
  }
};

/// The first byte of a header with a basic header of one byte.
[[nodiscard]] constexpr std::uint8_t first_byte(unsigned format, std::uint32_t chunk_stream_id) {
  return static_cast<std::uint8_t>(format << FirstByte::format_shift | chunk_stream_id);
}
/// All of a header of type 3 on a chunk stream below 64, without an extended timestamp.
[[nodiscard]] constexpr std::uint8_t type3_byte(std::uint32_t chunk_stream_id) {
  return first_byte(3, chunk_stream_id);
}

/// Bytes of the shortest basic header for a chunk stream (RTMP 5.3.1.1).
[[nodiscard]] constexpr std::uint32_t basic_header_size(std::uint32_t chunk_stream_id) {
  return chunk_stream_id < 64 ? 1 : chunk_stream_id < 320 ? 2 : 3;
}

/// One chunk header as it is on the wire. Fields that its format does not have are zero.
struct ChunkHeader {
  std::uint64_t stream_offset = 0;  ///< of the basic header
  std::uint8_t format = 0;          ///< 0 to 3
  std::uint8_t basic_size = 0;      ///< 1 to 3 bytes
  std::uint8_t size = 0;            ///< bytes of the whole header, extended timestamp included
  bool has_extended_timestamp = false;
  std::uint8_t type_id = 0;  ///< formats 0 and 1
  std::uint32_t chunk_stream_id = 0;
  std::uint32_t timestamp_field = 0;    ///< 24 bits as sent: absolute (format 0) or delta (1 and 2)
  std::uint32_t length = 0;             ///< formats 0 and 1
  std::uint32_t message_stream_id = 0;  ///< format 0
  std::uint32_t extended_timestamp = 0;

  /// Timestamp or delta, wherever it was sent.
  [[nodiscard]] std::uint32_t time() const {
    return has_extended_timestamp ? extended_timestamp : timestamp_field;
  }
};

/// Reads the basic header at the front of `bytes`, at least one: format, basic_size, chunk_stream_id. False
/// if it is cut; then the chunk stream is not known.
[[nodiscard]] inline bool read_basic_header(Bytes bytes, ChunkHeader& header) {
  const FirstByte first{bytes[0]};
  header.format = first.format();
  header.basic_size = first.basic_size();
  if (bytes.size() < header.basic_size) return false;
  switch (header.basic_size) {
    case 1: header.chunk_stream_id = first.id(); break;
    case 2: header.chunk_stream_id = 64U + bytes[1]; break;
    default: header.chunk_stream_id = 64U + bytes[1] + 256U * bytes[2]; break;  // little-endian, RTMP 5.3.1.1
  }
  return true;
}

/// Reads the message header behind the basic header, which has been read: the fields that the format has, and
/// the size so far. Others stay as they are. False if it is cut; then nothing changes.
[[nodiscard]] inline bool read_message_header(Bytes bytes, ChunkHeader& header) {
  const std::size_t size = header.basic_size + std::size_t{message_header_size[header.format]};
  if (bytes.size() < size) return false;
  header.size = static_cast<std::uint8_t>(size);
  if (header.format == 3) return true;
  const std::uint8_t* const p = bytes.data() + header.basic_size;
  header.timestamp_field = load_be24(p);
  header.has_extended_timestamp = header.timestamp_field == extended_mark;
  if (header.format == 2) return true;
  header.length = load_be24(p + 3);
  header.type_id = p[6];
  if (header.format == 0) header.message_stream_id = load_le32(p + 7);  // little-endian, RTMP 5.3.1.2.1
  return true;
}

/// Reads the extended timestamp behind the message header, if `header` says that there is one. False if it is
/// cut.
[[nodiscard]] inline bool read_extended_timestamp(Bytes bytes, ChunkHeader& header) {
  if (!header.has_extended_timestamp) return true;
  if (bytes.size() < header.size + extended_timestamp_size) return false;
  header.extended_timestamp = load_be32(bytes.data() + header.size);
  header.size = static_cast<std::uint8_t>(header.size + extended_timestamp_size);
  return true;
}

/// Fills in what a header takes over from the message before it on its chunk stream. To be followed by
/// read_message_header, which overwrites what the header says itself.
inline void inherit(const MessageHeader& before, ChunkHeader& header) {
  header.type_id = before.type_id;
  header.length = before.length;
  header.message_stream_id = before.message_stream_id;
}

/// Bytes of a message's payload and of the type 3 headers between its chunks, one byte each. `chunk_size` 0:
/// the message is not split, as far as is known.
[[nodiscard]] constexpr std::size_t bytes_in_chunks(std::uint32_t length, std::uint32_t chunk_size) {
  return length + (chunk_size == 0 || length == 0 ? 0 : (length - 1) / chunk_size);
}

/// A finding about a chunk header; its range lies within the header.
struct ChunkFinding {
  FindingId id;
  Range range;
  std::uint64_t a = 0;
  std::uint64_t b = 0;
};

/// Pushes the fields of a chunk header. Ranges lie within the header's bytes.
void describe_chunk(const ChunkHeader& header, std::uint32_t payload_length, FieldSink& sink);

/// Whether the type id is one that RTMP or its dialects define.
[[nodiscard]] bool is_known_message_type(std::uint8_t type_id);

}  // namespace rtmpscope::rtmp
