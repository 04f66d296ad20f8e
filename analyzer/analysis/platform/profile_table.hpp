// All profiles that the program knows: the built-in ones, and those of the user's files.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "analysis/platform/profile.hpp"
#include "base/error.hpp"

namespace rtmpscope::analysis {

/// Does not change once it is made: threads may share it.
class ProfileTable {
 public:
  /// The built-in table, parsed when it is asked for first.
  [[nodiscard]] static const ProfileTable& built_in();
  /// The built-in table and the profiles of files. Of several profiles of one id the last one counts. Errors
  /// name the file, and the member.
  [[nodiscard]] static Expected<std::shared_ptr<const ProfileTable>> with_files(
      const std::vector<std::string>& files);

  /// In the order of the files; those of the user behind the built-in ones.
  [[nodiscard]] std::span<const Profile> profiles() const { return profiles_; }
  /// Null: there is none.
  [[nodiscard]] const Profile* find(std::string_view id) const;
  /// As find. The error (usage) has a suggestion.
  [[nodiscard]] Expected<const Profile*> find_or_suggest(std::string_view id) const;
  /// What holds where no platform is matched: three or more platforms agree on it.
  [[nodiscard]] const Profile* generic() const { return find("generic"); }

 private:
  [[nodiscard]] Expected<void> add(std::string_view text, std::string_view name);
  /// Values that a profile does not have are taken from its base.
  [[nodiscard]] Expected<void> complete();

  std::vector<Profile> profiles_;
};

}  // namespace rtmpscope::analysis
