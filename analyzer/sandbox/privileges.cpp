#include "sandbox/privileges.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace rtmpscope::sandbox {
namespace {

constexpr const char* user_of_root = "nobody";

tl::unexpected<Error> privilege_failure(const std::string& what) {
  return tl::unexpected(
      Error{ErrorKind::open_input, fmt::format("cannot {}: {}", what, std::strerror(errno))});
}

/// No program that this one starts can get them back. Without CAP_SETPCAP that is not possible, nor needed:
/// there is no_new_privs as well.
void empty_bounding_set() {
  for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability)
    prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
}

/// glibc has no function for it.
Expected<void> drop_capabilities() {
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  if (syscall(SYS_capset, &header, none.data()) != 0) return privilege_failure("give up capabilities");
  return {};
}

Expected<void> become(const User& user) {
  if (is_root() && setgroups(0, nullptr) != 0) return privilege_failure("leave all groups");
  if (setresgid(user.group, user.group, user.group) != 0 || setresuid(user.id, user.id, user.id) != 0)
    return privilege_failure(fmt::format("become user {}", user.name));
  return {};
}

}  // namespace

bool is_root() {
  return geteuid() == 0;
}

Expected<std::optional<User>> find_user(const std::string& name) {
  if (name.empty() && !is_root()) return std::nullopt;
  const std::string wanted = name.empty() ? user_of_root : name;
  const passwd* entry = getpwnam(wanted.c_str());
  if (entry == nullptr)
    return tl::unexpected(Error{ErrorKind::usage, fmt::format("there is no user {}", wanted)});
  if (!is_root() && entry->pw_uid != geteuid())
    return tl::unexpected(Error{ErrorKind::usage, fmt::format("only root can become user {}", wanted)});
  return User{wanted, entry->pw_uid, entry->pw_gid};
}

Expected<void> drop_privileges(const std::optional<User>& user) {
  empty_bounding_set();
  if (user) {
    if (auto became = become(*user); !became) return became;
  }
  if (auto dropped = drop_capabilities(); !dropped) return dropped;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return privilege_failure("set no_new_privs");
  return {};
}

}  // namespace rtmpscope::sandbox
