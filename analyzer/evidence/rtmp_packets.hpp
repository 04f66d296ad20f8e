// The packets of connections of the RTMP family, out of all packets.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "evidence/connection_key.hpp"
#include "evidence/packet_keeper.hpp"

namespace rtmpscope::evidence {

/// What a connection is shows after some packets. Those from before are kept until then, in bounded memory,
/// and are passed on with the window in which it shows. Packets of a window are passed on in order.
class RtmpPackets {
 public:
  /// Packets of connections of which nothing is known yet.
  static constexpr std::size_t memory_bytes = std::size_t{32} << 20;

  explicit RtmpPackets(std::function<void(const capture::Packet&)> pass_on) : pass_on_(std::move(pass_on)) {}

  /// The packet is used until end_window(). `begins`: it is a SYN.
  void add(const net::FlowKey& key, const capture::Packet& packet, bool begins);
  void on_news(const ConnectionNews& news);
  void end_window();

 private:
  struct Connection {
    std::optional<Timestamp> closed_at{};
  };
  struct Closed {
    Timestamp at;
    net::FlowKey key;
  };

  void forget_closed();

  std::function<void(const capture::Packet&)> pass_on_;
  PacketKeeper keeper_{memory_bytes};
  std::unordered_map<net::FlowKey, Connection, KeyHash> connections_;  ///< of the RTMP family
  std::deque<Closed> closed_;
  std::vector<capture::Packet> window_;  ///< to be passed on
  std::vector<net::FlowKey> shown_;      ///< connections whose kept packets are in `window_`
  Timestamp now_ = 0;
};

}  // namespace rtmpscope::evidence
