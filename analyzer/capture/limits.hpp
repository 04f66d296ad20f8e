// Limits of the packet sources. They bound memory whatever the bytes of a file say.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rtmpscope::capture {

/// Captured bytes of one packet. Real captures stay far below (the largest IP packet has 64 KiB, a snap
/// length is 256 KiB); a larger length field is damage, and the source ends with a Fault.
inline constexpr std::uint32_t max_captured_length = 16U << 20U;

/// A batch of packets from a file ends after this many bytes. A few batches with their descriptors are at
/// work at once, and are to fit into the cache that a processor core has for itself, where they are read:
/// four times as many bytes made the whole run slower by a half, while it is the same for files that are
/// mapped (tests/bench). A longer packet is a batch of its own.
inline constexpr std::size_t max_batch_bytes = std::size_t{512} << 10;

/// One pcapng block that holds a packet: the packet and generous room for its options. Beyond: a Fault.
inline constexpr std::uint32_t max_packet_block = max_captured_length + (1U << 20U);

/// One pcapng section header or interface description. Beyond: a Fault.
inline constexpr std::uint32_t max_description_block = 1U << 20U;

/// pcapng interfaces of one source, so that an id fits Packet::interface_id. Beyond: a Fault.
inline constexpr std::size_t max_interfaces = 65535;

/// Bytes kept of an interface's name, description or filter; the rest is cut off.
inline constexpr std::size_t max_interface_text = 256;

/// Comments kept, and bytes kept of each. All are counted.
inline constexpr std::size_t max_comments = 256;
inline constexpr std::size_t max_comment_bytes = 4096;

/// Bytes of decryption secrets kept, over all blocks; a block that does not fit is dropped and counted.
inline constexpr std::size_t max_secrets_bytes = 16U << 20U;

/// Decryption secrets blocks kept; further ones are dropped and counted. Bounds what empty blocks can cost.
inline constexpr std::size_t max_secrets_blocks = 4096;

/// Drops (SourceStatistics::drops) that are noted between two packets of a pcapng file.
inline constexpr std::size_t max_drops_between_packets = 16;

/// Notes kept in SourceStatistics; further ones are dropped.
inline constexpr std::size_t max_notes = 64;

}  // namespace rtmpscope::capture
