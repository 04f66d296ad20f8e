// Writing chunk streams in tests (RTMP 5.3).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace rtmpscope::test {

using ByteVector = std::vector<std::uint8_t>;

inline void put_be(ByteVector& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

/// Header of one chunk; members that the format does not have are ignored.
struct ChunkSpec {
  int format = 0;
  std::uint32_t chunk_stream_id = 3;
  std::uint32_t time = 0;  ///< timestamp or delta; 0xFFFFFF and above is written extended
  std::uint32_t length = 0;
  std::uint8_t type_id = 20;
  std::uint32_t message_stream_id = 0;
  std::optional<std::uint32_t> extended{};  ///< for format 3
  int basic_size = 0;                       ///< 0: the shortest form
};

inline ByteVector chunk(const ChunkSpec& spec, Bytes payload = {}) {
  ByteVector out;
  const auto first = static_cast<std::uint8_t>(spec.format << 6);
  const std::uint32_t id = spec.chunk_stream_id;
  const int basic = spec.basic_size != 0 ? spec.basic_size : id < 64 ? 1 : id < 320 ? 2 : 3;
  if (basic == 1) out.push_back(static_cast<std::uint8_t>(first | id));
  if (basic == 2) {
    out.push_back(first);
    out.push_back(static_cast<std::uint8_t>(id - 64));
  }
  if (basic == 3) {
    out.push_back(static_cast<std::uint8_t>(first | 1));
    out.push_back(static_cast<std::uint8_t>((id - 64) & 0xFF));
    out.push_back(static_cast<std::uint8_t>((id - 64) >> 8));
  }
  const bool extended = spec.time >= 0xFFFFFF;
  if (spec.format < 3) put_be(out, extended ? 0xFFFFFF : spec.time, 3);
  if (spec.format < 2) {
    put_be(out, spec.length, 3);
    out.push_back(spec.type_id);
  }
  if (spec.format == 0) {
    for (int i = 0; i < 4; ++i) out.push_back(static_cast<std::uint8_t>(spec.message_stream_id >> (8 * i)));
  }
  if (spec.format < 3 && extended) put_be(out, spec.time, 4);
  if (spec.format == 3 && spec.extended) put_be(out, *spec.extended, 4);
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

/// A whole message, cut into chunks of `chunk_size`; continuation chunks repeat an extended timestamp if
/// asked to.
inline ByteVector message(ChunkSpec spec, Bytes body, std::uint32_t chunk_size = 128,
                          bool repeat_extended = true) {
  spec.length = static_cast<std::uint32_t>(body.size());
  ByteVector out;
  std::size_t at = 0;
  do {
    const std::size_t size = std::min<std::size_t>(chunk_size, body.size() - at);
    const ByteVector part = chunk(spec, body.subspan(at, size));
    out.insert(out.end(), part.begin(), part.end());
    at += size;
    if (spec.format != 3 && spec.time >= 0xFFFFFF && repeat_extended) spec.extended = spec.time;
    spec.format = 3;
  } while (at < body.size());
  return out;
}

/// `count` bytes that differ from each other and between seeds.
inline ByteVector pattern(std::size_t count, std::uint8_t seed = 0) {
  ByteVector out(count);
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<std::uint8_t>(i * 7 + seed + i / 256);
  return out;
}

}  // namespace rtmpscope::test
