// The latest packets, by connection.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "capture/packet.hpp"
#include "net/flow_key.hpp"

namespace rtmpscope::evidence {

/// A copy of a packet.
struct KeptPacket {
  capture::Packet packet;  ///< its `data` is `bytes`
  std::unique_ptr<std::uint8_t[]> bytes;

  explicit KeptPacket(const capture::Packet& from);
  [[nodiscard]] std::size_t size() const { return sizeof *this + packet.captured_length; }
};

/// Bounded by `most_bytes`: the oldest packets go, of whatever connection they are. Of a connection of which
/// keep_beginning() was called its first packets stay until forget(), as long as these are no more than half
/// of all.
class PacketKeeper {
 public:
  /// A handshake and the commands that begin a stream.
  static constexpr std::size_t beginning_bytes = std::size_t{24} << 10;

  explicit PacketKeeper(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  void add(const net::FlowKey& key, const capture::Packet& packet);
  [[nodiscard]] bool knows(const net::FlowKey& key) const { return connections_.contains(key); }
  void keep_beginning(const net::FlowKey& key);
  /// All that is kept of it goes.
  void forget(const net::FlowKey& key);
  /// What is kept of it, in order.
  void for_each(const net::FlowKey& key, const std::function<void(const capture::Packet&)>& call) const;

  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct Connection {
    std::uint64_t serial = 0;
    std::vector<KeptPacket> beginning;
    std::deque<KeptPacket> latest;
    std::size_t beginning_bytes = 0;
    bool begins = false;  ///< packets go to the beginning for now
    bool known = false;   ///< keep_beginning() was called
  };
  struct Hash {
    std::size_t operator()(const net::FlowKey& key) const { return net::hash_of(key).flow; }
  };

  void drop_oldest();
  void clean_order();
  [[nodiscard]] bool fits_beginning(const Connection& connection, std::size_t size) const;
  void add_to_beginning(Connection& connection, KeptPacket packet);

  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::size_t beginnings_bytes_ = 0;
  static constexpr std::size_t first_clean_at = 4096;
  std::size_t clean_at_ = first_clean_at;  ///< so many places, then those without a packet go
  std::uint64_t last_serial_ = 0;
  std::unordered_map<net::FlowKey, Connection, Hash> connections_;
  std::unordered_map<std::uint64_t, net::FlowKey> keys_;  ///< by serial
  std::deque<std::uint64_t> order_;  ///< serials of connections, one for each of their latest packets
};

}  // namespace rtmpscope::evidence
