// Messages with several tracks, taken apart (Enhanced RTMP v2, multitrack).
#pragma once

#include <optional>
#include <vector>

#include "media/media.hpp"

namespace rtmpscope::media {

/// Gives each track of a message as a message of its own: with a multitrack header of type OneTrack, and
/// without ModEx.
class TrackReader {
 public:
  struct Track {
    Bytes body;                ///< first bytes of the rewritten message; valid until the next call
    std::uint32_t length = 0;  ///< of the rewritten message
    std::uint32_t data = 0;    ///< bytes of the track's data in the message as sent
    std::uint32_t kept = 0;    ///< of these, in `body`
  };

  /// `body` is the first bytes of a message of `length` bytes.
  TrackReader(MediaType type, Bytes body, std::uint32_t length);

  /// Whether the message has a header for several tracks (even if there is only one).
  [[nodiscard]] bool several() const { return several_; }
  /// The next track, or nothing if there is none that can be read.
  std::optional<Track> next();

 private:
  Bytes body_;
  std::uint32_t length_;
  std::uint32_t position_ = 0;
  bool several_ = false;
  bool many_codecs_ = false;
  std::vector<std::uint8_t> rewritten_;
};

}  // namespace rtmpscope::media
