// A chunk header's bytes from its values: for one that began in another packet.
#pragma once

#include "rtmp/chunk/chunk_parser.hpp"

namespace rtmpscope::recording {

/// Writes `header.size` bytes to `out`, which has room for rtmp::maximum_header_size (RTMP 5.3.1).
inline void write_header(const rtmp::ChunkHeader& header, std::uint8_t* out) {
  const auto put = [&out](std::uint32_t value, int bytes) {
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
      *out++ = static_cast<std::uint8_t>(value >> shift);
  };
  const auto format = static_cast<std::uint32_t>(header.format) << 6;
  const std::uint32_t id = header.chunk_stream_id;
  switch (header.basic_size) {
    case 1: put(format | id, 1); break;
    case 2:
      put(format, 1);
      put(id - 64, 1);
      break;
    default:
      put(format | 1U, 1);
      put((id - 64) & 0xFFU, 1);  // little-endian (RTMP 5.3.1.1)
      put((id - 64) >> 8, 1);
  }
  if (header.format <= 2) put(header.timestamp_field, 3);
  if (header.format <= 1) {
    put(header.length, 3);
    put(header.type_id, 1);
  }
  if (header.format == 0) {
    for (int shift = 0; shift < 32; shift += 8) put((header.message_stream_id >> shift) & 0xFFU, 1);
  }
  if (header.has_extended_timestamp) put(header.extended_timestamp, 4);
}

}  // namespace rtmpscope::recording
