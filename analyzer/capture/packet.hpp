// Packets as a capture file or an interface hands them over.
#pragma once

#include <memory>
#include <vector>

#include "base/bytes.hpp"

namespace rtmpscope::capture {

/// One captured packet.
struct Packet {
  const std::uint8_t* data = nullptr;  ///< link-layer header first; see PacketBatch for its lifetime
  std::uint32_t captured_length = 0;
  std::uint32_t wire_length = 0;       ///< at least captured_length
  Timestamp time = 0;
  std::uint64_t number = 0;            ///< 1-based over the whole input
  std::uint16_t link_type = 0;         ///< DLT_… value as libpcap has it for savefiles (LINKTYPE_…)
  std::uint16_t interface_id = 0;      ///< pcapng interface, counted over all inputs; 0 for pcap

  [[nodiscard]] Bytes bytes() const { return {data, captured_length}; }
  [[nodiscard]] PacketRef ref() const { return {number, time}; }
};

/// A run of packets in capture order. `data` of its packets points into `blocks` or `storage` (or, for a capture in
/// memory, into that memory); both live until the batch is filled again or destroyed. Any number of batches may be
/// alive at the same time. A batch may be moved (the vectors keep their memory), not copied.
struct PacketBatch {
  std::vector<Packet> packets;
  std::vector<std::shared_ptr<const void>> blocks;  ///< what files were read into; batches share them
  std::vector<std::uint8_t> storage;                ///< copies of packets that libpcap handed over

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
  }
};

}  // namespace rtmpscope::capture
