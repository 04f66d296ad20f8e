#include "delivery/page_server.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "delivery/address.hpp"

namespace rtmpscope::delivery {
namespace {

/// How long the end waits for the thread to notice.
constexpr int turn_milliseconds = 100;
constexpr int waiting_connections = 16;

Expected<int> listen_on(const addrinfo& where, const std::string& name) {
  const int descriptor =
      ::socket(where.ai_family, where.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, where.ai_protocol);
  const int yes = 1;
  if (descriptor >= 0 && ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
      ::bind(descriptor, where.ai_addr, where.ai_addrlen) == 0 &&
      ::listen(descriptor, waiting_connections) == 0)
    return descriptor;
  const Error error{ErrorKind::open_input,
                    fmt::format("cannot listen on {}: {}", name, std::strerror(errno))};
  if (descriptor >= 0) ::close(descriptor);
  return tl::unexpected(error);
}

std::string http_answer(std::string_view status, std::string_view type, std::string_view body) {
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: {}; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
      status, type, body.size(), body);
}

}  // namespace

Expected<std::unique_ptr<PageServer>> PageServer::open(const std::string& address) {
  const auto parsed = parse_host_and_port(address);
  if (!parsed) return tl::unexpected(Error{ErrorKind::usage, fmt::format("'{}' is not HOST:PORT", address)});
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(parsed->second);
  if (const int status = ::getaddrinfo(parsed->first.c_str(), port.c_str(), &hints, &found); status != 0)
    return tl::unexpected(Error{ErrorKind::usage, fmt::format("{}: {}", address, gai_strerror(status))});
  const auto listener = listen_on(*found, address);
  ::freeaddrinfo(found);
  if (!listener) return tl::unexpected(listener.error());
  return std::unique_ptr<PageServer>(new PageServer(*listener));
}

PageServer::~PageServer() {
  stop_ = true;
  if (thread_) thread_->join();
  for (const Client& client : clients_) ::close(client.descriptor);
  ::close(listener_);
}

void PageServer::start(MakePage make_page) {
  make_page_ = std::move(make_page);
  thread_.emplace([this] { run(); });
}

void PageServer::run() {
  std::vector<pollfd> ready;
  while (!stop_) {
    ready.clear();
    for (const Client& client : clients_)
      ready.push_back({client.descriptor, static_cast<short>(client.answer.empty() ? POLLIN : POLLOUT), 0});
    const bool room = clients_.size() < most_clients;
    if (room) ready.push_back({listener_, POLLIN, 0});
    if (::poll(ready.data(), ready.size(), turn_milliseconds) < 0) continue;
    const auto now = std::chrono::steady_clock::now();
    std::size_t i = 0;
    std::erase_if(clients_, [&](Client& client) {
      const bool moves = ready[i++].revents != 0;
      if ((!moves || serve(client)) && now < client.deadline) return false;
      ::close(client.descriptor);
      return true;
    });
    if (room && ready.back().revents != 0) accept();
  }
}

void PageServer::accept() {
  const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor < 0) return;
  clients_.push_back({descriptor, {}, {}, std::chrono::steady_clock::now() + patience});
}

bool PageServer::serve(Client& client) {
  if (client.answer.empty()) {
    std::array<char, 2048> bytes{};
    const ssize_t size = ::read(client.descriptor, bytes.data(), bytes.size());
    if (size <= 0) return size < 0 && (errno == EAGAIN || errno == EINTR);
    client.request.append(bytes.data(), static_cast<std::size_t>(size));
    if (client.request.find("\r\n\r\n") == std::string::npos && client.request.size() < longest_request)
      return true;
    client.answer = answer_to(client.request);
  }
  const ssize_t written = ::write(client.descriptor, client.answer.data(), client.answer.size());
  if (written < 0) return errno == EAGAIN || errno == EINTR;
  client.answer.erase(0, static_cast<std::size_t>(written));
  if (!client.answer.empty()) return true;
  ::shutdown(client.descriptor, SHUT_WR);
  return false;
}

std::string PageServer::answer_to(const std::string& request) const {
  const std::string_view line = std::string_view(request).substr(0, request.find("\r\n"));
  const std::size_t method_end = line.find(' ');
  const std::size_t path_end = line.find_first_of(" ?", method_end + 1);
  if (method_end == std::string_view::npos || path_end == std::string_view::npos ||
      line.find(" HTTP/1.", path_end) == std::string_view::npos)
    return http_answer("400 Bad Request", "text/plain", "not a request of HTTP/1.1\n");
  if (line.substr(0, method_end) != "GET")
    return http_answer("405 Method Not Allowed", "text/plain", "GET only\n");
  if (line.substr(method_end + 1, path_end - method_end - 1) != "/metrics")
    return http_answer("404 Not Found", "text/plain", "there is /metrics only\n");
  return http_answer("200 OK", "text/plain; version=0.0.4", make_page_());
}

}  // namespace rtmpscope::delivery
