#include "app/signals.hpp"

#include <atomic>
#include <csignal>

namespace rtmpscope::app {
namespace {

// A signal handler can reach nothing else.
std::atomic<capture::PacketSource*> live_source{nullptr};
std::atomic<bool> reopen_requested{false};

extern "C" void stop_capture(int) {
  if (capture::PacketSource* source = live_source.load(); source != nullptr) source->request_stop();
}

extern "C" void request_reopen(int) {
  reopen_requested.store(true);
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigaction(signal, &action, nullptr);
}

}  // namespace

LiveSignals::LiveSignals(capture::PacketSource& source) {
  live_source = &source;
  handle(SIGINT, stop_capture);
  handle(SIGTERM, stop_capture);
  handle(SIGHUP, request_reopen);
}

LiveSignals::~LiveSignals() {
  live_source = nullptr;
}

bool take_reopen_request() {
  return reopen_requested.exchange(false);
}

}  // namespace rtmpscope::app
