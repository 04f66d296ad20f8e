#include "analysis/media/sliding_histogram.hpp"

#include <algorithm>

namespace rtmpscope::analysis {

std::uint32_t histogram_edge(std::size_t bin) {
  if (bin < 8) return static_cast<std::uint32_t>(bin);
  const auto octave = static_cast<std::uint32_t>((bin - 8) / 4);
  const auto quarter = static_cast<std::uint32_t>((bin - 8) % 4);
  return (4 + quarter) << (octave + 1);
}

std::optional<std::int64_t> HistogramSum::quantile(std::uint32_t per_mille) const {
  if (total == 0) return std::nullopt;
  // In thousandths of a rank; a count of n fills its bin evenly.
  const std::uint64_t place = std::uint64_t{total} * per_mille;
  std::uint64_t below = 0;
  for (std::size_t bin = 0; bin < histogram_bins; ++bin) {
    const std::uint64_t here = std::uint64_t{counts[bin]} * 1000;
    if (here == 0 || below + here < place) {
      below += here;
      continue;
    }
    const std::int64_t edge = histogram_edge(bin);
    const std::int64_t width = bin < 8 ? 0 : histogram_edge(bin + 1) - edge - 1;
    const auto part = static_cast<std::int64_t>(((place - below) * 1000 + here / 2) / here);  // thousandths
    return anchor + edge + (width * part + 500) / 1000;
  }
  return anchor + histogram_edge(histogram_bins - 1);
}

void HistogramRow::move_anchor(std::int32_t to) {
  const std::array<std::uint8_t, histogram_bins> before = counts;
  const auto step = static_cast<std::uint32_t>(anchor) - static_cast<std::uint32_t>(to);
  counts.fill(0);
  anchor = to;
  for (std::size_t bin = 0; bin < histogram_bins; ++bin) {
    if (before[bin] == 0) continue;
    const std::uint32_t middle = (histogram_edge(bin) + histogram_edge(bin + 1) - 1) / 2;
    std::uint8_t& count = counts[histogram_bin(middle + step)];
    count = static_cast<std::uint8_t>(std::min(255, count + before[bin]));
  }
}

void HistogramRow::add_to(HistogramSum& sum) const {
  if (anchor == sum.anchor) {
    std::uint32_t here = 0;
    for (std::size_t bin = 0; bin < histogram_bins; ++bin) {
      sum.counts[bin] = static_cast<std::uint16_t>(sum.counts[bin] + counts[bin]);
      here += counts[bin];
    }
    sum.total += here;
    return;
  }
  const auto step = static_cast<std::uint32_t>(anchor - sum.anchor);
  for (std::size_t bin = 0; bin < histogram_bins; ++bin) {
    if (counts[bin] == 0) continue;
    const std::uint32_t middle = (histogram_edge(bin) + histogram_edge(bin + 1) - 1) / 2;
    std::uint16_t& count = sum.counts[histogram_bin(middle + step)];
    count = static_cast<std::uint16_t>(count + counts[bin]);
    sum.total += counts[bin];
  }
}

}  // namespace rtmpscope::analysis
