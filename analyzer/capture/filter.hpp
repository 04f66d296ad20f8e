// pcap-filter(7) expressions for packets from files.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "capture/source.hpp"

namespace rtmpscope::capture {

/// One expression, compiled for each link type when its first packet comes.
class PacketFilter {
 public:
  /// Compiles for the link types of `interfaces` (none: Ethernet) and fails (usage) with libpcap's reason if
  /// it compiles for none of them.
  [[nodiscard]] static Expected<std::unique_ptr<PacketFilter>> compile(
      const std::string& expression, const std::vector<Interface>& interfaces);
  PacketFilter(const PacketFilter&) = delete;
  PacketFilter& operator=(const PacketFilter&) = delete;
  ~PacketFilter();

  /// Moves the packets that pass to the front, in order, and returns the end of them. Link types for which
  /// the expression does not compile let nothing pass and leave a line in `notes`.
  Packet* apply(Packet* begin, Packet* end, std::vector<std::string>& notes);

 private:
  struct Program;
  explicit PacketFilter(std::string expression);
  Program& program_for(std::uint16_t link_type);

  std::string expression_;
  std::unordered_map<std::uint16_t, std::unique_ptr<Program>> programs_;
};

}  // namespace rtmpscope::capture
