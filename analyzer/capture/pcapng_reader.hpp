// The pcapng file format (draft-ietf-opsawg-pcapng): a sequence of blocks.
#pragma once

#include <vector>

#include "capture/pcapng_time.hpp"
#include "capture/record_reader.hpp"

namespace rtmpscope::capture {

/// Reads Section Header, Interface Description, Enhanced, Simple and (obsolete) Packet Blocks, Interface
/// Statistics and Decryption Secrets; skips every other block. Sections may differ in byte order and
/// interfaces in link type.
///
/// Numbers agree with Wireshark: blocks that it shows as frames although they are no packets (systemd journal
/// entries, custom blocks) count. A Simple Packet Block has no time stamp and gets the time of the packet
/// before it. Options with lengths beyond their block are ignored.
class PcapngReader : public RecordReader {
 public:
  /// Whether `head` begins with a Section Header Block.
  [[nodiscard]] static bool recognises(Bytes head);

  explicit PcapngReader(SourceStatistics& statistics) : statistics_(statistics) {}

  WalkEnd walk(const std::uint8_t* begin, const std::uint8_t* end, PacketSlots& slots) override;
  [[nodiscard]] std::string_view format() const override { return "pcapng"; }

 private:
  /// An interface of the section that is being read.
  struct SectionInterface {
    TimeUnit unit;
    std::uint32_t snap_length = 0;
    std::uint16_t link_type = 0;
    std::uint16_t id = 0;                    ///< index in statistics_.interfaces
    std::uint64_t drops_before_packets = 0;  ///< sum of epb_dropcount
    std::optional<Timestamp> drops_told;     ///< second of the latest ones that packets told of
  };

  /// How reading a block without packet ended. The other members matter if it was not consumed.
  struct BlockEnd {
    bool consumed = true;
    Stop stop = Stop::corrupt;
    std::uint64_t bytes = 0;
    std::string text;
  };

  template <bool swapped>
  WalkEnd walk_blocks(const std::uint8_t* begin, const std::uint8_t* end, PacketSlots& slots);
  template <bool swapped>
  BlockEnd read_other_block(std::uint32_t type, const std::uint8_t* block, std::uint32_t length,
                            std::size_t available);
  template <bool swapped>
  std::string read_section_header(Bytes body);
  template <bool swapped>
  std::string read_interface(Bytes body);
  template <bool swapped>
  void read_statistics(Bytes body);
  template <bool swapped>
  void read_secrets(Bytes body);
  template <bool swapped>
  void read_packet_options(Bytes options, SectionInterface& interface, bool obsolete_block);
  void leave_out(const std::uint8_t* block, std::string text);
  void note_obsolete_drops(SectionInterface& interface, std::uint16_t drops);
  void note_packet_drops(SectionInterface& interface, std::uint64_t drops);
  void tell_drops(const SectionInterface& interface, Timestamp time);
  void note_comment(Bytes text, std::uint64_t packet_number);

  SourceStatistics& statistics_;
  std::vector<SectionInterface> interfaces_;
  std::size_t secrets_bytes_ = 0;
  std::uint64_t drops_at_ = 0;   ///< number of the packet behind which the latest drops were told …
  std::size_t drops_there_ = 0;  ///< … and how many were
  Timestamp last_time_ = 0;
  bool swapped_ = false;
};

}  // namespace rtmpscope::capture
