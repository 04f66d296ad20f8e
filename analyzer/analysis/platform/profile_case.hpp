// A stream and the profile that it is held against: what all rules of profiles have in common.
#pragma once

#include <string>
#include <string_view>

#include "analysis/finding/check.hpp"
#include "analysis/platform/profile.hpp"

namespace rtmpscope::analysis {

/// What does not hold.
struct Difference {
  FindingId id{};
  Moment at{};
  std::string text{};        ///< what is: "key frames come every 8 s"; who wants what is added
  std::string limit{};       ///< "at most 4 s"
  std::string value{};       ///< "8 s"
  std::string issue{};       ///< the name of YouTube's API; empty: it has none
  std::string what_to_do{};  ///< with values; empty: that of the table
  std::string unit{};
  std::optional<double> worst{};
  std::uint64_t count = 1;
};

class ProfileCase {
 public:
  /// Both must live as long as this.
  ProfileCase(const Profile& profile, RuleResults& to) : profile_(profile), to_(to) {}

  [[nodiscard]] const Profile& profile() const { return profile_; }

  template <typename T>
  void fail(const Wanted<T>& wanted, Difference difference) {
    fail(std::move(difference), wanted.sources, wanted.is_hearsay(), wanted.severity);
  }
  void fail(Difference difference, const ProfileSources& sources, bool is_hearsay,
            std::optional<Severity> severity);
  void pass(FindingId id, std::string value, std::string limit) {
    to_.pass(id, Direction::to_server, std::move(value), std::move(limit));
  }
  void undecided(FindingId id, std::string reason) {
    to_.undecided(id, Direction::to_server, std::move(reason));
  }
  void not_applicable(FindingId id, std::string reason) {
    to_.not_applicable(id, Direction::to_server, std::move(reason));
  }

  /// "YouTube Live wants", "most platforms want"
  [[nodiscard]] std::string wants() const;

 private:
  const Profile& profile_;
  RuleResults& to_;
};

/// "H.264", "AAC LC": what people read for a name of a profile's lists.
[[nodiscard]] std::string codec_text(std::string_view name);
/// "H.264 or H.265"
[[nodiscard]] std::string list_text(const std::vector<std::string>& words);
[[nodiscard]] std::string codec_list_text(const std::vector<std::string>& names);

}  // namespace rtmpscope::analysis
