// RTMFP packets as a sender makes them, for tests.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <vector>

#include "net/udp_datagram.hpp"
#include "rtmfp/keying.hpp"
#include "rtmfp/packet.hpp"
#include "rtmfp/path.hpp"
#include "support/bytes.hpp"

namespace rtmpscope::rtmfp::test {

using Buffer = std::vector<std::uint8_t>;
using rtmpscope::test::bytes_of;
using rtmpscope::test::concat;
using rtmpscope::test::hex;

inline Buffer be16(std::size_t value) {
  return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}
inline Buffer be32(std::uint32_t value) {
  return concat(be16(value >> 16), be16(value & 0xFFFF));
}
/// Below 128.
inline Buffer counted(const Buffer& bytes) {
  return concat(Buffer{static_cast<std::uint8_t>(bytes.size())}, bytes);
}
inline Buffer chunk(std::uint8_t type, const Buffer& payload) {
  return concat(Buffer{type}, be16(payload.size()), payload);
}

/// AES-128-CBC, with an IV of zeros.
inline Buffer encrypt(Bytes key, Buffer plain) {
  const std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> state(EVP_CIPHER_CTX_new(),
                                                                         EVP_CIPHER_CTX_free);
  const Buffer zeros(16);
  EVP_EncryptInit_ex(state.get(), EVP_aes_128_cbc(), nullptr, key.data(), zeros.data());
  EVP_CIPHER_CTX_set_padding(state.get(), 0);
  Buffer encrypted(plain.size() + 16);
  int length = 0;
  EVP_EncryptUpdate(state.get(), encrypted.data(), &length, plain.data(), static_cast<int>(plain.size()));
  encrypted.resize(static_cast<std::size_t>(length));
  return encrypted;
}

inline Buffer scrambled(std::uint32_t session_id, const Buffer& encrypted) {
  const std::uint32_t mask = load_be32(encrypted.data()) ^ load_be32(encrypted.data() + 4);
  return concat(be32(session_id ^ mask), encrypted);
}

/// With a checksum. `flags`: 0B for the startup, 09 and 0A for the two sides.
inline Buffer sealed(std::uint32_t session_id, Bytes key, std::uint8_t flags, const Buffer& chunks) {
  Buffer packet = concat(Buffer{flags, 0x12, 0x34}, chunks);
  while ((packet.size() + 2) % 16 != 0) packet.push_back(0xFF);
  return scrambled(session_id, encrypt(key, concat(be16(checksum(packet)), packet)));
}
inline Buffer startup(std::uint32_t session_id, const Buffer& chunks) {
  return sealed(session_id, as_bytes("Adobe Systems 02"), 0x0B, chunks);
}

inline Endpoint endpoint(std::uint8_t host, std::uint16_t port) {
  Endpoint result;
  result.address.bytes = {192, 0, 2, host};
  result.port = port;
  return result;
}

/// A datagram that lives as long as `payload`.
inline net::UdpDatagram datagram(const Endpoint& from, const Endpoint& to, const Buffer& payload,
                                 PacketRef packet) {
  const Path path = path_of(from, to, 0);
  net::UdpDatagram result;
  result.key = path.key;
  result.from_low = path.from_low;
  result.packet = packet;
  result.payload = payload.data();
  result.payload_length = result.wire_length = static_cast<std::uint32_t>(payload.size());
  result.hash = net::hash_of(result.key).flow;
  return result;
}

}  // namespace rtmpscope::rtmfp::test
