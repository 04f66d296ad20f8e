// How often the decoder has found what, by side.
#pragma once

#include <optional>
#include <vector>

#include "analysis/record/record.hpp"

namespace rtmpscope::analysis {

struct TallyEntry {
  FindingId id{};
  std::optional<Direction> direction;  ///< of the bytes; absent: of the connection
  std::uint64_t count = 0;             ///< those that were counted and not printed included
  std::uint64_t after_gap = 0;         ///< of these, behind missing bytes: they accuse nobody
  Severity severity{};                 ///< the worst one
  Moment first;                        ///< of the first one that is not behind missing bytes
  std::string first_text;

  [[nodiscard]] std::uint64_t certain() const { return count - after_gap; }
};

class FindingTally {
 public:
  /// Records of other kinds than findings are not looked at.
  void on_record(const Record& record);

  [[nodiscard]] const std::vector<TallyEntry>& entries() const { return entries_; }
  /// Null: there was none. With a direction only findings of that direction.
  [[nodiscard]] const TallyEntry* find(FindingId id, std::optional<Direction> direction) const;
  /// Those of all directions, that are not behind missing bytes.
  [[nodiscard]] std::uint64_t certain(FindingId id) const;

 private:
  std::vector<TallyEntry> entries_;
};

/// The finding of that name.
[[nodiscard]] std::optional<FindingId> finding_named(std::string_view name);

}  // namespace rtmpscope::analysis
