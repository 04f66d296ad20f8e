// What is computed from the counts of a MediaSummary: how long, how fast, how often. The one place for it.
#pragma once

#include <algorithm>

#include "rtmp/session/summary.hpp"

namespace rtmpscope::rtmp {

/// Farther back, or farther on, is a jump: a seek, or a sender that sets its clock. It is no media.
inline constexpr std::uint32_t jump_back_ms = 1000;
inline constexpr std::uint32_t jump_on_ms = 60'000;

/// A message with a coded frame. Frames of several tracks may go back a little.
constexpr void count_frame(MediaSummary& media, std::uint32_t timestamp) {
  // Modulo 2^32, so that a wrap makes no difference.
  const std::uint32_t on = timestamp - media.frame_timestamp;
  const bool goes_on = on < 0x8000'0000U;
  const bool jumps = media.frames++ == 0 || (goes_on ? on > jump_on_ms : 0U - on > jump_back_ms);
  if (goes_on && !jumps) media.frame_span += on;
  if (goes_on || jumps) media.frame_timestamp = timestamp;
}

/// Milliseconds of media: what the coded frames go over. With fewer than two of them from the first message
/// to the last, 0 where the timestamps go back. Configuration does not count: ffmpeg dates it 0, wherever the
/// frames begin.
[[nodiscard]] constexpr std::uint32_t media_span(const MediaSummary& media) {
  const std::uint32_t span =
      media.frames < 2 ? media.last_timestamp - media.first_timestamp : media.frame_span;
  return span < 0x8000'0000U ? span : 0;
}
/// Of a stream: the longer of the two.
[[nodiscard]] constexpr std::uint32_t media_span(const StreamSummary& stream) {
  return std::max(media_span(stream.video), media_span(stream.audio));
}

/// Bits a second; 0 if there is no span to divide by.
[[nodiscard]] constexpr double bit_rate(std::uint64_t bytes, std::uint32_t span_ms) {
  return span_ms == 0 ? 0 : static_cast<double>(bytes) * 8000.0 / static_cast<double>(span_ms);
}
[[nodiscard]] constexpr double bit_rate(const MediaSummary& media) {
  return bit_rate(media.bytes, media_span(media));
}
/// Of video and audio together.
[[nodiscard]] constexpr double bit_rate(const StreamSummary& stream) {
  return bit_rate(stream.video.bytes + stream.audio.bytes, media_span(stream));
}

/// Frames a second; 0 if it is not known.
[[nodiscard]] constexpr double frame_rate(const MediaSummary& media) {
  const std::uint32_t span = media_span(media);
  if (span == 0 || media.frames < 2) return 0;
  return static_cast<double>(media.frames - 1) / (span / 1000.0);
}

/// Seconds from one key frame to the next, on average; 0 with fewer than two.
[[nodiscard]] constexpr double key_frame_interval(const VideoSummary& video) {
  if (video.key_frames < 2) return 0;
  const auto span = static_cast<std::int32_t>(video.last_key_timestamp - video.first_key_timestamp);
  return std::max(span, 0) / 1000.0 / static_cast<double>(video.key_frames - 1);
}

}  // namespace rtmpscope::rtmp
