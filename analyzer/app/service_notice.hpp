// What systemd is told of a service, see sd_notify(3): that it is ready, that it is alive, that it ends.
#pragma once

#include <chrono>
#include <string_view>

namespace rtmpscope::app {

/// Says nothing where nobody asks for it (NOTIFY_SOCKET). Its socket is open from the beginning, so that it
/// works in the sandbox.
class ServiceNotice {
 public:
  ServiceNotice();
  ServiceNotice(const ServiceNotice&) = delete;
  ServiceNotice& operator=(const ServiceNotice&) = delete;
  ~ServiceNotice();

  void ready() { send("READY=1"); }
  void stopping() { send("STOPPING=1"); }
  /// To be called all the time; says so twice in the time in which systemd expects it once (WATCHDOG_USEC).
  void alive();

 private:
  void send(std::string_view text) const;

  int descriptor_ = -1;
  std::chrono::microseconds interval_{0};  ///< 0: no watchdog
  std::chrono::steady_clock::time_point next_;
};

}  // namespace rtmpscope::app
