// Joins the handshake messages of one direction from records: one may span several, and one record may have
// several.
#pragma once

#include <algorithm>
#include <vector>

#include "base/bytes.hpp"

namespace rtmpscope::tls {

/// Longer messages (their length has three bytes) are not kept, but for this much of their beginning.
inline constexpr std::size_t most_handshake_bytes = std::size_t{64} << 10;

class HandshakeJoiner {
 public:
  /// `take(type, body)` for each complete message. A body that was longer than is kept is cut.
  template <typename Take>
  void add(Bytes bytes, Take&& take) {
    constexpr std::size_t head = 4;  // type, length (RFC 8446, section 4)
    while (!bytes.empty()) {
      const std::size_t wanted = held_.size() < head ? head : size();
      const std::size_t count = std::min(wanted - seen_, bytes.size());
      const std::size_t kept =
          std::min(count, most_handshake_bytes - std::min(most_handshake_bytes, held_.size()));
      held_.insert(held_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(kept));
      bytes = bytes.subspan(count);
      seen_ += count;
      if (seen_ < head || seen_ < size()) continue;
      const std::vector<std::uint8_t> message = std::move(held_);
      reset();
      take(message[0], Bytes(message).subspan(head));
    }
  }
  /// A record is missing: what was begun is dropped.
  void reset() {
    held_.clear();
    seen_ = 0;
  }

 private:
  [[nodiscard]] std::size_t size() const {
    return 4 + (std::size_t{held_[1]} << 16 | std::size_t{held_[2]} << 8 | held_[3]);
  }

  std::vector<std::uint8_t> held_;
  std::size_t seen_ = 0;  ///< bytes of the message so far, also those that were not kept
};

}  // namespace rtmpscope::tls
