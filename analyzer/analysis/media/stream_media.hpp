// All figures of one stream's media in one direction, and the rules that look at them.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "analysis/finding/rule_board.hpp"
#include "analysis/media/delivery.hpp"
#include "analysis/media/sliding_histogram.hpp"
#include "analysis/media/stream_times.hpp"
#include "analysis/media/track_media.hpp"

namespace rtmpscope::analysis {

/// A track and where its time is.
struct StreamTrack {
  StreamTrack(MediaType type, std::uint8_t track_id) : media(type, track_id) {}

  TrackMedia media;
  TrackTimes times;
  Moment last;                      ///< its last coded frame
  std::uint64_t configuration = 0;  ///< a number made of the last sequence start; 0: none seen
  bool header_seen = false;
  bool ended = false;       ///< by a sequence end
  bool key_wanted = false;  ///< the configuration has changed, and no key frame has followed yet
};

/// What is known of a stream besides its media.
struct StreamState {
  bool recorded = false;
  std::optional<Moment> ended;  ///< that was announced
};

/// Order of calls: add() and add_hole() in the order of the capture; next() at the end of each second;
/// finish() once.
class StreamMedia {
 public:
  static constexpr std::size_t most_tracks = 8;

  StreamMedia(std::uint32_t connection, Direction direction, std::uint32_t message_stream_id);

  void add(const MediaRecord& record, const RuleBoard::Tell& tell);
  /// Bytes of the direction are missing here.
  void add_hole();
  /// Bytes came that wait for earlier ones: whether there is media in them is not known yet.
  void add_waiting() { hole_since_last_ = true; }
  /// Seek, pause, a new play: what follows is another timeline, with a burst of its own.
  void restart();
  void set_paused(bool paused) { paused_ = paused; }
  void add_limiter(const LimiterTimes& second) { limiter_now_ += second; }
  /// A sequence start, as the history has it. `number`: made of its content, not 0.
  void add_configuration(const TrackHistory& track, std::uint64_t number, Moment at,
                         const RuleBoard::Tell& tell);
  /// The beginning of the stream is in the capture, and nothing is missing so far.
  void set_start_seen(bool seen) { start_seen_ = seen; }

  /// Ends the second [begin, end).
  void next(Timestamp begin, Timestamp end, const StreamState& state);
  /// What the stream's own messages do not tell of the second that next() ended: bit/s of the direction.
  void set_outside(std::uint64_t wire, std::uint64_t wire_10s, LimitedBy limited_by) {
    sample_.wire = wire;
    sample_.wire_10s = wire_10s;
    sample_.limited_by = limited_by;
  }
  /// The second that next() ended.
  [[nodiscard]] const Sample& sample() const { return sample_; }
  /// Ends the last second, which may be a part of one.
  void finish();
  [[nodiscard]] StreamFigures figures() const;

  [[nodiscard]] Direction direction() const { return direction_; }
  [[nodiscard]] std::uint32_t id() const { return id_; }
  [[nodiscard]] RuleBoard& board() { return board_; }
  [[nodiscard]] const std::vector<std::unique_ptr<StreamTrack>>& tracks() const { return tracks_; }
  [[nodiscard]] const Delivery& delivery() const { return delivery_; }
  [[nodiscard]] const BufferNeed& buffer_need() const { return need_; }
  /// Of the last 5 to 10 seconds.
  [[nodiscard]] LimiterTimes limiter() const;
  /// Tenths of ppm: video less audio, against the same capture clock. Nothing while one of them is not
  /// usable.
  [[nodiscard]] std::optional<DriftFigures> av_drift() const;
  [[nodiscard]] Moment first() const { return first_; }
  [[nodiscard]] Moment last() const { return last_; }
  [[nodiscard]] Moment silence_begin() const { return silence_begin_; }
  [[nodiscard]] Moment silence_end() const { return silence_end_; }
  /// Bytes were missing in the silence that goes on, or in the one that ended last.
  [[nodiscard]] bool hole_in_silence(bool goes_on) const {
    return goes_on ? hole_since_last_ : hole_in_silence_;
  }
  [[nodiscard]] bool paused() const { return paused_; }
  [[nodiscard]] bool ended() const { return ended_; }
  /// Whole seconds since the last hole or estimated timestamp; large if there was none.
  [[nodiscard]] std::uint32_t clean_seconds() const { return clean_seconds_; }
  [[nodiscard]] std::uint32_t hole_seconds() const { return hole_seconds_; }
  [[nodiscard]] bool any_hole() const { return holes_ > 0 || estimated_ > 0; }
  [[nodiscard]] std::uint32_t seconds() const { return seconds_; }
  void count_late_second() { ++late_seconds_; }
  void count_jittery_second() { ++jittery_seconds_; }
  [[nodiscard]] std::uint32_t interleave_seconds() const { return interleave_seconds_; }

 private:
  [[nodiscard]] StreamTrack* track_of(const MediaRecord& record);
  void add_frame(const MediaRecord& record, StreamTrack& track, const RuleBoard::Tell& tell);
  void begin_axis(const MediaRecord& record, std::int64_t time);
  void add_to_players(const MediaRecord& record, std::int64_t capture, std::int64_t time, bool is_key);
  void add_to_interleave(MediaType type, std::int64_t time);
  void cut();
  void fill_sample(Timestamp begin, Timestamp end);

  Direction direction_;
  std::uint32_t id_;
  std::vector<std::unique_ptr<StreamTrack>> tracks_;
  StreamTrack* video_ = nullptr;  ///< the first video track
  StreamTrack* audio_ = nullptr;  ///< the first audio track
  StreamTrack* recent_ = nullptr;
  Delivery delivery_;
  BufferNeed need_;
  Players players_;
  SlidingHistogram<5> interleave_;
  QuantileSketch interleaves_, media_rates_;
  RuleBoard board_;
  Sample sample_;
  LimiterTimes limiter_now_, limiter_, limiter_before_;
  Moment first_, last_, silence_begin_, silence_end_;
  std::int64_t axis_time_ = 0;                    ///< media time that is 0 on the axis, milliseconds
  Timestamp axis_capture_ = 0;                    ///< capture time that is 0 on it
  std::int64_t correction_ = 0;                   ///< tenths of microseconds by which the clocks have parted
  std::int64_t audio_time_ = 0, video_time_ = 0;  ///< of the last message of the first tracks
  std::int64_t last_capture_ = 0, last_join_ = 0;
  std::uint64_t messages_ = 0, holes_ = 0, estimated_ = 0;
  std::uint32_t tracks_left_out_ = 0;
  std::uint32_t seconds_ = 0, late_seconds_ = 0, jittery_seconds_ = 0;
  std::uint32_t clean_seconds_ = 1000, hole_seconds_ = 1000, interleave_seconds_ = 0;
  std::int32_t slope_ = 0;  ///< tenths of ppm that are corrected
  bool axis_ = false, audio_seen_ = false, video_seen_ = false;
  bool hole_now_ = false, estimated_now_ = false;
  bool hole_since_last_ = false, hole_in_silence_ = false;  ///< the last frame; the silence that ended last
  bool burst_before_ = true, paused_ = false, ended_ = false, start_seen_ = false;
};

}  // namespace rtmpscope::analysis
