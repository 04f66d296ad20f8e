// Inner events as public ones.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "rtmp/session/events.hpp"
#include "rtmpscope/observer.hpp"

namespace rtmpscope::api {

[[nodiscard]] constexpr Direction to_inner(v1::Direction direction) {
  return direction == v1::Direction::to_server ? Direction::to_server : Direction::to_client;
}

/// A message for users of the library. Views into `message`, `facts` and `stream_name`; `packet` completed
/// it.
[[nodiscard]] v1::Message public_message(const rtmp::Message& message, const rtmp::MessageFacts& facts,
                                         PacketRef packet, Direction direction, std::string_view stream_name);

/// Takes the events of one shard and calls the observer that was set last. Several of them share `opened`,
/// which counts connections.
class PublicEvents final : public rtmp::EventSink {
 public:
  explicit PublicEvents(std::uint32_t& opened) : opened_(opened) {}

  /// Before the first event, and valid until the last one or the next call.
  void set_observer(v1::Observer& observer) { observer_ = &observer; }
  void on_event(const rtmp::Event& event) override;

 private:
  void on_open(const rtmp::ConnectionOpenEvent& event);
  void on_message(const v1::Connection& connection, const rtmp::MessageEvent& event);
  void on_finding(const v1::Connection& connection, const rtmp::FindingEvent& event);
  void on_gap(const v1::Connection& connection, const rtmp::GapEvent& event);
  void on_close(const v1::Connection& connection, const rtmp::ConnectionCloseEvent& event);

  std::uint32_t& opened_;
  v1::Observer* observer_ = nullptr;
  std::unordered_map<std::uint32_t, v1::Connection> connections_;  ///< open ones, by number within the shard
};

}  // namespace rtmpscope::api
