// What is computed from the counts of a MediaSummary: how long, how fast, how often. The one place for it.
#pragma once

#include <algorithm>

#include "rtmp/session/summary.hpp"

namespace rtmpscope::rtmp {

/// Farther back, or farther on, is a jump: a seek, or a sender that sets its clock. It is no media.
inline constexpr std::uint32_t jump_back_ms = 1000;
inline constexpr std::uint32_t jump_on_ms = 60'000;
/// A step up to this is none, whatever speaks for it.
inline constexpr std::uint32_t longest_usual_step_ms = 1000;
/// A longer step is a jump, too, if it is so many times the usual one (or this long, where none is usual),
/// and the packets are not that far from each other.
inline constexpr std::uint32_t unusual_steps = 10;
inline constexpr std::uint32_t unusual_first_step_ms = 10'000;

/// A message with a coded frame, as far as time and size are concerned.
struct TimedFrame {
  std::uint32_t timestamp = 0;  ///< milliseconds, modulo 2^32
  bool exact = true;            ///< MessageHeader::timestamp_exact
  bool complete = true;         ///< all its bytes are there
  std::uint32_t size = 0;       ///< bytes of its message as sent; 0: not known
  std::uint32_t losses = 0;     ///< how often whole messages may have been lost in its direction so far
  Timestamp time = 0;           ///< of its packet
};

/// Whether timestamps that go on by `step`, longer than longest_usual_step_ms, have jumped.
[[nodiscard]] bool jumps_on(const FrameTiming& timing, std::uint32_t step, Timestamp time);

/// Adds a frame to the timing of a track. Frames may go back a little.
inline void add_frame(FrameTiming& timing, const TimedFrame& frame) {
  // Modulo 2^32, so that a wrap makes no difference.
  const std::uint32_t step = frame.timestamp - timing.timestamp;
  const bool goes_on = step < 0x8000'0000U;
  if (timing.frames++ != 0) {
    const bool jumps = frame.exact != timing.exact ||
                       (step > longest_usual_step_ms &&
                        (goes_on ? jumps_on(timing, step, frame.time) : 0U - step > jump_back_ms));
    if (jumps) {
      ++timing.jumps;
      timing.timestamp = frame.timestamp;
    } else {
      const bool neighbours = frame.losses == timing.losses;
      const std::uint32_t on = goes_on ? step : 0;
      timing.span += on;
      if (neighbours) {
        timing.even_span += on;
        ++timing.intervals;
      }
      if (goes_on) timing.timestamp = frame.timestamp;
    }
    if (frame.losses != timing.losses) timing.estimated = true;
  } else {
    timing.timestamp = frame.timestamp;
  }
  timing.losses = frame.losses;
  timing.exact = frame.exact;
  timing.time = frame.time;
  if (!frame.exact || !frame.complete) timing.estimated = true;
  if (!frame.complete && frame.size == 0) return;
  ++timing.sized_frames;
  timing.sized_bytes += frame.size;
}

/// Milliseconds that a frame lasts, on average; 0 if it is not known.
[[nodiscard]] constexpr double frame_length(const FrameTiming& timing) {
  return timing.intervals == 0
             ? 0
             : static_cast<double>(timing.even_span) / static_cast<double>(timing.intervals);
}

/// Milliseconds of media: from the first coded frame to the end of the last, without jumps. 0 if it is not
/// known. Configuration does not count: ffmpeg dates it 0, wherever the frames begin.
[[nodiscard]] inline std::uint64_t media_span(const MediaSummary& media) {
  const double last_frames = frame_length(media.timing) * (media.timing.jumps + 1);
  return last_frames == 0 ? 0 : media.timing.span + static_cast<std::uint64_t>(last_frames + 0.5);
}

/// Frames a second; 0 if it is not known. Where frames are missing it is that of the others.
[[nodiscard]] constexpr double frame_rate(const MediaSummary& media) {
  const double length = frame_length(media.timing);
  return length == 0 ? 0 : 1000.0 / length;
}

/// Bits a second of coded frames; 0 if it is not known. As `frame_rate` where frames are missing. Of frames
/// that are cut by the capture the whole size counts.
[[nodiscard]] constexpr double bit_rate(const MediaSummary& media) {
  const FrameTiming& timing = media.timing;
  if (timing.sized_frames == 0) return 0;
  return static_cast<double>(timing.sized_bytes) * 8.0 / static_cast<double>(timing.sized_frames) *
         frame_rate(media);
}

/// Seconds from one key frame to the next, on average; 0 with fewer than two.
[[nodiscard]] constexpr double key_frame_interval(const VideoSummary& video) {
  if (video.key_frames < 2) return 0;
  return static_cast<double>(video.last_key_at - video.first_key_at) / 1000.0 /
         static_cast<double>(video.key_frames - 1);
}

/// Calls `visit` with each track of a stream's video or audio that has messages. `first` is the one with the
/// lowest id, and `further` is in the order of ids: see MediaCounter.
template <typename Summary, typename Visit>
void for_each_track(const Summary& first, const std::vector<Summary>& further, Visit&& visit) {
  if (first.messages != 0) visit(first);
  for (const Summary& track : further) visit(track);
}
template <typename Visit>
void for_each_video_track(const StreamSummary& stream, Visit&& visit) {
  for_each_track(stream.video, stream.further_video, visit);
}
template <typename Visit>
void for_each_audio_track(const StreamSummary& stream, Visit&& visit) {
  for_each_track(stream.audio, stream.further_audio, visit);
}

/// Milliseconds of a stream: those of its longest track.
[[nodiscard]] inline std::uint64_t media_span(const StreamSummary& stream) {
  std::uint64_t span = 0;
  const auto longest = [&](const MediaSummary& track) { span = std::max(span, media_span(track)); };
  for_each_video_track(stream, longest);
  for_each_audio_track(stream, longest);
  return span;
}
/// Of all tracks together.
[[nodiscard]] inline double bit_rate(const StreamSummary& stream) {
  double rate = 0;
  const auto add = [&](const MediaSummary& track) { rate += bit_rate(track); };
  for_each_video_track(stream, add);
  for_each_audio_track(stream, add);
  return rate;
}

}  // namespace rtmpscope::rtmp
