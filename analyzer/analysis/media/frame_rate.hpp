// How many frames a second a track has, and how many are missing, by the distances of its timestamps.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace rtmpscope::analysis {

/// Distances of one second, in milliseconds, by value. The first eight values that come are counted each for
/// itself; further ones together, by their mean.
class DistanceCounts {
 public:
  struct Slot {
    std::uint32_t distance = 0;  ///< milliseconds
    std::uint32_t count = 0;
  };

  void add(std::uint32_t distance) {
    for (std::size_t i = 0; i < used_; ++i) {
      if (slots_[i].distance == distance) {
        ++slots_[i].count;
        return;
      }
    }
    add_new(distance);
  }
  void clear() { *this = {}; }
  [[nodiscard]] std::uint32_t total() const;
  /// Zero if there are none.
  [[nodiscard]] std::uint32_t median() const;
  [[nodiscard]] std::size_t size() const { return used_ + (others_ > 0 ? 1U : 0U); }
  [[nodiscard]] Slot slot(std::size_t i) const;

 private:
  void add_new(std::uint32_t distance);

  std::array<Slot, 8> slots_{};
  std::uint64_t others_sum_ = 0;
  std::uint32_t others_ = 0;
  std::uint8_t used_ = 0;
};

/// What a window, or the whole track, amounts to.
struct FrameRateFigures {
  std::uint64_t frames = 0;        ///< that came
  std::uint64_t distances = 0;     ///< between frames of one run
  std::uint64_t regular = 0;       ///< distances without a missing frame
  std::uint64_t regular_time = 0;  ///< their sum, milliseconds
  std::uint64_t missing = 0;       ///< frames that the distances leave out
  std::uint64_t irregular = 0;     ///< distances off the median by more than a quarter, and no multiple of it
  std::uint32_t median_distance = 0;  ///< milliseconds; of seconds' medians

  /// Thousandths of frames a second of media time. Nothing if no distance is regular.
  [[nodiscard]] std::optional<std::uint32_t> milli_rate() const {
    if (regular_time == 0) return std::nullopt;
    return static_cast<std::uint32_t>((regular * 1'000'000 + regular_time / 2) / regular_time);
  }
};

/// Seconds of 6 s to 10 s are short enough that the median of their medians is the median of all distances,
/// unless the frame rate changes in the window.
class FrameRate {
 public:
  /// A frame without a distance: the first one of a run.
  void first() { ++frames_; }
  /// A frame `distance` milliseconds behind the one before, which is above 0.
  void add(std::uint32_t distance) {
    ++frames_;
    distances_.add(distance);
  }
  /// Ends the second.
  void next();
  /// Forgets the window: what comes has nothing to do with it.
  void cut();

  /// Of the last 10 seconds that are over.
  [[nodiscard]] FrameRateFigures window() const;
  /// Of the second that ended last.
  [[nodiscard]] std::optional<std::uint32_t> milli_rate_of_second() const;
  [[nodiscard]] std::uint32_t frames_of_second() const { return rows_[newest_].frames; }
  [[nodiscard]] const FrameRateFigures& total() const { return total_; }

 private:
  struct Row {
    std::uint32_t regular_time = 0;
    std::uint16_t frames = 0, distances = 0, regular = 0, missing = 0, irregular = 0, median = 0;
  };

  [[nodiscard]] std::uint32_t median_of_rows() const;
  [[nodiscard]] Row judge(std::uint32_t median, std::uint64_t regular, std::uint64_t regular_time) const;

  std::array<Row, 10> rows_{};
  DistanceCounts distances_;
  FrameRateFigures total_;
  std::uint32_t frames_ = 0;
  std::uint8_t newest_ = 0;
};

}  // namespace rtmpscope::analysis
