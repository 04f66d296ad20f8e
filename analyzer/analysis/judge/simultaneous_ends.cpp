#include "analysis/judge/simultaneous_ends.hpp"

#include <algorithm>

namespace rtmpscope::analysis {
namespace {

constexpr std::size_t most_of_a_group = 1024;
constexpr std::size_t most_told = 100;
constexpr Timestamp same_time = 1'000 * nanoseconds_per_millisecond;

}  // namespace

void SimultaneousEnds::add(const std::string& group, std::uint32_t connection, Timestamp at) {
  std::deque<End>& ends = groups_[group];
  if (ends.size() >= most_of_a_group) ends.pop_front();
  ends.push_back({connection, at});
}

std::vector<std::uint32_t> SimultaneousEnds::others(const std::string& group, std::uint32_t connection,
                                                    Timestamp at) const {
  std::vector<std::uint32_t> found;
  const auto ends = groups_.find(group);
  if (ends == groups_.end()) return found;
  for (const End& end : ends->second) {
    if (end.connection == connection || end.at < at - same_time || end.at > at + same_time) continue;
    if (found.size() < most_told) found.push_back(end.connection);
  }
  std::ranges::sort(found);
  return found;
}

void SimultaneousEnds::forget(Timestamp before) {
  for (auto group = groups_.begin(); group != groups_.end();) {
    std::erase_if(group->second, [&](const End& end) { return end.at < before; });
    group = group->second.empty() ? groups_.erase(group) : std::next(group);
  }
}

}  // namespace rtmpscope::analysis
