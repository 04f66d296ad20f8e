// What one second of a stream's media amounts to, and what the stream as a whole does.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/media/arrival.hpp"
#include "analysis/media/buffer_need.hpp"
#include "analysis/media/clock_drift.hpp"
#include "analysis/media/frame_clock.hpp"
#include "analysis/media/limiter.hpp"
#include "analysis/media/quantile_sketch.hpp"
#include "analysis/record/record.hpp"

namespace rtmpscope::analysis {

/// A track in one second. Rates in bit/s; "of 10 s": of the last ten seconds, or of all if they are fewer.
struct TrackSample {
  MediaType type{};
  std::uint8_t track_id = 0;
  std::uint8_t codec = 0;
  std::uint32_t frames = 0;   ///< that came in the second
  std::uint64_t arrived = 0;  ///< over capture time
  std::uint64_t arrived_10s = 0;
  std::uint64_t produced = 0;  ///< over media time, of its last whole second
  std::uint64_t produced_10s = 0;
  std::optional<std::uint32_t> frame_rate;  ///< thousandths a second of media time, of 10 s
  std::uint64_t missing = 0;                ///< frames that the timestamps leave out, of 10 s
  std::uint64_t irregular = 0;              ///< distances, of 10 s
  std::uint64_t distances = 0;              ///< all of them, of 10 s
  std::optional<ArrivalFigures> arrival;
  std::uint32_t key_frames = 0;           ///< in the second
  std::optional<std::uint32_t> key_open;  ///< milliseconds of media since the last key frame
};

struct Sample {
  std::uint32_t connection = 0;
  Direction direction{};
  std::uint32_t message_stream_id = 0;
  Moment at;  ///< last media message up to the end of the second
  Timestamp begin = 0, end = 0;
  std::uint64_t wire = 0;  ///< bit/s of the direction with chunk headers and all else in it
  std::uint64_t wire_10s = 0;
  std::optional<std::int64_t> interleave;          ///< ms: last audio less last video timestamp
  std::optional<std::uint32_t> interleave_median;  ///< ms, of its absolute value in 5 s
  std::optional<std::uint32_t> interleave_p95;
  std::optional<std::int64_t> media_rate;  ///< thousandths: media time gained / capture time, 5 s
  std::int64_t lead = 0;                   ///< ms of media that came more than capture time passed
  std::int64_t backlog = 0;                ///< ms
  std::int64_t silence = 0;                ///< ms without a message at the end of the second
  bool burst = false;
  bool recorded = false;
  bool hole = false;       ///< bytes of the direction are missing in this second
  bool exact_time = true;  ///< all timestamps are those of the sender
  LimitedBy limited_by = LimitedBy::undecided;
  std::vector<TrackSample> tracks;
};

/// 5th, 50th and 95th percentile of the values of seconds.
struct Percentiles {
  std::uint32_t p5 = 0, p50 = 0, p95 = 0;
};
/// Nothing of nothing.
[[nodiscard]] std::optional<Percentiles> percentiles(const QuantileSketch& of);

/// Why a figure is not there, or not to be trusted. Numbers as in the value table lacking.
enum class Lacking : std::uint8_t { nothing, estimated_timestamps, holes, too_short };

struct TrackFigures {
  MediaType type{};
  std::uint8_t track_id = 0;
  std::uint8_t codec = 0;
  std::uint64_t frames = 0, bytes = 0, filler_bytes = 0;
  std::uint64_t media_time = 0;             ///< milliseconds, from first to last frame
  std::optional<std::uint64_t> rate;        ///< bit/s over media time, all of it
  std::optional<Percentiles> rates;         ///< kbit/s, of seconds of media time
  std::optional<std::uint32_t> variation;   ///< thousandths, of the same
  std::optional<Percentiles> window_rates;  ///< kbit/s, of windows of 10 s of media time
  std::uint32_t windows = 0;                ///< how many of these there were
  std::optional<std::uint32_t> frame_rate;  ///< thousandths
  std::optional<Percentiles> frame_rates;   ///< thousandths
  std::uint64_t missing = 0, irregular = 0, distances = 0;
  std::uint64_t key_frames = 0, key_contradictions = 0, open_groups = 0;
  std::optional<Percentiles> key_distance;          ///< milliseconds
  std::optional<std::uint32_t> key_frame_distance;  ///< frames, median
  std::optional<std::uint32_t> key_longest;         ///< milliseconds
  std::uint32_t key_distances = 0;                  ///< how many are known
  std::optional<std::uint32_t> key_p80;             ///< milliseconds
  std::uint32_t key_longest_two = 0;                ///< milliseconds: what two running both had
  std::optional<std::uint32_t> key_open;            ///< milliseconds since the last key frame, at the end
  std::optional<bool> reorders;                     ///< there are B pictures
  std::optional<Percentiles> jitter;                ///< microseconds, of windows of 10 s
  std::optional<DriftFigures> drift;                ///< against the capture clock
  std::optional<FrameClockFigures> clock;           ///< against the length of its frames
  FrameLength frame_length;
  Lacking lacking = Lacking::nothing;
};

struct StreamFigures {
  Direction direction{};
  std::uint32_t message_stream_id = 0;
  Moment first, last;  ///< media messages
  std::uint64_t messages = 0;
  bool recorded = false;
  std::optional<Percentiles> interleave;     ///< milliseconds
  std::optional<Percentiles> media_rate;     ///< thousandths, of windows of 5 s
  std::optional<std::uint32_t> buffer_need;  ///< milliseconds
  std::optional<std::uint32_t> buffer_need_median;
  std::array<PlayerFigures, 5> players{};
  std::optional<std::int32_t> av_drift;    ///< tenths of ppm: video less audio
  std::uint64_t holes = 0, estimated = 0;  ///< messages with estimated timestamps
  std::uint32_t seconds = 0;               ///< of capture time with figures
  std::uint32_t late_seconds = 0;          ///< below 0.95 of real time, or paused
  std::uint32_t jittery_seconds = 0;
  std::uint32_t tracks_left_out = 0;
  std::vector<TrackFigures> tracks;
};

}  // namespace rtmpscope::analysis
