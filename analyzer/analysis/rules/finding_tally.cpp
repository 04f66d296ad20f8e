#include "analysis/rules/finding_tally.hpp"

#include <algorithm>
#include <map>

namespace rtmpscope::analysis {
namespace {

constexpr std::size_t longest_text = 200;

Severity severity_named(std::string_view text) {
  return text == "error" ? Severity::error : text == "warning" ? Severity::warning : Severity::note;
}

}  // namespace

std::optional<FindingId> finding_named(std::string_view name) {
  static const std::map<std::string_view, FindingId> ids = [] {
    std::map<std::string_view, FindingId> made;
    for (std::size_t i = 0; i < findings().size(); ++i)
      made.emplace(findings()[i].id, static_cast<FindingId>(i));
    return made;
  }();
  const auto found = ids.find(name);
  return found == ids.end() ? std::nullopt : std::optional(found->second);
}

void FindingTally::on_record(const Record& record) {
  if (record.kind != EventKind::finding) return;
  const auto id = finding_named(text_at(record.members, "id"));
  if (!id) return;
  auto entry = std::ranges::find_if(
      entries_, [&](const TallyEntry& each) { return each.id == *id && each.direction == record.direction; });
  if (entry == entries_.end()) {
    entries_.push_back({.id = *id, .direction = record.direction, .first = {}, .first_text = {}});
    entry = std::prev(entries_.end());
  }
  // A finding that stands for others which were not printed is not one itself.
  const std::uint64_t count = unsigned_at(record.members, "suppressed").value_or(1);
  entry->count += count;
  if (flag_at(record.members, "after_gap")) {
    entry->after_gap += count;
    return;
  }
  entry->severity = std::max(entry->severity, severity_named(text_at(record.members, "severity")));
  if (entry->first.time != 0) return;
  entry->first = record.at;
  entry->first_text = text_at(record.members, "text").substr(0, longest_text);
}

const TallyEntry* FindingTally::find(FindingId id, std::optional<Direction> direction) const {
  const auto entry = std::ranges::find_if(entries_, [&](const TallyEntry& each) {
    return each.id == id && (!direction || each.direction == direction);
  });
  return entry == entries_.end() ? nullptr : &*entry;
}

std::uint64_t FindingTally::certain(FindingId id) const {
  std::uint64_t sum = 0;
  for (const TallyEntry& each : entries_) {
    if (each.id == id) sum += each.certain();
  }
  return sum;
}

}  // namespace rtmpscope::analysis
