#include "app/live_sandbox.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "app/standard_error.hpp"
#include "sandbox/sandbox.hpp"

namespace rtmpscope::app {

namespace {

/// The next files are made by the user, who must be able to replace the first one as well.
void prepare_packet_log(const LiveCommand& command, const capture::PacketSource& source,
                        sandbox::Rules& rules) {
  if (source.packet_file() < 0) return;
  const auto folder = std::filesystem::path(command.live.packet_log.path).parent_path();
  rules.files.write.push_back(folder.empty() ? "." : folder.string());
  if (rules.user) [[maybe_unused]]
    const int status = ::fchown(source.packet_file(), rules.user->id, rules.user->group);
}

}  // namespace

Expected<void> enter_sandbox(const LiveCommand& command, const capture::PacketSource& source,
                             const LiveOutput& output) {
  if (!command.sandbox) return {};
  const auto user = sandbox::find_user(command.user);
  if (!user) return tl::unexpected(user.error());
  sandbox::Rules rules;
  rules.user = *user;
  rules.system_calls.capture_sockets = source.sockets();
  // libpcap asks there for what the interface has dropped.
  for (const capture::Interface& interface : source.statistics().interfaces)
    rules.files.read.push_back(fmt::format("/sys/class/net/{}/statistics", interface.name));
  output.prepare(rules);
  prepare_packet_log(command, source, rules);
  const auto notes = sandbox::enter(rules);
  if (!notes) return tl::unexpected(notes.error());
  for (const std::string& note : *notes) say("rtmpscope: {}\n", note);
  return {};
}

}  // namespace rtmpscope::app
