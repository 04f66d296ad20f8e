// The pcap file format (draft-ietf-opsawg-pcap): a header of 24 bytes, then records of 16 bytes and the
// packet.
#pragma once

#include "capture/record_reader.hpp"

namespace rtmpscope::capture {

/// Reads both byte orders, microseconds, nanoseconds and Kuznetzov's modification (records of 24 bytes).
class PcapReader : public RecordReader {
 public:
  /// Whether `head` begins with one of the magic numbers.
  [[nodiscard]] static bool recognises(Bytes head);

  /// `header` is the whole file header: file_header_length bytes that recognises() accepts.
  PcapReader(Bytes header, SourceStatistics& statistics);

  WalkEnd walk(const std::uint8_t* begin, const std::uint8_t* end, PacketSlots& slots) override;
  [[nodiscard]] std::string_view format() const override;

 private:
  template <bool swapped, std::size_t header_length>
  WalkEnd walk_records(const std::uint8_t* begin, const std::uint8_t* end, PacketSlots& slots);

  bool swapped_ = false;
  bool nanoseconds_ = false;
  bool kuznetzov_ = false;
  bool lengths_may_be_swapped_ = false;
  std::uint16_t link_type_ = 0;
};

}  // namespace rtmpscope::capture
