#include "app/live_output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "app/standard_error.hpp"
#include "app/text_style.hpp"
#include "delivery/socket_destination.hpp"

namespace rtmpscope::app {

void allow_new_files(sandbox::Rules& rules, const std::string& path, int descriptor) {
  const auto folder = std::filesystem::path(path).parent_path();
  rules.files.write.push_back(folder.empty() ? "." : folder.string());
  // Where it fails, the file cannot be opened anew, which is reported then.
  if (rules.user && descriptor >= 0) [[maybe_unused]]
    const int status = ::fchown(descriptor, rules.user->id, rules.user->group);
}

LiveOutput::LiveOutput(delivery::Address address, std::unique_ptr<delivery::Destination> destination,
                       delivery::FileDestination* file)
    : address_(std::move(address)),
      file_(file),
      queue_(std::move(destination), [](const std::string& text) { say("rtmpscope: {}\n", text); }) {}

Expected<std::unique_ptr<LiveOutput>> LiveOutput::open(const delivery::Address& address,
                                                       const delivery::Rotation& rotation) {
  const auto made = [&](std::unique_ptr<delivery::Destination> destination, delivery::FileDestination* file) {
    return std::unique_ptr<LiveOutput>(new LiveOutput(address, std::move(destination), file));
  };
  using delivery::Kind;
  if (address.kind == Kind::standard_output || address.kind == Kind::file) {
    auto file = address.kind == Kind::file ? delivery::FileDestination::open(address.path, rotation)
                                           : Expected<std::unique_ptr<delivery::FileDestination>>(
                                                 std::make_unique<delivery::FileDestination>());
    if (!file) return tl::unexpected(file.error());
    delivery::FileDestination* const known = file->get();
    return made(std::move(*file), known);
  }
  auto socket = delivery::SocketDestination::open(address);
  if (!socket) return tl::unexpected(socket.error());
  return made(std::move(*socket), nullptr);
}

void LiveOutput::prepare(sandbox::Rules& rules) const {
  switch (address_.kind) {
    case delivery::Kind::standard_output: return;
    case delivery::Kind::file: {
      allow_new_files(rules, address_.path, file_->made() ? file_->descriptor() : -1);
      return;
    }
    case delivery::Kind::unix_stream:
    case delivery::Kind::unix_datagram: rules.system_calls.unix_sockets = true; return;
    case delivery::Kind::tcp:
      rules.system_calls.tcp_sockets = true;
      rules.files.connect_ports.push_back(address_.port);
      return;
  }
}

void LiveOutput::close() {
  queue_.close();
  if (const std::uint64_t lines = queue_.lines_dropped(); lines != 0)
    say("rtmpscope: {} lines were not written: {} was slow, full or away\n", lines,
        queue_.destination().name());
}

std::optional<Error> LiveOutput::error() const {
  const std::string text = queue_.destination().error();
  if (text.empty()) return std::nullopt;
  return Error{ErrorKind::write_output, text};
}

bool LiveOutput::is_terminal() const {
  return file_ != nullptr && ::isatty(file_->descriptor()) == 1;
}

std::optional<std::uint32_t> LiveOutput::columns() const {
  return file_ != nullptr ? terminal_columns(file_->descriptor()) : std::nullopt;
}

}  // namespace rtmpscope::app
