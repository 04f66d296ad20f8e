#include "sandbox/sandbox.hpp"

namespace rtmpscope::sandbox {

Expected<std::vector<std::string>> enter(const Rules& rules) {
  if (auto dropped = drop_privileges(rules.user); !dropped) return tl::unexpected(dropped.error());
  const auto files = restrict_files(rules.files);
  if (!files) return tl::unexpected(files.error());
  if (auto calls = restrict_system_calls(rules.system_calls); !calls) return tl::unexpected(calls.error());
  std::vector<std::string> notes;
  if (!*files)
    notes.emplace_back("the kernel has no Landlock: files are protected by their permissions alone");
  return notes;
}

}  // namespace rtmpscope::sandbox
