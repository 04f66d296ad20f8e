// Whether bytes look like the beginning of a chunk stream (RTMP 5.3).
#pragma once

#include <optional>

#include "base/bytes.hpp"

namespace rtmpscope::rtmp {

struct ChunkEvidence {
  bool plausible = false;  ///< as far as the bytes go, they are what a peer sends after its handshake
  bool enough = false;     ///< more bytes would not change `plausible`
  std::optional<Direction> direction;  ///< whose first messages these are, if that shows
};

/// Bytes after the handshake that `read_chunk_evidence` can make use of.
inline constexpr std::size_t chunk_evidence_size = 64;

/// `bytes` are the first ones after the handshake, none to chunk_evidence_size. The first message of a
/// connection has a type 0 chunk header and belongs to message stream 0; it is a command or a protocol
/// control message.
[[nodiscard]] ChunkEvidence read_chunk_evidence(Bytes bytes);

}  // namespace rtmpscope::rtmp
