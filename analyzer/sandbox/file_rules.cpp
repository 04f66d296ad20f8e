#include "sandbox/file_rules.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace rtmpscope::sandbox {
namespace {

/// Newer than the kernel's headers of Debian 12, which has the first member alone.
struct RulesetAttributes {
  std::uint64_t handled_files;
  std::uint64_t handled_network;
  std::uint64_t scoped;
};

struct PortRule {
  std::uint64_t allowed;
  std::uint64_t port;
};
constexpr int port_rule = 2;
constexpr std::uint64_t connect_tcp = 2;

// Bits of the rights, by the version of Landlock that brought them.
constexpr unsigned file_rights_1 = 13;
constexpr unsigned file_rights_2 = 14;    // moving to another folder
constexpr unsigned file_rights_3 = 15;    // truncating
constexpr unsigned file_rights_5 = 16;    // ioctl of devices
constexpr unsigned network_rights_4 = 2;  // binding and connecting of TCP
constexpr unsigned scopes_6 = 2;          // abstract Unix sockets and signals of others
constexpr std::uint64_t truncate_file = 1U << 14U;

constexpr std::uint64_t bits(unsigned count) {
  return (std::uint64_t{1} << count) - 1;
}

RulesetAttributes attributes_of(long version) {
  RulesetAttributes attributes{bits(file_rights_1), 0, 0};
  if (version >= 2) attributes.handled_files = bits(file_rights_2);
  if (version >= 3) attributes.handled_files = bits(file_rights_3);
  if (version >= 5) attributes.handled_files = bits(file_rights_5);
  if (version >= 4) attributes.handled_network = bits(network_rights_4);
  if (version >= 6) attributes.scoped = bits(scopes_6);
  return attributes;
}

tl::unexpected<Error> landlock_failure(const std::string& what) {
  return tl::unexpected(
      Error{ErrorKind::open_input, fmt::format("cannot {}: {}", what, std::strerror(errno))});
}

class Descriptor {
 public:
  explicit Descriptor(long number) : number_(static_cast<int>(number)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

/// A file has no rights of folders.
Expected<void> allow(int ruleset, const std::string& path, std::uint64_t rights) {
  const Descriptor place(open(path.c_str(), O_PATH | O_CLOEXEC));
  if (place.number() < 0) {
    if (errno == ENOENT || errno == ENOTDIR || errno == EACCES) return {};
    return landlock_failure(fmt::format("allow {}", path));
  }
  landlock_path_beneath_attr rule{};
  rule.allowed_access = rights;
  rule.parent_fd = place.number();
  if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
    return landlock_failure(fmt::format("allow {}", path));
  return {};
}

Expected<void> allow_port(int ruleset, std::uint16_t port) {
  const PortRule rule{connect_tcp, port};
  if (syscall(SYS_landlock_add_rule, ruleset, port_rule, &rule, 0) != 0)
    return landlock_failure(fmt::format("allow port {}", port));
  return {};
}

}  // namespace

Expected<bool> restrict_files(const FileRules& rules) {
  const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return false;
  const RulesetAttributes attributes = attributes_of(version);
  // Older kernels take the longer structure, as long as what they do not know is zero.
  const Descriptor ruleset(syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0));
  if (ruleset.number() < 0) return landlock_failure("make rules of Landlock");
  for (const std::string& path : rules.read) {
    if (auto allowed = allow(ruleset.number(), path, LANDLOCK_ACCESS_FS_READ_FILE); !allowed)
      return tl::unexpected(allowed.error());
  }
  constexpr std::uint64_t writing = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
                                    LANDLOCK_ACCESS_FS_REMOVE_FILE | truncate_file;
  for (const std::string& path : rules.write) {
    if (auto allowed = allow(ruleset.number(), path, writing & attributes.handled_files); !allowed)
      return tl::unexpected(allowed.error());
  }
  for (const std::uint16_t port : rules.connect_ports) {
    if (attributes.handled_network == 0) break;
    if (auto allowed = allow_port(ruleset.number(), port); !allowed) return tl::unexpected(allowed.error());
  }
  if (syscall(SYS_landlock_restrict_self, ruleset.number(), 0) != 0)
    return landlock_failure("set rules of Landlock");
  return true;
}

}  // namespace rtmpscope::sandbox
