// A TCP segment as the packet decoder hands it to the shards.
#pragma once

#include <optional>

#include "base/tcp_facts.hpp"
#include "net/flow_key.hpp"

namespace rtmpscope::net {

/// Bits of TcpSegment::flags, as in the header (RFC 9293, section 3.1).
namespace tcp_flag {
inline constexpr std::uint8_t fin = 0x01;
inline constexpr std::uint8_t syn = 0x02;
inline constexpr std::uint8_t rst = 0x04;
inline constexpr std::uint8_t psh = 0x08;
inline constexpr std::uint8_t ack = 0x10;
inline constexpr std::uint8_t urg = 0x20;
/// No bit of the header: an ICMP error quotes the segment. See TcpSegment::icmp_error.
inline constexpr std::uint8_t quoted = 0x40;
}  // namespace tcp_flag

struct TcpSegment {
  FlowKey key;
  PacketRef packet;
  /// Points into the packet, or into the decoder's buffers if the datagram came in fragments.
  const std::uint8_t* payload = nullptr;
  std::uint32_t payload_length = 0;  ///< captured bytes
  std::uint32_t wire_length = 0;  ///< bytes on the wire; more than payload_length if the capture cut them off
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgement = 0;  ///< meaningful with tcp_flag::ack
  std::uint32_t hash = 0;             ///< of `key`
  std::uint32_t host_pair_hash = 0;   ///< of the addresses; what belongs to one host pair goes to one shard
  std::uint16_t window = 0;           ///< as sent, unscaled
  std::uint8_t flags = 0;
  bool from_low = false;           ///< the sender is the key's low endpoint
  std::uint8_t header_length = 0;  ///< captured bytes of the TCP header, in front of `payload`; 0: not there
  std::uint8_t hop_limit = 0;      ///< of the innermost IP header: time to live, or hop limit

  [[nodiscard]] bool has(std::uint8_t flag) const { return (flags & flag) != 0; }
  [[nodiscard]] bool begins_connection() const {
    return has(tcp_flag::syn) && !has(tcp_flag::ack | tcp_flag::quoted);
  }
  /// The timestamps option (RFC 7323, section 3.2). Nothing where there is none, or the capture has cut it.
  struct Clocks {
    std::uint32_t sender = 0;  ///< TSval
    std::uint32_t echo = 0;    ///< TSecr
  };
  [[nodiscard]] std::optional<Clocks> timestamps() const;
  [[nodiscard]] std::optional<std::uint32_t> sender_clock() const {
    const auto clocks = timestamps();
    return clocks ? std::optional(clocks->sender) : std::nullopt;
  }
  /// With tcp_flag::quoted: what the error says. Key, direction and sequence number are those of the quoted
  /// segment; `payload` is the reporter's address, `window` type and code, `acknowledgement` the MTU.
  [[nodiscard]] IcmpFacts icmp_error() const;
  /// Of a SYN. `seen` is false where the capture has cut its options.
  [[nodiscard]] SynOptions syn_options() const;
};
static_assert(sizeof(TcpSegment) <= 96 && std::is_trivially_copyable_v<TcpSegment>);

}  // namespace rtmpscope::net
