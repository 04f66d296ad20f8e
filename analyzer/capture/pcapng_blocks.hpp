// Blocks of pcapng files (draft-ietf-opsawg-pcapng), for files that are written while they are captured.
#pragma once

#include <string>
#include <vector>

#include "capture/source.hpp"

namespace rtmpscope::capture {

/// The beginning of a file: section header and interfaces, times in nanoseconds. `comment` may be empty.
void append_pcapng_header(std::vector<std::uint8_t>& to, const std::vector<Interface>& interfaces,
                          const std::string& comment = {});

/// Bytes of the block of a packet.
[[nodiscard]] std::size_t pcapng_size(const Packet& packet);
void append_pcapng_packet(std::vector<std::uint8_t>& to, const Packet& packet,
                          const std::vector<std::string>& comments = {});

/// A key log of TLS, for the packets behind it.
void append_pcapng_secrets(std::vector<std::uint8_t>& to, const std::string& key_log);

/// What has been dropped so far.
inline constexpr std::size_t pcapng_statistics_size = 64;
void append_pcapng_statistics(std::vector<std::uint8_t>& to, std::uint16_t interface_id, Timestamp time,
                              std::uint64_t interface_drops, std::uint64_t kernel_drops);

}  // namespace rtmpscope::capture
