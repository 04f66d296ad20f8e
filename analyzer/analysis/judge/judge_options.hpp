// What a judge is told besides the records.
#pragma once

#include <memory>
#include <string>

#include "analysis/fingerprint/identify.hpp"
#include "analysis/platform/profile_table.hpp"

namespace rtmpscope::analysis {

/// Threads may share what it points to.
struct JudgeOptions {
  std::shared_ptr<const ProfileTable> profiles;  ///< null: the built-in ones
  std::string profile;                           ///< id of the chosen one; empty: by the connection's names
  /// Tells software; copies of the options share it.
  std::shared_ptr<Identifier> identifier = std::make_shared<Identifier>();
  bool early_software = true;  ///< software is told after three seconds, too, and not at the end alone
  bool tell_silence = false;   ///< live: a connection that is silent has a verdict before its end
  bool keep_answers = false;   ///< reports have checks and clauses, which take 15 KiB each

  [[nodiscard]] const ProfileTable& profile_table() const {
    return profiles ? *profiles : ProfileTable::built_in();
  }
};

}  // namespace rtmpscope::analysis
