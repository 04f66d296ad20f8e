// Which system calls are left, by a seccomp filter.
#pragma once

#include <vector>

#include "base/error.hpp"

namespace rtmpscope::sandbox {

struct SystemCallRules {
  /// Sockets that packets are captured from: nothing may be written to them, which would send packets.
  std::vector<int> capture_sockets;
  bool unix_sockets = false;  ///< may be made and connected
  bool tcp_sockets = false;
  bool accept = false;  ///< connections of sockets that listen already
};

/// All system calls but those that a running capture needs fail with EPERM from now on, in this thread and
/// those that it starts. The process must have set no_new_privs.
[[nodiscard]] Expected<void> restrict_system_calls(const SystemCallRules& rules);

}  // namespace rtmpscope::sandbox
