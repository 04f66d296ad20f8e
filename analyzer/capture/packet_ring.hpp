// Between the thread that captures and those that analyse: so that the latter may be slow for a while.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

#include "capture/packet.hpp"

namespace rtmpscope::capture {

/// A queue of packets of bounded size. One thread adds and one takes. Packets that do not fit are dropped and
/// counted by interface; those that are in it stay.
class PacketRing {
 public:
  /// `bytes`: how much it holds. `batch_packets`: packets in one batch at most.
  PacketRing(std::size_t bytes, std::size_t batch_packets);

  /// The right to add. While it lives, the other thread waits.
  class Filling {
   public:
    explicit Filling(PacketRing& ring) : ring_(ring), lock_(ring.mutex_) {}
    /// Copies the packet.
    void add(const Packet& packet) { ring_.add(packet); }

   private:
    PacketRing& ring_;
    std::lock_guard<std::mutex> lock_;
  };

  /// Wakes who waits. To be called after packets were added; nothing is to be filling.
  void announce() { changed_.notify_one(); }
  /// Nothing comes any more.
  void close();

  /// Exchanges `batch`, which is empty, for the oldest one, and waits for it `patience` at most. Returns
  /// false when it is closed and nothing is left. The packets' numbers are not set.
  bool take(PacketBatch& batch, std::chrono::milliseconds patience);

  /// Packets dropped so far, by interface id.
  [[nodiscard]] std::vector<std::uint64_t> drops() const;
  /// Of the packets in it.
  [[nodiscard]] std::size_t bytes() const;

 private:
  void add(const Packet& packet);

  std::size_t most_bytes_;
  std::size_t batch_packets_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<PacketBatch> batches_;  ///< all but the last are full
  std::vector<PacketBatch> spare_;   ///< for their memory
  std::size_t bytes_ = 0;            ///< of the packets in `batches_`, with their descriptors
  std::vector<std::uint64_t> drops_;
  bool closed_ = false;
};

}  // namespace rtmpscope::capture
