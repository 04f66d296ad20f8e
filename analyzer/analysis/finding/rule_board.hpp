// One finding of a hundred bad seconds: the rules that do not hold now, and since when.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "analysis/record/record.hpp"

namespace rtmpscope::analysis {

/// What a rule says of one second, or of one place.
struct RuleSight {
  FindingId id{};
  std::uint16_t part = 0;         ///< tells intervals of one rule apart: a track
  std::optional<Severity> level;  ///< absent: the rule holds
  Moment begin;                   ///< of the second, or the place
  Moment end;                     ///< of the second; the same place
  std::int64_t value = 0;         ///< what the rule looks at
  std::int64_t other = 0;         ///< what its text wants besides
  bool lower_is_worse = false;
  std::uint8_t on = 0;    ///< seconds that it must not hold before it is told
  std::uint8_t off = 10;  ///< seconds that it must hold before the interval is over
};

/// A stretch of time in which a rule did not hold.
struct RuleInterval {
  FindingId id{};
  std::uint16_t part = 0;
  Severity severity{};  ///< the worst one
  std::uint8_t off = 0;
  bool lower_is_worse = false;
  bool told = false;  ///< its beginning
  bool over = false;
  Moment since;
  Moment until;  ///< end of the last bad second
  Moment worst_at;
  std::int64_t first = 0;  ///< the value at its beginning
  std::int64_t worst = 0;
  std::int64_t other = 0;   ///< that came with the worst value
  std::uint32_t count = 0;  ///< bad seconds, or places
};

/// Holds the intervals that are open: nothing, most of the time. Tells each twice: when it has lasted for the
/// rule's on time, and when it is over or the connection ends. What happened at one place alone is told once.
class RuleBoard {
 public:
  using Tell = std::function<void(const RuleInterval&)>;

  void see(const RuleSight& sight, const Tell& tell);
  /// What can be over by time alone: rules that only speak up when something is wrong.
  void pass(Moment now, const Tell& tell);
  /// The end of the connection: intervals that are open are told with `over` false.
  void finish(const Tell& tell);
  [[nodiscard]] bool empty() const { return open_.empty(); }
  [[nodiscard]] bool is_open(FindingId id, std::uint16_t part) const;

 private:
  std::vector<RuleInterval> open_;
};

}  // namespace rtmpscope::analysis
