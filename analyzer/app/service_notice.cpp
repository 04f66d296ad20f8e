#include "app/service_notice.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace rtmpscope::app {
namespace {

/// -1: there is none. A name that begins with @ is no file.
int connect_to(const std::string_view path) {
  sockaddr_un peer{};
  if (path.empty() || path.size() >= sizeof peer.sun_path) return -1;
  peer.sun_family = AF_UNIX;
  std::memcpy(peer.sun_path, path.data(), path.size());
  if (path.front() == '@') peer.sun_path[0] = 0;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor >= 0 && ::connect(descriptor, reinterpret_cast<const sockaddr*>(&peer), size) == 0)
    return descriptor;
  if (descriptor >= 0) ::close(descriptor);
  return -1;
}

}  // namespace

ServiceNotice::ServiceNotice() {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path != nullptr) descriptor_ = connect_to(path);
  const char* watchdog = std::getenv("WATCHDOG_USEC");
  if (watchdog != nullptr) interval_ = std::chrono::microseconds(std::strtoll(watchdog, nullptr, 10) / 2);
}

ServiceNotice::~ServiceNotice() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void ServiceNotice::alive() {
  if (interval_.count() <= 0) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + interval_;
  send("WATCHDOG=1");
}

/// Without an answer nothing can be done.
void ServiceNotice::send(std::string_view text) const {
  if (descriptor_ >= 0) [[maybe_unused]]
    const auto sent = ::write(descriptor_, text.data(), text.size());
}

}  // namespace rtmpscope::app
