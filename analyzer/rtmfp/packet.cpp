#include "rtmfp/packet.hpp"

#include <array>

namespace rtmpscope::rtmfp {
namespace {

constexpr std::size_t checksum_size = 2;
constexpr std::uint8_t reserved_flags = 0x30;
constexpr std::uint8_t has_timestamp = 0x08;
constexpr std::uint8_t has_timestamp_echo = 0x04;

}  // namespace

std::uint32_t session_id_of(Bytes datagram) {
  const std::uint8_t* p = datagram.data();
  return load_be32(p) ^ load_be32(p + 4) ^ load_be32(p + 8);
}

std::uint16_t checksum(Bytes bytes) {
  std::uint64_t sum = 0;
  std::size_t at = 0;
  for (; at + 1 < bytes.size(); at += 2) sum += load_be16(bytes.data() + at);
  if (at < bytes.size()) sum += std::uint64_t{bytes[at]} << 8;
  while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

bool is_known_chunk(std::uint8_t type) {
  switch (type) {
    case ping:
    case session_close:
    case forwarded_hello:
    case user_data:
    case next_user_data:
    case buffer_probe:
    case initiator_hello:
    case initiator_keying:
    case ping_reply:
    case session_close_acknowledgement:
    case acknowledgement_bitmap:
    case acknowledgement_ranges:
    case flow_exception:
    case responder_hello:
    case redirect:
    case responder_keying:
    case cookie_change:
    case packet_fragment:
    case congestion_report: return true;
    default: return false;
  }
}

PacketReader::PacketReader(Bytes plain) : reader_(plain), flags_(reader_.u8()) {
  if ((flags_ & has_timestamp) != 0) timestamp_ = reader_.u16();
  if ((flags_ & has_timestamp_echo) != 0) (void)reader_.u16();
}

std::optional<Chunk> PacketReader::next() {
  if (reader_.at_end() || reader_.peek() == padding || reader_.peek() == padding_ff) return std::nullopt;
  Chunk chunk;
  chunk.type = reader_.u8();
  const std::uint16_t length = reader_.u16();
  chunk.payload = reader_.take(length);
  chunk.cut = reader_.failed();
  return chunk;
}

bool is_plausible(Bytes plain, PacketMode mode) {
  PacketReader packet(plain);
  if (packet.malformed() || packet.mode() != mode || (packet.flags() & reserved_flags) != 0) return false;
  const auto first = packet.next();
  return first && !first->cut && is_known_chunk(first->type);
}

StartupCipher::StartupCipher() : cipher_(as_bytes("Adobe Systems 02")) {}

std::optional<Bytes> StartupCipher::open(Bytes datagram) {
  if (datagram.size() < smallest_datagram || datagram.size() > largest_datagram ||
      datagram.size() % AesCbcDecryptor::block_size != session_id_size)
    return std::nullopt;
  const Bytes encrypted = datagram.subspan(session_id_size);
  std::array<std::uint8_t, AesCbcDecryptor::block_size> first;
  cipher_(encrypted.first(first.size()), first);
  const std::uint8_t flags = first[checksum_size];
  if (static_cast<PacketMode>(flags & 0x03) != PacketMode::startup || (flags & reserved_flags) != 0)
    return std::nullopt;
  std::size_t at = checksum_size + 1;
  at += (flags & has_timestamp) != 0 ? 2U : 0U;
  at += (flags & has_timestamp_echo) != 0 ? 2U : 0U;
  const std::size_t end = at + 3 + load_be16(first.data() + at + 1);
  if (!is_known_chunk(first[at]) || end > encrypted.size()) return std::nullopt;
  plain_.resize(encrypted.size());
  cipher_(encrypted, plain_);
  const Bytes packet = Bytes(plain_).subspan(checksum_size);
  if (checksum(packet) != load_be16(plain_.data())) return std::nullopt;
  return packet;
}

}  // namespace rtmpscope::rtmfp
