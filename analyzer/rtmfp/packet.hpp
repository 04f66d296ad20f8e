// RTMFP packets: from a datagram to its chunks (RFC 7016, sections 2.2 and 2.3; RFC 7425, section 4.6).
#pragma once

#include <optional>
#include <vector>

#include "base/aes_cbc.hpp"
#include "base/byte_reader.hpp"

namespace rtmpscope::rtmfp {

/// In front of the encrypted part: the scrambled session id.
inline constexpr std::size_t session_id_size = 4;
/// The scrambled id, and one block.
inline constexpr std::size_t smallest_datagram = session_id_size + AesCbcDecryptor::block_size;
/// The longest UDP payload.
inline constexpr std::size_t largest_datagram = 65535;

/// RFC 7016, section 2.2.2. `datagram` has at least smallest_datagram bytes.
[[nodiscard]] std::uint32_t session_id_of(Bytes datagram);

/// RFC 7425, section 4.6.3 (RFC 1071).
[[nodiscard]] std::uint16_t checksum(Bytes bytes);

/// Chunk types (RFC 7016, section 2.3, table there).
enum ChunkType : std::uint8_t {
  padding = 0x00,
  ping = 0x01,
  session_close = 0x0C,
  forwarded_hello = 0x0F,
  user_data = 0x10,
  next_user_data = 0x11,
  buffer_probe = 0x18,
  initiator_hello = 0x30,
  initiator_keying = 0x38,
  ping_reply = 0x41,
  session_close_acknowledgement = 0x4C,
  acknowledgement_bitmap = 0x50,
  acknowledgement_ranges = 0x51,
  flow_exception = 0x5E,
  responder_hello = 0x70,
  redirect = 0x71,
  responder_keying = 0x78,
  cookie_change = 0x79,
  packet_fragment = 0x7F,
  congestion_report = 0xEC,  ///< experimental: zenomt's rtmfp-cpp, ECN
  padding_ff = 0xFF,
};
[[nodiscard]] bool is_known_chunk(std::uint8_t type);

/// Bits 0x03 of a packet's flags.
enum class PacketMode : std::uint8_t { forbidden, initiator, responder, startup };

struct Chunk {
  std::uint8_t type = 0;
  Bytes payload;
  bool cut = false;  ///< the packet ends before it
};

/// A decrypted packet: flags, times and chunks.
class PacketReader {
 public:
  /// `plain` begins with the flags.
  explicit PacketReader(Bytes plain);

  /// Too short for its flags.
  [[nodiscard]] bool malformed() const { return reader_.failed(); }
  [[nodiscard]] PacketMode mode() const { return static_cast<PacketMode>(flags_ & 0x03); }
  [[nodiscard]] std::uint8_t flags() const { return flags_; }
  /// Of the sender's clock, in units of 4 ms.
  [[nodiscard]] std::optional<std::uint16_t> timestamp() const { return timestamp_; }

  /// The next chunk in front of the padding. After one that is cut there is none.
  [[nodiscard]] std::optional<Chunk> next();

 private:
  ByteReader reader_;
  std::uint8_t flags_;
  std::optional<std::uint16_t> timestamp_;
};

/// Whether `plain` can be a packet of that mode: reserved bits, and a first chunk of a known type that ends
/// within it. Of random bytes fewer than one in 10,000 pass.
[[nodiscard]] bool is_plausible(Bytes plain, PacketMode mode);

/// Packets under the startup key, which is public (RFC 7425, section 4.5). One thread at a time.
class StartupCipher {
 public:
  StartupCipher();

  /// The packet from its flags on, in a buffer of this object, valid until the next call. Nothing unless its
  /// checksum is right and its mode is startup: any other datagram is refused with the cost of one block.
  [[nodiscard]] std::optional<Bytes> open(Bytes datagram);

 private:
  AesCbcDecryptor cipher_;
  std::vector<std::uint8_t> plain_;
};

}  // namespace rtmpscope::rtmfp
