// Quantiles over the last seconds, from one small histogram a second.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace rtmpscope::analysis {

/// Bins of a histogram: 0 to 7 have one each, then there are four for each doubling, up to 16,383; what is
/// beyond is in the last one. A value is so at most 1/8 off the middle of its bin.
inline constexpr std::size_t histogram_bins = 52;
[[nodiscard]] inline std::size_t histogram_bin(std::uint32_t value) {
  if (value < 8) return value;
  const auto width = static_cast<std::uint32_t>(std::bit_width(value));  // 4 and more
  const std::size_t bin = 8 + std::size_t{width - 4} * 4 + ((value >> (width - 3)) & 3);
  return bin < histogram_bins ? bin : histogram_bins - 1;
}
/// First value of a bin.
[[nodiscard]] std::uint32_t histogram_edge(std::size_t bin);

/// Sum of the rows of a sliding histogram.
struct HistogramSum {
  std::array<std::uint16_t, histogram_bins> counts{};
  std::int64_t anchor = 0;  ///< the value that is 0 in the bins
  std::uint32_t total = 0;

  /// Interpolated within the bin. Nothing if there are no values.
  [[nodiscard]] std::optional<std::int64_t> quantile(std::uint32_t per_mille) const;
};

/// One second. Counts end at 255.
struct HistogramRow {
  std::int32_t anchor = 0;
  std::array<std::uint8_t, histogram_bins> counts{};

  void add(std::uint32_t value) {
    std::uint8_t& count = counts[histogram_bin(value)];
    count = static_cast<std::uint8_t>(count + (count < 255));
  }
  /// Lowers the anchor; counts move to the bins that the middles of theirs are in.
  void move_anchor(std::int32_t to);
  void add_to(HistogramSum& sum) const;
};

/// `rows` seconds, of which the newest is being filled. Values may be negative: each row counts from an
/// anchor, which stays the same as long as it can, since rows with the same one add up without loss.
template <std::size_t rows>
class SlidingHistogram {
 public:
  void add(std::int32_t value) {
    HistogramRow& row = rows_[newest_];
    if (empty_) {
      row.anchor = value - margin;
      empty_ = false;
    } else if (value < row.anchor) {
      row.move_anchor(value - margin);
    }
    row.add(static_cast<std::uint32_t>(value) - static_cast<std::uint32_t>(row.anchor));
  }
  /// For values that are never negative: their anchor is 0.
  void add_size(std::uint32_t value) {
    empty_ = false;
    rows_[newest_].add(value);
  }

  [[nodiscard]] HistogramSum sum() const {
    HistogramSum sum;
    if (empty_) return sum;
    sum.anchor = rows_[0].anchor;
    for (const HistogramRow& row : rows_) sum.anchor = row.anchor < sum.anchor ? row.anchor : sum.anchor;
    for (const HistogramRow& row : rows_) row.add_to(sum);
    return sum;
  }

  /// Ends the second. `floor`: the least value that sum() has now.
  void next(std::int64_t floor) {
    const std::int32_t anchor = rows_[newest_].anchor;
    newest_ = newest_ + 1U < rows ? newest_ + 1U : 0;
    rows_[newest_].counts.fill(0);
    const bool far = floor - anchor > 4 * margin;
    rows_[newest_].anchor = far ? static_cast<std::int32_t>(floor) - margin : anchor;
  }
  void clear() { *this = {}; }

 private:
  static constexpr std::int32_t margin = 8;

  std::array<HistogramRow, rows> rows_{};
  std::uint8_t newest_ = 0;
  bool empty_ = true;
};

}  // namespace rtmpscope::analysis
