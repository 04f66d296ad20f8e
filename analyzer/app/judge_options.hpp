// What the command line says to the judge.
#pragma once

#include <string>
#include <vector>

#include "analysis/judge/judge_options.hpp"
#include "base/error.hpp"

namespace rtmpscope::app {

/// Reads the user's files; a profile that is none is an error with a suggestion.
[[nodiscard]] inline Expected<analysis::JudgeOptions> judge_options(
    const std::string& profile, const std::vector<std::string>& files,
    const std::vector<std::string>& fingerprint_files) {
  analysis::JudgeOptions options;
  options.profile = profile;
  if (!files.empty()) {
    auto table = analysis::ProfileTable::with_files(files);
    if (!table) return tl::unexpected(table.error());
    options.profiles = std::move(*table);
  }
  if (!fingerprint_files.empty()) {
    auto table = analysis::FingerprintTable::with_files(fingerprint_files);
    if (!table) return tl::unexpected(table.error());
    options.identifier = std::make_shared<analysis::Identifier>(std::move(*table));
  }
  if (!profile.empty()) {
    if (const auto found = options.profile_table().find_or_suggest(profile); !found)
      return tl::unexpected(found.error());
  }
  return options;
}

}  // namespace rtmpscope::app
