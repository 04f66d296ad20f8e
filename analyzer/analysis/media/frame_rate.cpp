#include "analysis/media/frame_rate.hpp"

#include <algorithm>

#include "analysis/media/whole_numbers.hpp"

namespace rtmpscope::analysis {
void DistanceCounts::add_new(std::uint32_t distance) {
  if (used_ < slots_.size()) {
    slots_[used_++] = {distance, 1};
  } else {
    ++others_;
    others_sum_ += distance;
  }
}

std::uint32_t DistanceCounts::total() const {
  std::uint32_t total = others_;
  for (std::size_t i = 0; i < used_; ++i) total += slots_[i].count;
  return total;
}

DistanceCounts::Slot DistanceCounts::slot(std::size_t i) const {
  if (i < used_) return slots_[i];
  return {static_cast<std::uint32_t>((others_sum_ + others_ / 2) / std::max(others_, 1U)), others_};
}

std::uint32_t DistanceCounts::median() const {
  std::array<Slot, 9> sorted{};
  const std::size_t size = this->size();
  for (std::size_t i = 0; i < size; ++i) sorted[i] = slot(i);
  std::sort(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(size),
            [](const Slot& a, const Slot& b) { return a.distance < b.distance; });
  std::uint32_t rank = total() / 2;
  for (std::size_t i = 0; i < size; ++i) {
    if (rank < sorted[i].count) return sorted[i].distance;
    rank -= sorted[i].count;
  }
  return 0;
}

std::uint32_t FrameRate::median_of_rows() const {
  std::array<std::uint16_t, 10> medians{};
  std::size_t count = 0;
  for (const Row& row : rows_) {
    if (row.median > 0) medians[count++] = row.median;
  }
  if (count == 0) return 0;
  std::sort(medians.begin(), medians.begin() + static_cast<std::ptrdiff_t>(count));
  return medians[count / 2];
}

/// The second's distances against the window's usual one. A mean over many is finer than the median, which is
/// a whole number.
FrameRate::Row FrameRate::judge(std::uint32_t median, std::uint64_t regular,
                                std::uint64_t regular_time) const {
  Row row;
  row.frames = saturate<std::uint16_t>(frames_);
  row.median = saturate<std::uint16_t>(distances_.median());
  std::uint64_t missing = 0;
  for (std::size_t i = 0; i < distances_.size(); ++i) {
    const DistanceCounts::Slot slot = distances_.slot(i);
    row.distances = saturate<std::uint16_t>(row.distances + slot.count);
    const std::uint64_t twice = std::uint64_t{slot.distance} * 2;
    if (twice <= std::uint64_t{median} * 3) {
      row.regular = saturate<std::uint16_t>(row.regular + slot.count);
      row.regular_time += slot.distance * slot.count;
      if (slot.distance * 4 < median * 3 || slot.distance * 4 > median * 5)
        row.irregular = saturate<std::uint16_t>(row.irregular + slot.count);
      continue;
    }
    const std::uint64_t steps = regular > 0 ? (twice * regular + regular_time) / (2 * regular_time)
                                            : (twice + median) / (2 * std::uint64_t{median});
    missing += (std::max<std::uint64_t>(steps, 1) - 1) * slot.count;
    const std::uint64_t multiple = regular > 0 ? steps * regular_time / regular : steps * median;
    const std::uint64_t off = multiple > slot.distance ? multiple - slot.distance : slot.distance - multiple;
    if (off * 4 > median) row.irregular = saturate<std::uint16_t>(row.irregular + slot.count);
  }
  row.missing = saturate<std::uint16_t>(missing);
  return row;
}

void FrameRate::next() {
  newest_ = newest_ + 1U < rows_.size() ? static_cast<std::uint8_t>(newest_ + 1) : std::uint8_t{0};
  rows_[newest_] = {};
  rows_[newest_].median = saturate<std::uint16_t>(distances_.median());
  std::uint32_t median = median_of_rows();
  const std::uint32_t own = rows_[newest_].median;
  if (median == 0 || (own * 2 > median * 3 && distances_.total() >= 3)) {
    // All of the second is slower: another frame rate, not missing frames.
    std::uint32_t alike = 0;
    for (std::size_t i = 0; i < distances_.size(); ++i) {
      const DistanceCounts::Slot slot = distances_.slot(i);
      if (slot.distance * 4 >= own * 3 && slot.distance * 4 <= own * 5) alike += slot.count;
    }
    if (alike * 5 >= distances_.total() * 4) median = own;
  }
  const FrameRateFigures before = window();
  const bool usable = before.regular >= 8 && before.median_distance > 0 &&
                      before.regular_time * 4 >= before.regular * median * 3 &&
                      before.regular_time * 4 <= before.regular * median * 5;
  rows_[newest_] = judge(median, usable ? before.regular : 0, before.regular_time);
  const Row& row = rows_[newest_];
  total_.frames += frames_;
  total_.distances += row.distances;
  total_.regular += row.regular;
  total_.regular_time += row.regular_time;
  total_.missing += row.missing;
  total_.irregular += row.irregular;
  frames_ = 0;
  distances_.clear();
}

void FrameRate::cut() {
  total_.frames += frames_;
  rows_ = {};
  distances_.clear();
  frames_ = 0;
}

FrameRateFigures FrameRate::window() const {
  FrameRateFigures sum;
  for (const Row& row : rows_) {
    sum.frames += row.frames;
    sum.distances += row.distances;
    sum.regular += row.regular;
    sum.regular_time += row.regular_time;
    sum.missing += row.missing;
    sum.irregular += row.irregular;
  }
  sum.median_distance = median_of_rows();
  return sum;
}

std::optional<std::uint32_t> FrameRate::milli_rate_of_second() const {
  const Row& row = rows_[newest_];
  if (row.regular_time == 0) return std::nullopt;
  return static_cast<std::uint32_t>((row.regular * std::uint64_t{1'000'000} + row.regular_time / 2) /
                                    row.regular_time);
}

}  // namespace rtmpscope::analysis
