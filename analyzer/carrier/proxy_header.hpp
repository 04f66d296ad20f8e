// Headers that a proxy or load balancer puts in front of the client's first byte to tell the server who the
// client is.
#pragma once

#include <array>
#include <optional>

#include "base/bytes.hpp"

namespace rtmpscope::carrier {

/// Finds such a header at the beginning of the stream to the server: version 1 and 2 of the PROXY protocol
/// (HAProxy, nginx-rtmp), and the form that SRS takes (F3, length of two bytes, that many bytes).
///
/// Call `add` with the stream's bytes in order until it answers something. Keeps no more than `longest_kept`
/// bytes.
class ProxyHeaderFinder {
 public:
  /// Whether a stream that begins with `byte` can have a header.
  [[nodiscard]] static constexpr bool is_promising(std::uint8_t byte) {
    return byte == 'P' || byte == 0x0D || byte == 0xF3;
  }

  /// Length of the header, 0 if there is none; nothing while that depends on bytes that have not come yet.
  /// The header's last bytes are in `bytes` of the call that answers.
  std::optional<std::uint32_t> add(Bytes bytes);
  /// Bytes given to `add`, while it has answered nothing.
  [[nodiscard]] std::uint32_t seen() const { return seen_; }
  /// If there is no header: what the earlier calls got, since it belongs to the stream all the same.
  [[nodiscard]] Bytes kept() const { return Bytes(kept_).first(kept_size_); }

  static constexpr std::size_t longest_kept = 107;  ///< a version 1 line with its line end

 private:
  std::array<std::uint8_t, longest_kept> kept_{};
  std::size_t kept_size_ = 0;
  std::uint32_t seen_ = 0;
};

}  // namespace rtmpscope::carrier
