// Keeps the payload of messages in progress, as far as somebody will look at it.
#pragma once

#include <vector>

#include "base/bytes.hpp"
#include "base/prefetch.hpp"
#include "rtmp/message.hpp"

namespace rtmpscope::rtmp {

/// Message bytes that one direction keeps at most at the same time. A 16 MiB message fits; thousands of open ones
/// do not, and are kept in part.
inline constexpr std::size_t maximum_retained_bytes = std::size_t{32} << 20;

/// Bodies of one direction, by chunk stream index (ChunkParser::stream).
///
/// Payload that arrives in one piece is not copied at all; of media payload only the head is kept
/// (media::bytes_wanted), so that video costs nothing.
class MessageAssembler {
 public:
  /// Loads the state of three chunk streams' bodies into the cache.
  void prefetch(std::size_t first) const { rtmpscope::prefetch(bodies_.data() + first, 3 * sizeof(Body)); }

  /// A message of the given type and length begins.
  void begin(std::size_t stream, std::uint8_t type_id, std::uint32_t length);
  /// For somebody who wants the media, too. Holds for messages that begin later.
  void keep_media_whole(bool whole) { media_whole_ = whole; }
  /// Payload in order; nothing is kept after a hole.
  void append(std::size_t stream, Bytes payload);
  /// Bytes are missing here: the body ends before them.
  void hole(std::size_t stream);
  /// The last piece of a message: its body, valid until `release` or the next call for this stream. `payload` may be
  /// empty.
  [[nodiscard]] Bytes finish(std::size_t stream, Bytes payload);
  /// The body that `finish` answered is no longer needed. Large ones give their memory back.
  void release(std::size_t stream) {
    if (!bodies_[stream].bytes.empty()) forget(bodies_[stream]);
  }
  /// Bytes that were wanted and not kept because of maximum_retained_bytes.
  [[nodiscard]] bool limited(std::size_t stream) const { return bodies_[stream].limited; }

 private:
  struct Body {
    std::vector<std::uint8_t> bytes;
    std::uint32_t length = 0;
    std::uint32_t wanted = 0;      ///< bytes to keep at most
    std::uint8_t type_id = 0;
    bool head_seen = true;         ///< `wanted` is final
    bool limited = false;
  };

  void forget(Body& body);
  void keep(Body& body, Bytes payload);
  static void settle(Body& body, Bytes head);

  std::vector<Body> bodies_;
  std::size_t retained_ = 0;
  bool media_whole_ = false;
};

}  // namespace rtmpscope::rtmp
