#include "app/live_sandbox.hpp"

#include <fmt/format.h>

#include "app/standard_error.hpp"
#include "sandbox/sandbox.hpp"

namespace rtmpscope::app {

Expected<void> enter_sandbox(const LiveCommand& command, const capture::PacketSource& source,
                             const LiveOutput& output, const LiveWatchers& watchers) {
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
  if (watchers.evidence != nullptr) watchers.evidence->prepare(rules);
  if (watchers.packets != nullptr) watchers.packets->prepare(rules);
  rules.system_calls.accept = watchers.metrics != nullptr;
  if (source.packet_file() >= 0) allow_new_files(rules, command.live.packet_log.path, source.packet_file());
  const auto notes = sandbox::enter(rules);
  if (!notes) return tl::unexpected(notes.error());
  for (const std::string& note : *notes) say("rtmpscope: {}\n", note);
  return {};
}

}  // namespace rtmpscope::app
