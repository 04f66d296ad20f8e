// What a judge is told besides the records.
#pragma once

#include <memory>
#include <string>

#include "analysis/fingerprint/fingerprint_table.hpp"
#include "analysis/platform/profile_table.hpp"

namespace rtmpscope::analysis {

/// Threads may share what it points to.
struct JudgeOptions {
  std::shared_ptr<const ProfileTable> profiles;          ///< null: the built-in ones
  std::shared_ptr<const FingerprintTable> fingerprints;  ///< null: the built-in ones
  std::string profile;        ///< id of the chosen one; empty: by the connection's names
  bool keep_answers = false;  ///< reports have checks and clauses, which take 15 KiB each

  [[nodiscard]] const ProfileTable& profile_table() const {
    return profiles ? *profiles : ProfileTable::built_in();
  }
  [[nodiscard]] const FingerprintTable& fingerprint_table() const {
    return fingerprints ? *fingerprints : FingerprintTable::built_in();
  }
};

}  // namespace rtmpscope::analysis
