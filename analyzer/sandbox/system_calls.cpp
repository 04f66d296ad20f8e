#include "sandbox/system_calls.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <net/if.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace rtmpscope::sandbox {
namespace {

/// Allowed whatever their arguments are.
constexpr const char* allowed_calls[] = {
    // Files. Which ones can be opened is a matter of Landlock.
    "open", "openat", "close", "read", "readv", "pread64", "lseek", "fstat", "fstat64", "newfstatat", "stat",
    "stat64", "fstatat64", "statx", "fsync", "fdatasync", "ftruncate", "rename", "renameat", "renameat2",
    "unlink", "unlinkat", "pipe2", "eventfd2",
    // Sockets that are there already.
    "poll", "ppoll", "select", "pselect6", "epoll_wait", "epoll_pwait", "epoll_ctl", "recvfrom", "recvmsg",
    "getsockopt", "setsockopt", "getsockname", "getpeername", "shutdown",
    // Memory. Programs in it: see below.
    "brk", "munmap", "mremap", "madvise",
    // Threads and signals.
    "futex", "set_robust_list", "rseq", "sched_yield", "sched_getaffinity", "gettid", "getpid", "exit",
    "exit_group", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "restart_syscall",
    // Time.
    "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time",
    // What does no harm.
    "getrandom", "getuid", "geteuid", "getgid", "getegid", "sysinfo", "uname"};

constexpr unsigned long allowed_controls[] = {TCGETS,       TIOCGWINSZ,   FIONREAD,
                                              SIOCGIFFLAGS, SIOCGIFINDEX, SIOCGIFNAME};
constexpr unsigned long allowed_descriptor_controls[] = {F_GETFL, F_SETFL, F_GETFD, F_SETFD};
constexpr const char* writing_calls[] = {"write", "writev", "pwrite64"};

/// A filter in the making. The first failure is kept.
class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_ERRNO(EPERM)), &seccomp_release) {
    if (context_ == nullptr) status_ = -ENOMEM;
  }

  template <typename... Conditions>
  void allow(const char* call, Conditions... conditions) {
    add(SCMP_ACT_ALLOW, call, conditions...);
  }
  template <typename... Conditions>
  void add(std::uint32_t action, const char* call, Conditions... conditions) {
    const int number = seccomp_syscall_resolve_name(call);
    if (status_ != 0 || number == __NR_SCMP_ERROR) return;
    const int status = seccomp_rule_add(context_.get(), action, number, sizeof...(conditions), conditions...);
    if (status != -EEXIST) status_ = status;
  }
  /// A negative errno, or 0.
  int load() {
    if (status_ != 0) return status_;
    // A tree instead of a list: the filter runs with each call.
    static_cast<void>(seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2));
    return seccomp_load(context_.get());
  }

 private:
  std::unique_ptr<void, decltype(&seccomp_release)> context_;
  int status_ = 0;
};

/// Memory may hold data or programs that were there at the start, and threads are no processes.
void add_conditional_calls(Filter& filter) {
  for (const char* call : {"mmap", "mmap2", "mprotect"})
    filter.allow(call, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  constexpr unsigned long thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
  filter.allow("clone", SCMP_A0(SCMP_CMP_MASKED_EQ, thread, thread));
  // A filter cannot see its arguments; glibc takes clone instead.
  filter.add(SCMP_ACT_ERRNO(ENOSYS), "clone3");
  filter.allow("tgkill", SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(getpid())));
  filter.allow("prlimit64", SCMP_A0(SCMP_CMP_EQ, 0), SCMP_A2(SCMP_CMP_EQ, 0));
  for (const unsigned long request : allowed_controls) filter.allow("ioctl", SCMP_A1(SCMP_CMP_EQ, request));
  for (const char* call : {"fcntl", "fcntl64"}) {
    for (const unsigned long command : allowed_descriptor_controls)
      filter.allow(call, SCMP_A1(SCMP_CMP_EQ, command));
  }
}

/// Stream and datagram sockets; where they lead to is a matter of Landlock, and of the outputs.
void add_socket_calls(Filter& filter, const SystemCallRules& rules) {
  std::vector<int> families;
  if (rules.unix_sockets) families.push_back(AF_UNIX);
  if (rules.tcp_sockets) families.insert(families.end(), {AF_INET, AF_INET6});
  constexpr unsigned kind = 0xFF;  // without SOCK_NONBLOCK and SOCK_CLOEXEC
  for (const int family : families) {
    const auto of_family = SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(family));
    filter.allow("socket", of_family, SCMP_A1(SCMP_CMP_MASKED_EQ, kind, SOCK_STREAM));
    if (family == AF_UNIX) filter.allow("socket", of_family, SCMP_A1(SCMP_CMP_MASKED_EQ, kind, SOCK_DGRAM));
  }
  if (!families.empty()) filter.allow("connect");
  if (rules.accept) filter.allow("accept4");
}

/// To all descriptors but these. A rule has one condition for an argument, so that there are several rules.
void add_writing_calls(Filter& filter, std::vector<int> forbidden) {
  std::sort(forbidden.begin(), forbidden.end());
  for (const char* call : writing_calls) {
    if (forbidden.empty()) {
      filter.allow(call);
      continue;
    }
    filter.allow(call, SCMP_A0(SCMP_CMP_LT, static_cast<scmp_datum_t>(forbidden.front())));
    filter.allow(call, SCMP_A0(SCMP_CMP_GT, static_cast<scmp_datum_t>(forbidden.back())));
    for (int between = forbidden.front(); between < forbidden.back(); ++between) {
      if (!std::binary_search(forbidden.begin(), forbidden.end(), between))
        filter.allow(call, SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(between)));
    }
  }
}

}  // namespace

Expected<void> restrict_system_calls(const SystemCallRules& rules) {
  Filter filter;
  for (const char* call : allowed_calls) filter.allow(call);
  add_conditional_calls(filter);
  add_socket_calls(filter, rules);
  add_writing_calls(filter, rules.capture_sockets);
  if (const int status = filter.load(); status != 0) {
    return tl::unexpected(Error{ErrorKind::open_input, fmt::format("cannot set a filter of system calls: {}",
                                                                   std::strerror(-status))});
  }
  return {};
}

}  // namespace rtmpscope::sandbox
