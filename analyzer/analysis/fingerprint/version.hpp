// Versions of software, as texts with numbers and points between: "29.0.2".
#pragma once

#include <string>
#include <string_view>

namespace rtmpscope::analysis {

/// From one version up to, and without, another. An empty text is an open end.
struct VersionRange {
  std::string from;
  std::string below;

  [[nodiscard]] bool known() const { return !from.empty() || !below.empty(); }
  friend bool operator==(const VersionRange&, const VersionRange&) = default;
};

/// Below 0: `a` is older. What is no number ends a version: "29.0.2+dfsg" is 29.0.2. A number that is not
/// there counts as 0.
[[nodiscard]] int compare_versions(std::string_view a, std::string_view b);

/// One version alone.
[[nodiscard]] VersionRange exactly(std::string_view version);

/// Whether one version can be in both.
[[nodiscard]] bool overlap(const VersionRange& a, const VersionRange& b);

/// What is in both; the narrower bounds.
[[nodiscard]] VersionRange both(const VersionRange& a, const VersionRange& b);

/// For people: "29.0.2", "25.0 or later", "before 30.0", "27.2 to before 30.0"; empty: nothing is known.
[[nodiscard]] std::string to_text(const VersionRange& range);

}  // namespace rtmpscope::analysis
