#include "capture/packet_ring.hpp"

#include <algorithm>

#include "capture/limits.hpp"

namespace rtmpscope::capture {
namespace {

/// What a burst has taken goes back to the system.
constexpr std::size_t most_spare = 4;

std::size_t size_of(const Packet& packet) {
  return packet.captured_length + sizeof(Packet);
}

}  // namespace

PacketRing::PacketRing(std::size_t bytes, std::size_t batch_packets)
    : most_bytes_(bytes), batch_packets_(std::max<std::size_t>(batch_packets, 1)) {}

void PacketRing::add(const Packet& packet) {
  if (bytes_ + size_of(packet) > most_bytes_) {
    if (drops_.size() <= packet.interface_id) drops_.resize(packet.interface_id + 1U);
    ++drops_[packet.interface_id];
    return;
  }
  if (batches_.empty() || batches_.back().packets.size() >= batch_packets_ ||
      batches_.back().storage.size() >= max_batch_bytes) {
    if (spare_.empty()) spare_.emplace_back();
    batches_.push_back(std::move(spare_.back()));
    spare_.pop_back();
  }
  PacketBatch& batch = batches_.back();
  batch.packets.add() = packet;
  batch.storage.insert(batch.storage.end(), packet.data, packet.data + packet.captured_length);
  bytes_ += size_of(packet);
}

void PacketRing::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  announce();
}

bool PacketRing::take(PacketBatch& batch, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [this] { return !batches_.empty() || closed_; });
  if (batches_.empty()) return !closed_;
  std::swap(batch, batches_.front());
  if (spare_.size() < most_spare) spare_.push_back(std::move(batches_.front()));
  batches_.pop_front();
  bytes_ -= batch.storage.size() + batch.packets.size() * sizeof(Packet);
  lock.unlock();
  // Only now: the storage moved while it grew.
  const std::uint8_t* data = batch.storage.data();
  for (Packet& packet : batch.packets) {
    packet.data = data;
    data += packet.captured_length;
  }
  return true;
}

std::vector<std::uint64_t> PacketRing::drops() const {
  const std::lock_guard lock(mutex_);
  return drops_;
}

std::size_t PacketRing::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace rtmpscope::capture
