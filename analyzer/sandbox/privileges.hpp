// The rights of root: another user, and no capabilities.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/error.hpp"

namespace rtmpscope::sandbox {

struct User {
  std::string name;
  uid_t id = 0;
  gid_t group = 0;
};

[[nodiscard]] bool is_root();

/// Who the process is to be: the user `name`, or if that is empty, nobody where root started the program.
/// Empty: the user stays. Errors: there is no such user, or the process may not become somebody else.
[[nodiscard]] Expected<std::optional<User>> find_user(const std::string& name);

/// Becomes `user`, with its group and without supplementary groups, gives up all capabilities for good, and
/// gains none by programs that it starts (no_new_privs).
[[nodiscard]] Expected<void> drop_privileges(const std::optional<User>& user);

}  // namespace rtmpscope::sandbox
