// A reader at the other end of a socket, which may go and come back.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <memory>

#include "base/error.hpp"
#include "delivery/address.hpp"
#include "delivery/destination.hpp"

namespace rtmpscope::delivery {

class SocketDestination : public Destination {
 public:
  /// Looks the host's name up, which is not possible later; connects with the first write, and again each
  /// second. Errors: usage, if there is no such host.
  [[nodiscard]] static Expected<std::unique_ptr<SocketDestination>> open(const Address& address);
  ~SocketDestination() override;

  [[nodiscard]] std::string name() const override { return address_.text; }
  Written write(std::string_view bytes, bool at_line) override;
  void wait() override;
  std::string take_message() override;
  [[nodiscard]] std::string error() const override { return {}; }
  void close() override;

 private:
  enum class Connection : std::uint8_t { none, in_progress, up };

  SocketDestination(Address address, const sockaddr_storage& peer, socklen_t peer_size)
      : address_(std::move(address)), peer_(peer), peer_size_(peer_size) {}
  bool connect();
  bool finish_connecting();
  Written lose(int error_number);

  Address address_;
  sockaddr_storage peer_;
  socklen_t peer_size_;
  int descriptor_ = -1;
  Connection connection_ = Connection::none;
  bool told_away_ = false;
  std::chrono::steady_clock::time_point next_try_;
  std::string message_;
};

}  // namespace rtmpscope::delivery
