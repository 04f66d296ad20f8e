// Which files may still be opened, by Landlock (Linux 5.13; TCP ports since 6.7).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace rtmpscope::sandbox {

struct FileRules {
  std::vector<std::string>
      read;  ///< files, and folders with all that is in them; what there is not is left out
  std::vector<std::string>
      write;  ///< folders in which regular files may be made, written, renamed and removed
  std::vector<std::uint16_t> connect_ports;  ///< of TCP
};

/// Whatever `rules` do not allow can be opened no more; nor can TCP ports be bound or connected to. False:
/// the kernel has no Landlock, or it is switched off. The process must have set no_new_privs.
[[nodiscard]] Expected<bool> restrict_files(const FileRules& rules);

}  // namespace rtmpscope::sandbox
