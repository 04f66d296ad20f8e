#include "metrics/figures.hpp"

#include <algorithm>

namespace rtmpscope::metrics {
namespace {

void add_all(auto& to, const auto& from) {
  if constexpr (requires { to.begin()->begin(); }) {
    for (std::size_t i = 0; i < to.size(); ++i) add_all(to[i], from[i]);
  } else if constexpr (requires { to[0].counts(); }) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i].add(from[i]);
  } else {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
  }
}

}  // namespace

std::size_t command_index(std::string_view name) {
  const auto* const end = command_labels.end() - 1;
  return static_cast<std::size_t>(std::find(command_labels.begin(), end, name) - command_labels.begin());
}

void Figures::add(const Figures& other) {
  add_all(connections, other.connections);
  add_all(streams, other.streams);
  add_all(opened, other.opened);
  add_all(closed, other.closed);
  messages += other.messages;
  add_all(media_bytes, other.media_bytes);
  add_all(media_messages, other.media_messages);
  add_all(key_frames, other.key_frames);
  add_all(commands, other.commands);
  add_all(response_times, other.response_times);
  handshakes.add(other.handshakes);
  add_all(key_intervals, other.key_intervals);
  add_all(leads, other.leads);
  add_all(resent_bytes, other.resent_bytes);
  add_all(zero_window_ms, other.zero_window_ms);
  add_all(missing_bytes, other.missing_bytes);
  add_all(findings, other.findings);
}

}  // namespace rtmpscope::metrics
