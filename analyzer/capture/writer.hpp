// Writes pcap files (draft-ietf-opsawg-pcap), for tests and tools.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "capture/packet.hpp"

namespace rtmpscope::capture {

struct PcapFormat {
  std::uint16_t link_type = 1;  ///< LINKTYPE_… value; 1: Ethernet
  bool nanoseconds = false;     ///< else microseconds; time stamps are rounded down
  bool big_endian = false;
  std::uint32_t snap_length = 262144;
};

/// The file header of 24 bytes.
void append_pcap_header(std::vector<std::uint8_t>& to, const PcapFormat& format);

/// The record of one packet. Times before 1970 become 0, the seconds are modulo 2^32.
void append_pcap_record(std::vector<std::uint8_t>& to, const PcapFormat& format, const Packet& packet);

/// A pcap file that is being written. The packets' link types are ignored: a pcap file has one.
class PcapWriter {
 public:
  /// Creates or truncates `path`; "-" is standard output. Errors: write_output.
  [[nodiscard]] static Expected<PcapWriter> create(const std::string& path, const PcapFormat& format = {});
  PcapWriter(PcapWriter&&) noexcept;
  PcapWriter& operator=(PcapWriter&&) noexcept;
  ~PcapWriter();

  /// Buffered; an error may show up in a later call or in close().
  [[nodiscard]] Expected<void> write(const Packet& packet);

  /// Writes what is buffered. Without close() the end of the file may be missing, and nobody learns of
  /// errors.
  [[nodiscard]] Expected<void> close();

 private:
  struct File;
  explicit PcapWriter(std::unique_ptr<File> file);
  std::unique_ptr<File> file_;
};

}  // namespace rtmpscope::capture
