// Whether media comes as fast as it is played: media rate, first burst, backlog.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace rtmpscope::analysis {

/// Of a window of whole seconds behind the burst. Milliseconds.
struct DeliveryWindow {
  std::int64_t gained = 0;   ///< of media
  std::int64_t silent = 0;   ///< capture time in silences of 1 s and more
  std::int64_t seconds = 0;  ///< capture time, seconds
  std::int64_t behind = 0;   ///< how late media was where the window begins: it may be made up for

  /// Thousandths: media time gained / capture time.
  [[nodiscard]] std::int64_t rate() const { return seconds > 0 ? gained / seconds : 0; }
};

/// Times are microseconds since the beginning of the stream, for media time and capture time alike.
class Delivery {
 public:
  /// A message. Media time is that of the track that is furthest.
  void add(std::int64_t time, std::int64_t media_time);
  /// A message whose media time is not known: it ends a silence all the same.
  void add_without_time(std::int64_t time);
  /// Ends the second at `time`.
  void next(std::int64_t time);
  /// Another timeline or a new burst: seek, pause, a new play.
  void cut();
  void set_recorded(bool recorded) { recorded_ = recorded; }

  /// The first seconds, while media comes faster than it is played (at most 15 s); recordings: for good.
  [[nodiscard]] bool in_burst() const { return burst_ || recorded_; }
  [[nodiscard]] bool recorded() const { return recorded_; }
  /// The last `seconds`, at most 10. Nothing if the burst was within them.
  [[nodiscard]] std::optional<DeliveryWindow> window(std::size_t seconds) const;
  /// How much more media than capture time has come since the beginning, by the last message.
  [[nodiscard]] std::int64_t lead() const { return -last_delay_; }
  /// Delay of the last message over the least one of the last minute (55 to 60 s): what waits at the sender,
  /// if the capture is near the receiver.
  [[nodiscard]] std::int64_t backlog() const { return any_ ? last_delay_ - least_delay() : 0; }
  /// Time since the last message, at the end of the last second.
  [[nodiscard]] std::int64_t silence() const { return silence_; }
  /// The longest silence that went on or ended in the last second.
  [[nodiscard]] std::int64_t longest_silence() const { return longest_silence_; }

 private:
  struct Second {
    std::int32_t gained = 0, silent = 0, behind = 0;  ///< behind: at its end
  };

  [[nodiscard]] std::int64_t least_delay() const;
  void count_silence(std::int64_t until);

  std::array<Second, 11> seconds_{};       ///< a window, and the second before it
  std::array<std::int32_t, 12> minima_{};  ///< of delays of 5 s each, tenths of milliseconds
  std::int64_t front_ = 0;                 ///< media time of the track that is furthest
  std::int64_t front_before_ = 0;          ///< at the end of the second before
  std::int64_t begin_ = 0;                 ///< of the burst
  std::int64_t last_time_ = 0, last_delay_ = 0;
  std::int64_t silent_until_ = 0;  ///< silences are counted up to here
  std::int64_t silent_now_ = 0;    ///< in this second
  std::int64_t silence_ = 0;
  std::int64_t longest_silence_ = 0, longest_now_ = 0;
  std::uint8_t newest_ = 0, filled_ = 0;
  std::uint8_t minimum_ = 0, minimum_seconds_ = 0;
  bool any_ = false, burst_ = true, recorded_ = false;
};

}  // namespace rtmpscope::analysis
