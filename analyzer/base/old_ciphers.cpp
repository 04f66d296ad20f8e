// OpenSSL has marked Blowfish's functions as deprecated, as it has all of their kind; what replaces them
// needs a module that need not be installed.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/old_ciphers.hpp"

#include <openssl/blowfish.h>

#include <numeric>
#include <utility>

#include "base/byte_order.hpp"

namespace rtmpscope {
namespace {

void store_le32(std::uint8_t* at, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) at[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

}  // namespace

Rc4::Rc4(Bytes key) {
  std::iota(state_.begin(), state_.end(), std::uint8_t{0});
  std::uint8_t j = 0;
  for (std::size_t i = 0; i < state_.size(); ++i) {
    j = static_cast<std::uint8_t>(j + state_[i] + key[i % key.size()]);
    std::swap(state_[i], state_[j]);
  }
}

std::uint8_t Rc4::next() {
  ++i_;
  j_ = static_cast<std::uint8_t>(j_ + state_[i_]);
  std::swap(state_[i_], state_[j_]);
  return state_[static_cast<std::uint8_t>(state_[i_] + state_[j_])];
}

void Rc4::apply(std::span<std::uint8_t> bytes) {
  for (std::uint8_t& byte : bytes) byte ^= next();
}

void Rc4::skip(std::uint64_t count) {
  for (; count > 0; --count) next();
}

CipherBlock xtea_encrypt(Bytes key, const CipherBlock& block) {
  constexpr std::uint32_t delta = 0x9E3779B9;
  constexpr int rounds = 32;
  const auto part = [&](std::uint32_t index) { return load_le32(key.data() + std::size_t{4} * (index & 3)); };
  std::uint32_t first = load_le32(block.data());
  std::uint32_t second = load_le32(block.data() + 4);
  std::uint32_t sum = 0;
  for (int round = 0; round < rounds; ++round) {
    first += (((second << 4) ^ (second >> 5)) + second) ^ (sum + part(sum));
    sum += delta;
    second += (((first << 4) ^ (first >> 5)) + first) ^ (sum + part(sum >> 11));
  }
  CipherBlock result;
  store_le32(result.data(), first);
  store_le32(result.data() + 4, second);
  return result;
}

CipherBlock blowfish_encrypt(Bytes key, const CipherBlock& block) {
  BF_KEY schedule;
  BF_set_key(&schedule, static_cast<int>(key.size()), key.data());
  CipherBlock result;
  BF_ecb_encrypt(block.data(), result.data(), &schedule, BF_ENCRYPT);
  return result;
}

}  // namespace rtmpscope
