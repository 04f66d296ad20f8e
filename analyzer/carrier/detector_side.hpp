// What a protocol detector keeps of one direction.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/byte_order.hpp"
#include "carrier/opening.hpp"
#include "rtmp/evidence/first_chunks.hpp"
#include "rtmp/handshake/digest.hpp"

namespace rtmpscope::carrier {

/// What is known of the beginning of one direction.
struct DetectorSide {
  std::vector<std::uint8_t>
      bytes;                      ///< zeros where bytes are missing, up to handshake and chunk_evidence_size
  std::uint64_t length = 0;       ///< of data and gaps
  std::uint64_t known = 0;        ///< bytes before the first gap
  std::uint64_t known_from = 0;   ///< end of the last gap
  std::size_t readable_from = 0;  ///< the same in `bytes`
  std::uint64_t peer_length_at_start = 0;
  Opening opening = Opening::open;
  bool has_gap = false;
  bool reached_block_1 = false;  ///< a piece ended exactly after block 1 …
  bool reached_block_2 = false;  ///< … after block 2
  bool digest_checked = false;
  std::size_t searched = 0;  ///< of the first bytes, for messages

  /// May be a handshake, whatever its version.
  [[nodiscard]] bool is_candidate() const {
    return opening == Opening::handshake || opening == Opening::odd_version;
  }
  [[nodiscard]] Bytes start() const { return Bytes(bytes).first(static_cast<std::size_t>(known)); }
  [[nodiscard]] bool has_block_1() const { return known >= handshake_first_block_end; }
  [[nodiscard]] bool has_block_2() const { return known >= handshake_size; }
  [[nodiscard]] Bytes block_1() const { return Bytes(bytes).subspan(1, handshake_block_size); }
  [[nodiscard]] Bytes block_2() const {
    return Bytes(bytes).subspan(handshake_first_block_end, handshake_block_size);
  }
  [[nodiscard]] bool zero_is_zero() const { return known >= 9 && load_be32(bytes.data() + 5) == 0; }
  /// Bytes without a gap, from the start or, if that is missing, from the last gap on.
  [[nodiscard]] Bytes readable() const {
    return start_is_missing() ? Bytes(bytes).subspan(readable_from) : start();
  }
  /// Undetermined because of a gap, not for want of bytes.
  [[nodiscard]] bool start_is_missing() const { return has_gap && known == 0; }

  /// Known bytes after the handshake.
  [[nodiscard]] Bytes after_handshake() const {
    const std::uint64_t end = !has_gap || known_from <= handshake_size ? bytes.size() : known;
    if (end <= handshake_size) return {};
    const std::uint64_t size = std::min<std::uint64_t>(end - handshake_size, rtmp::chunk_evidence_size);
    return Bytes(bytes).subspan(handshake_size, static_cast<std::size_t>(size));
  }
};

}  // namespace rtmpscope::carrier
