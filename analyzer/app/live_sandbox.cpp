#include "app/live_sandbox.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "app/standard_error.hpp"
#include "sandbox/sandbox.hpp"

namespace rtmpscope::app {
namespace {

/// Of the file that SIGHUP opens anew; empty: there is none.
std::string folder_of(const std::string& file) {
  if (file.empty() || file == "-") return {};
  const auto folder = std::filesystem::path(file).parent_path();
  return folder.empty() ? "." : folder.string();
}

}  // namespace

Expected<void> enter_sandbox(const LiveCommand& command, const capture::PacketSource& source,
                             OutputFile& output) {
  if (!command.sandbox) return {};
  const auto user = sandbox::find_user(command.user);
  if (!user) return tl::unexpected(user.error());
  if (*user) output.give_to(**user);
  sandbox::Rules rules;
  rules.user = *user;
  rules.system_calls.capture_sockets = source.sockets();
  // libpcap asks there for what the interface has dropped.
  for (const capture::Interface& interface : source.statistics().interfaces)
    rules.files.read.push_back(fmt::format("/sys/class/net/{}/statistics", interface.name));
  if (std::string folder = folder_of(command.common.output); !folder.empty())
    rules.files.write.push_back(std::move(folder));
  const auto notes = sandbox::enter(rules);
  if (!notes) return tl::unexpected(notes.error());
  for (const std::string& note : *notes) say("rtmpscope: {}\n", note);
  return {};
}

}  // namespace rtmpscope::app
