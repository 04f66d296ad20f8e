// Where inner bytes of a layer came from in the outer stream.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>

namespace rtmpscope::carrier {

/// Runs of bytes that lie in both streams in a row. The latest `most_runs` are kept: of earlier offsets the
/// answer is that of the earliest run that is kept.
class OffsetMap {
 public:
  static constexpr std::size_t most_runs = 256;

  /// Runs come in order.
  void add(std::uint64_t inner, std::uint64_t outer, std::uint64_t length) {
    if (runs_.size() == most_runs) runs_.pop_front();
    runs_.push_back({inner, outer, length});
  }

  /// `at_least`: for an inner offset behind all runs.
  [[nodiscard]] std::uint64_t outer(std::uint64_t inner, std::uint64_t at_least) const {
    const auto next = std::ranges::upper_bound(runs_, inner, {}, &Run::inner);
    if (next == runs_.begin()) return runs_.empty() ? at_least : runs_.front().outer;
    const Run& run = *std::prev(next);
    const std::uint64_t into = inner - run.inner;
    if (into < run.length) return run.outer + into;
    return next == runs_.end() ? at_least : next->outer;
  }
  /// `behind`: for an outer offset behind all runs.
  [[nodiscard]] std::uint64_t inner(std::uint64_t outer, std::uint64_t behind) const {
    const auto next = std::ranges::upper_bound(runs_, outer, {}, &Run::outer);
    if (next != runs_.begin()) {
      const Run& run = *std::prev(next);
      if (outer - run.outer < run.length) return run.inner + (outer - run.outer);
    }
    return next == runs_.end() ? behind : next->inner;
  }

 private:
  struct Run {
    std::uint64_t inner;
    std::uint64_t outer;
    std::uint64_t length;
  };
  std::deque<Run> runs_;
};

}  // namespace rtmpscope::carrier
