// Packets as a capture file or an interface hands them over.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.hpp"

namespace rtmpscope::capture {

/// One captured packet.
struct Packet {
  const std::uint8_t* data = nullptr;  ///< link-layer header first; see PacketBatch for its lifetime
  std::uint32_t captured_length = 0;
  std::uint32_t wire_length = 0;  ///< at least captured_length
  Timestamp time = 0;
  std::uint64_t number = 0;        ///< 1-based over the whole input
  std::uint16_t link_type = 0;     ///< DLT_… value as libpcap has it for savefiles (LINKTYPE_…)
  std::uint16_t interface_id = 0;  ///< pcapng interface, counted over all inputs; 0 for pcap

  [[nodiscard]] Bytes bytes() const { return {data, captured_length}; }
  [[nodiscard]] PacketRef ref() const { return {number, time}; }
};

/// The packets of a batch. Shrinking and growing again costs nothing, whatever the sizes: slots stay as they
/// are, and those that `resize` brings back hold what they held.
class PacketList {
 public:
  void resize(std::size_t size) {
    if (slots_.size() < size) slots_.resize(size);
    size_ = size;
  }
  void clear() { size_ = 0; }
  Packet& add() {
    resize(size_ + 1);
    return slots_[size_ - 1] = {};
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] Packet* data() { return slots_.data(); }
  [[nodiscard]] Packet* begin() { return slots_.data(); }
  [[nodiscard]] Packet* end() { return slots_.data() + size_; }
  [[nodiscard]] const Packet* begin() const { return slots_.data(); }
  [[nodiscard]] const Packet* end() const { return slots_.data() + size_; }
  [[nodiscard]] Packet& operator[](std::size_t index) { return slots_[index]; }
  [[nodiscard]] const Packet& operator[](std::size_t index) const { return slots_[index]; }
  [[nodiscard]] const Packet& front() const { return slots_.front(); }

 private:
  std::vector<Packet> slots_;
  std::size_t size_ = 0;
};

/// A run of packets in capture order. `data` of its packets points into `blocks` or `storage` (or, for a
/// capture in memory, into that memory); both live until the batch is filled again or destroyed. Any number
/// of batches may be alive at the same time. A batch may be moved (the vectors keep their memory), not
/// copied.
struct PacketBatch {
  PacketList packets;
  std::vector<std::shared_ptr<const void>> blocks;  ///< what files were read into; batches share them
  std::vector<std::uint8_t> storage;                ///< copies of packets that libpcap handed over
  /// Live capture, in a batch without packets: the time that it has become meanwhile. All that was captured
  /// before has been handed over. Files have no clock but their packets.
  std::optional<Timestamp> clock;

  PacketBatch() = default;
  PacketBatch(PacketBatch&&) noexcept = default;
  PacketBatch& operator=(PacketBatch&&) noexcept = default;
  PacketBatch(const PacketBatch&) = delete;
  PacketBatch& operator=(const PacketBatch&) = delete;
  ~PacketBatch() = default;

  /// Empties it, and lets go of the packets' memory.
  void clear() {
    packets.clear();
    blocks.clear();
    storage.clear();
    clock.reset();
  }
};

}  // namespace rtmpscope::capture
