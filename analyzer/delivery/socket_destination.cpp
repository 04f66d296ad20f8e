#include "delivery/socket_destination.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

namespace rtmpscope::delivery {
namespace {

constexpr auto between_tries = std::chrono::seconds(1);
constexpr int socket_wait_milliseconds = 20;

Expected<std::pair<sockaddr_storage, socklen_t>> look_up(const Address& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(address.port);
  if (const int status = getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found); status != 0) {
    return tl::unexpected(Error{ErrorKind::usage, fmt::format("{}: {}", address.text, gai_strerror(status))});
  }
  std::pair<sockaddr_storage, socklen_t> result{{}, found->ai_addrlen};
  std::memcpy(&result.first, found->ai_addr, found->ai_addrlen);
  freeaddrinfo(found);
  return result;
}

std::pair<sockaddr_storage, socklen_t> unix_peer(const std::string& path) {
  sockaddr_un peer{};
  peer.sun_family = AF_UNIX;
  std::memcpy(peer.sun_path, path.data(), std::min(path.size(), sizeof peer.sun_path - 1));
  std::pair<sockaddr_storage, socklen_t> result{{}, sizeof peer};
  std::memcpy(&result.first, &peer, sizeof peer);
  return result;
}

}  // namespace

Expected<std::unique_ptr<SocketDestination>> SocketDestination::open(const Address& address) {
  std::pair<sockaddr_storage, socklen_t> peer;
  if (address.kind == Kind::tcp) {
    auto found = look_up(address);
    if (!found) return tl::unexpected(found.error());
    peer = *found;
  } else {
    peer = unix_peer(address.path);
  }
  return std::unique_ptr<SocketDestination>(new SocketDestination(address, peer.first, peer.second));
}

SocketDestination::~SocketDestination() {
  close();
}

bool SocketDestination::connect() {
  if (std::chrono::steady_clock::now() < next_try_) return false;
  next_try_ = std::chrono::steady_clock::now() + between_tries;
  const int type = address_.kind == Kind::unix_datagram ? SOCK_DGRAM : SOCK_STREAM;
  descriptor_ = ::socket(peer_.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor_ < 0 || ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&peer_), peer_size_) != 0) {
    if (descriptor_ < 0 || errno != EINPROGRESS) {
      lose(errno);
      return false;
    }
    connection_ = Connection::in_progress;
    return false;
  }
  connection_ = Connection::up;
  return true;
}

bool SocketDestination::finish_connecting() {
  pollfd ready{descriptor_, POLLOUT, 0};
  if (::poll(&ready, 1, 0) == 0) return false;
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
    lose(error);
    return false;
  }
  connection_ = Connection::up;
  return true;
}

/// A datagram is one line.
Written SocketDestination::write(std::string_view bytes, bool) {
  if (connection_ == Connection::none && !connect()) return {0, State::away};
  if (connection_ == Connection::in_progress && !finish_connecting()) return {0, State::away};
  const bool datagrams = address_.kind == Kind::unix_datagram;
  const std::size_t size = datagrams ? std::min(bytes.size(), bytes.find('\n') + 1) : bytes.size();
  const ssize_t written = ::write(descriptor_, bytes.data(), size);
  if (written >= 0) {
    if (told_away_) message_ = fmt::format("{}: connected again", name());
    told_away_ = false;
    return {static_cast<std::size_t>(written)};
  }
  if (errno == EINTR || errno == EAGAIN || errno == ENOBUFS) return {0, State::full};
  if (datagrams && errno == EMSGSIZE) return {size, State::ready, 1};
  return lose(errno);
}

Written SocketDestination::lose(int error_number) {
  close();
  if (!told_away_)
    message_ = fmt::format("{}: {}; it is tried again each second", name(), std::strerror(error_number));
  told_away_ = true;
  return {0, State::away};
}

void SocketDestination::wait() {
  if (descriptor_ < 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(socket_wait_milliseconds));
    return;
  }
  pollfd ready{descriptor_, POLLOUT, 0};
  ::poll(&ready, 1, socket_wait_milliseconds);
}

std::string SocketDestination::take_message() {
  return std::exchange(message_, {});
}

void SocketDestination::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  connection_ = Connection::none;
}

}  // namespace rtmpscope::delivery
