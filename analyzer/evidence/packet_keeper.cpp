#include "evidence/packet_keeper.hpp"

#include <algorithm>
#include <utility>

namespace rtmpscope::evidence {

KeptPacket::KeptPacket(const capture::Packet& from)
    : packet(from), bytes(new std::uint8_t[from.captured_length]) {
  std::copy_n(from.data, from.captured_length, bytes.get());
  packet.data = bytes.get();
}

bool PacketKeeper::fits_beginning(const Connection& connection, std::size_t size) const {
  return connection.beginning_bytes + size <= beginning_bytes && beginnings_bytes_ + size <= most_bytes_ / 2;
}

void PacketKeeper::add_to_beginning(Connection& connection, KeptPacket packet) {
  connection.beginning_bytes += packet.size();
  beginnings_bytes_ += packet.size();
  connection.beginning.push_back(std::move(packet));
}

void PacketKeeper::add(const net::FlowKey& key, const capture::Packet& packet) {
  Connection& connection = connections_[key];
  if (connection.serial == 0) {
    connection.serial = ++last_serial_;
    keys_.emplace(connection.serial, key);
  }
  KeptPacket kept(packet);
  bytes_ += kept.size();
  connection.begins = connection.begins && fits_beginning(connection, kept.size());
  if (connection.begins) {
    add_to_beginning(connection, std::move(kept));
  } else {
    connection.latest.push_back(std::move(kept));
    order_.push_back(connection.serial);
  }
  while (bytes_ > most_bytes_ && !order_.empty()) drop_oldest();
  clean_order();
}

/// Of connections that were forgotten nothing stays.
void PacketKeeper::clean_order() {
  if (order_.size() < clean_at_) return;
  std::erase_if(order_, [this](std::uint64_t serial) { return !keys_.contains(serial); });
  clean_at_ = 2 * order_.size() + first_clean_at;
}

/// The place of a packet that is not there any more is passed over.
void PacketKeeper::drop_oldest() {
  const auto key = keys_.find(order_.front());
  order_.pop_front();
  if (key == keys_.end()) return;
  const auto found = connections_.find(key->second);
  Connection& connection = found->second;
  if (connection.latest.empty()) return;
  bytes_ -= connection.latest.front().size();
  connection.latest.pop_front();
  if (!connection.latest.empty() || connection.known) return;
  connections_.erase(found);
  keys_.erase(key);
}

void PacketKeeper::keep_beginning(const net::FlowKey& key) {
  const auto found = connections_.find(key);
  if (found == connections_.end() || found->second.known) return;
  Connection& connection = found->second;
  connection.known = true;
  while (!connection.latest.empty() && fits_beginning(connection, connection.latest.front().size())) {
    add_to_beginning(connection, std::move(connection.latest.front()));
    connection.latest.pop_front();
  }
  connection.begins = connection.latest.empty();
}

void PacketKeeper::forget(const net::FlowKey& key) {
  const auto found = connections_.find(key);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  for (const KeptPacket& packet : connection.latest) bytes_ -= packet.size();
  bytes_ -= connection.beginning_bytes;
  beginnings_bytes_ -= connection.beginning_bytes;
  keys_.erase(connection.serial);
  connections_.erase(found);
}

void PacketKeeper::for_each(const net::FlowKey& key,
                            const std::function<void(const capture::Packet&)>& call) const {
  const auto found = connections_.find(key);
  if (found == connections_.end()) return;
  for (const KeptPacket& kept : found->second.beginning) call(kept.packet);
  for (const KeptPacket& kept : found->second.latest) call(kept.packet);
}

}  // namespace rtmpscope::evidence
