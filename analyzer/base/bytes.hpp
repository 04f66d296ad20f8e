// Bytes, ranges, times and packet references: the words that every layer shares.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace rtmpscope {

/// A view of captured bytes. It owns nothing: unless a comment says otherwise it is valid only during the
/// call that hands it over, and whoever keeps the bytes copies them.
using Bytes = std::span<const std::uint8_t>;

/// Position and size, in bytes, within the buffer that the context names (a message body, a chunk header, …).
struct Range {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;

  [[nodiscard]] constexpr std::uint32_t end() const { return offset + length; }
  friend bool operator==(const Range&, const Range&) = default;
};

/// Capture time in nanoseconds since 1970-01-01T00:00:00Z. Times come from packets, never from a clock.
using Timestamp = std::int64_t;
inline constexpr Timestamp nanoseconds_per_millisecond = 1'000'000;

/// Which packet something was seen in. `number` is 1-based over the whole input, as Wireshark counts frames.
struct PacketRef {
  std::uint64_t number = 0;
  Timestamp time = 0;

  friend bool operator==(const PacketRef&, const PacketRef&) = default;
};

/// The way of a byte within a connection. The server is the side that accepted the connection.
enum class Direction : std::uint8_t { to_server, to_client };

[[nodiscard]] constexpr Direction opposite(Direction direction) {
  return direction == Direction::to_server ? Direction::to_client : Direction::to_server;
}
/// For arrays with one element a direction: 0 is to_server, 1 is to_client.
[[nodiscard]] constexpr std::size_t index_of(Direction direction) {
  return static_cast<std::size_t>(direction);
}

[[nodiscard]] inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace rtmpscope
