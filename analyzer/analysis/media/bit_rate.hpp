// Bit rates of a track: as produced (over media time) and as it arrived (over capture time).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "analysis/media/quantile_sketch.hpp"

namespace rtmpscope::analysis {

/// Bytes of seconds, for sums over 1 s and 10 s.
class ByteSeconds {
 public:
  void push(std::uint32_t bytes);
  void clear() { *this = {}; }
  [[nodiscard]] std::uint32_t seconds() const { return filled_; }
  /// Bits a second of the last second.
  [[nodiscard]] std::uint64_t last() const { return std::uint64_t{bytes_[newest_]} * 8; }
  /// Bits a second of the last 10 s, or of all if they are fewer.
  [[nodiscard]] std::uint64_t mean() const;
  /// Thousandths: the 95th percentile over the median of the window. Nothing before 10 s.
  [[nodiscard]] std::optional<std::uint32_t> peak_ratio() const;

 private:
  std::array<std::uint32_t, 10> bytes_{};
  std::uint8_t newest_ = 0;
  std::uint8_t filled_ = 0;
};

class BitRate {
 public:
  /// `media_time`: milliseconds, unwrapped; falls only after cut().
  void add(std::int64_t media_time, std::uint32_t bytes, std::uint32_t filler) {
    total_bytes_ += bytes;
    filler_bytes_ += filler;
    arrived_now_ += bytes;
    if (media_time >= media_second_end_) start_media_second(media_time);
    produced_now_ += bytes;
  }
  /// A message whose time is not known.
  void add_without_time(std::uint32_t bytes) {
    total_bytes_ += bytes;
    arrived_now_ += bytes;
  }
  /// Ends the second of capture time.
  void next();
  /// What follows has another timeline: the second of media that is open does not count.
  void cut();

  [[nodiscard]] const ByteSeconds& produced() const { return produced_; }
  [[nodiscard]] const ByteSeconds& arrived() const { return arrived_; }
  [[nodiscard]] std::uint64_t total_bytes() const { return total_bytes_; }
  [[nodiscard]] std::uint64_t filler_bytes() const { return filler_bytes_; }
  /// Of seconds of media time, kbit/s, without the first and the last one.
  [[nodiscard]] const QuantileSketch& seconds() const { return sketch_; }
  /// Of windows of 10 s of media time, kbit/s, which slide by a second.
  [[nodiscard]] const QuantileSketch& windows() const { return windows_; }
  /// Coefficient of variation of the same, thousandths. Nothing below 3 s.
  [[nodiscard]] std::optional<std::uint32_t> variation() const;

 private:
  void start_media_second(std::int64_t media_time);
  void count(std::uint32_t bytes);

  ByteSeconds produced_, arrived_;
  QuantileSketch sketch_, windows_;
  std::int64_t media_second_end_ = INT64_MIN;
  std::uint64_t total_bytes_ = 0, filler_bytes_ = 0;
  std::uint64_t sum_ = 0, sum_of_squares_ = 0, counted_ = 0;  ///< of kbit/s
  std::uint32_t produced_now_ = 0, arrived_now_ = 0;
  std::optional<std::uint32_t> waiting_;  ///< the last full second, which counts when another one follows
  bool first_ = true;
};

}  // namespace rtmpscope::analysis
