#include "analysis/media/quantile_sketch.hpp"

#include <algorithm>
#include <bit>

namespace rtmpscope::analysis {
namespace {

constexpr std::size_t most_groups = 40;

}  // namespace

/// The value without the bits that its group ignores: grows with the value.
std::uint32_t QuantileSketch::group_of(std::uint32_t value) const {
  const auto width = static_cast<std::uint32_t>(std::bit_width(value));
  const std::uint32_t kept = bits_ + 1U;
  return width <= kept ? value : value & (~0U << (width - kept));
}

void QuantileSketch::add(std::uint32_t value) {
  ++count_;
  const std::uint32_t group = group_of(value);
  const auto found =
      std::lower_bound(groups_.begin(), groups_.end(), group,
                       [this](const Group& a, std::uint32_t b) { return group_of(a.value) < b; });
  if (found != groups_.end() && group_of(found->value) == group) {
    ++found->count;
    return;
  }
  if (groups_.size() < most_groups) {
    groups_.insert(found, {value, 1});
    return;
  }
  --count_;
  coarsen();
  add(value);
}

void QuantileSketch::coarsen() {
  while (groups_.size() >= most_groups && bits_ > 0) {
    --bits_;
    std::size_t last = 0;
    for (std::size_t i = 1; i < groups_.size(); ++i) {
      if (group_of(groups_[i].value) != group_of(groups_[last].value)) {
        groups_[++last] = groups_[i];
      } else {
        if (groups_[i].count > groups_[last].count) groups_[last].value = groups_[i].value;
        groups_[last].count += groups_[i].count;
      }
    }
    groups_.resize(last + 1);
  }
}

std::uint32_t QuantileSketch::at_rank(std::uint64_t rank) const {
  for (const Group& group : groups_) {
    if (rank < group.count) return group.value;
    rank -= group.count;
  }
  return groups_.back().value;
}

std::optional<std::uint32_t> QuantileSketch::quantile(std::uint32_t per_mille) const {
  if (groups_.empty()) return std::nullopt;
  const std::uint64_t place = (count_ - 1) * per_mille;  // thousandths of a rank
  const std::uint64_t low = at_rank(place / 1000);
  const std::uint64_t high = at_rank(place / 1000 + 1 < count_ ? place / 1000 + 1 : place / 1000);
  return static_cast<std::uint32_t>(low + ((high - low) * (place % 1000) + 500) / 1000);
}

}  // namespace rtmpscope::analysis
