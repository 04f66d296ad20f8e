#include "rtmfp/packet_cipher.hpp"

#include <algorithm>

#include "rtmfp/wire.hpp"

namespace rtmpscope::rtmfp {

PacketCipher::PacketCipher(const DirectionKeys& keys, const PacketFormat& format)
    : cipher_(keys.aes), format_(format) {
  if (keys.hmac && format.hmac_length != 0) hmac_.emplace(*keys.hmac);
}

bool PacketCipher::verifies(Bytes datagram, Bytes encrypted) const {
  const Sha256Digest digest = (*hmac_)(encrypted);
  const Bytes sent = datagram.last(format_.hmac_length);
  return std::equal(sent.begin(), sent.end(), digest.begin());
}

std::optional<Bytes> PacketCipher::open(Bytes datagram, PacketMode mode, bool cut) {
  if (datagram.size() > largest_datagram) return std::nullopt;
  const std::size_t behind = cut ? 0 : format_.hmac_length;
  if (datagram.size() < smallest_datagram + behind) return std::nullopt;
  Bytes encrypted = datagram.subspan(session_id_size, datagram.size() - session_id_size - behind);
  const std::size_t rest = encrypted.size() % AesCbcDecryptor::block_size;
  if (rest != 0 && !cut) return std::nullopt;
  encrypted = encrypted.first(encrypted.size() - rest);
  if (!cut && hmac_ && !verifies(datagram, encrypted)) return std::nullopt;
  plain_.resize(encrypted.size());
  cipher_(encrypted, plain_);
  ByteReader reader(plain_);
  if (format_.sequence_numbers) {
    sequence_number_ = read_vlu(reader);
    if (!sequence_number_) return std::nullopt;
  }
  bool checked = !cut && hmac_.has_value();
  if (format_.hmac_length == 0) {
    const std::uint16_t expected = reader.u16();
    if (!cut && (reader.failed() || checksum(reader.rest()) != expected)) return std::nullopt;
    checked = !cut;
  }
  const Bytes packet = reader.rest();
  if (PacketReader(packet).mode() != mode || (!checked && !is_plausible(packet, mode))) return std::nullopt;
  return packet;
}

}  // namespace rtmpscope::rtmfp
