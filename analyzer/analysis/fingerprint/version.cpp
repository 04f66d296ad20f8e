#include "analysis/fingerprint/version.hpp"

#include <charconv>
#include <cstdint>

namespace rtmpscope::analysis {
namespace {

/// Takes the next number of a version; false at its end.
bool take_number(std::string_view& version, std::uint64_t& number) {
  number = 0;
  const char* const end = version.data() + version.size();
  const auto [last, fault] = std::from_chars(version.data(), end, number);
  if (fault != std::errc()) {
    version = {};
    number = 0;
    return false;
  }
  version.remove_prefix(static_cast<std::size_t>(last - version.data()));
  const bool goes_on = !version.empty() && version.front() == '.';
  version = goes_on ? version.substr(1) : std::string_view();
  return true;
}

/// "29.0.2" and what begins right behind it, so that a range of one version can be written.
constexpr std::string_view just_behind = ".0.0.0.1";

}  // namespace

int compare_versions(std::string_view a, std::string_view b) {
  while (true) {
    std::uint64_t of_a = 0, of_b = 0;
    const bool more_a = take_number(a, of_a), more_b = take_number(b, of_b);
    if (!more_a && !more_b) return 0;
    if (of_a != of_b) return of_a < of_b ? -1 : 1;
  }
}

VersionRange exactly(std::string_view version) {
  if (version.empty()) return {};
  std::string_view rest = version;
  std::uint64_t number = 0;
  if (!take_number(rest, number)) return {};
  const std::size_t digits = version.find_first_not_of("0123456789.");
  std::string numbers(version.substr(0, digits));
  while (numbers.ends_with('.')) numbers.pop_back();
  return {numbers, numbers + std::string(just_behind)};
}

bool overlap(const VersionRange& a, const VersionRange& b) {
  const auto ends_before = [](const VersionRange& one, const VersionRange& other) {
    return !one.below.empty() && !other.from.empty() && compare_versions(other.from, one.below) >= 0;
  };
  return !ends_before(a, b) && !ends_before(b, a);
}

VersionRange both(const VersionRange& a, const VersionRange& b) {
  VersionRange result = a;
  if (result.from.empty() || (!b.from.empty() && compare_versions(b.from, result.from) > 0))
    result.from = b.from;
  if (result.below.empty() || (!b.below.empty() && compare_versions(b.below, result.below) < 0))
    result.below = b.below;
  return result;
}

std::string to_text(const VersionRange& range) {
  if (!range.known()) return {};
  if (range.from.empty()) return "before " + range.below;
  if (range.below.empty()) return range.from + " or later";
  if (range.below == range.from + std::string(just_behind)) return range.from;
  return range.from + " to before " + range.below;
}

}  // namespace rtmpscope::analysis
