// All that a capturing process gives up, in one step.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "sandbox/file_rules.hpp"
#include "sandbox/privileges.hpp"
#include "sandbox/system_calls.hpp"

namespace rtmpscope::sandbox {

struct Rules {
  std::optional<User> user;  ///< whom to become; absent: the user stays
  FileRules files;
  SystemCallRules system_calls;
};

/// Before threads start. Returns what could not be confined, for a person, one line each: an older kernel,
/// mostly.
[[nodiscard]] Expected<std::vector<std::string>> enter(const Rules& rules);

}  // namespace rtmpscope::sandbox
