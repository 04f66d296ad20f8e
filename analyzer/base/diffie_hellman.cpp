#include "base/diffie_hellman.hpp"

#include <openssl/bn.h>

#include <algorithm>
#include <memory>

namespace rtmpscope {
namespace {

struct Free {
  void operator()(BIGNUM* number) const { BN_clear_free(number); }
  void operator()(BN_CTX* context) const { BN_CTX_free(context); }
};
using Number = std::unique_ptr<BIGNUM, Free>;

Number number_of(Bytes bytes) {
  return Number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

/// Null: the group is not known.
Number prime_of(std::uint64_t group) {
  switch (group) {
    case 2: return Number(BN_get_rfc2409_prime_1024(nullptr));
    case 14: return Number(BN_get_rfc3526_prime_2048(nullptr));
    case 16: return Number(BN_get_rfc3526_prime_4096(nullptr));
    default: return nullptr;
  }
}

/// Between 2 and the prime minus 2.
bool is_in_range(const BIGNUM* number, const BIGNUM* prime) {
  const Number highest(BN_dup(prime));
  BN_sub_word(highest.get(), 2);
  return BN_num_bits(number) >= 2 && BN_cmp(number, highest.get()) <= 0;
}

std::vector<std::uint8_t> power(const BIGNUM* base, Bytes exponent, const BIGNUM* prime) {
  const std::unique_ptr<BN_CTX, Free> context(BN_CTX_new());
  const Number private_key = number_of(exponent);
  const Number result(BN_new());
  if (BN_mod_exp(result.get(), base, private_key.get(), prime, context.get()) != 1) return {};
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(BN_num_bytes(result.get())));
  BN_bn2bin(result.get(), bytes.data());
  return bytes;
}

}  // namespace

bool is_dh_group(std::uint64_t group) {
  return group == 2 || group == 14 || group == 16;
}

bool is_dh_member(std::uint64_t group, Bytes number) {
  const Number prime = prime_of(group);
  if (prime == nullptr || number.size() > static_cast<std::size_t>(BN_num_bytes(prime.get()))) return false;
  const Number value = number_of(number);
  if (!is_in_range(value.get(), prime.get())) return false;
  // (p - 1) / 2 is a prime: a number is in the group of that order if its Legendre symbol is 1.
  const std::unique_ptr<BN_CTX, Free> context(BN_CTX_new());
  return BN_kronecker(value.get(), prime.get(), context.get()) == 1;
}

Bytes without_leading_zeros(Bytes number) {
  const auto first = std::ranges::find_if(number, [](std::uint8_t byte) { return byte != 0; });
  return {first, number.end()};
}

std::vector<std::uint8_t> dh_public_key(std::uint64_t group, Bytes private_key) {
  const Number prime = prime_of(group);
  if (prime == nullptr) return {};
  const Number generator(BN_new());
  BN_set_word(generator.get(), 2);
  return power(generator.get(), private_key, prime.get());
}

std::vector<std::uint8_t> dh_secret(std::uint64_t group, Bytes private_key, Bytes public_key) {
  const Number prime = prime_of(group);
  if (prime == nullptr || public_key.size() > static_cast<std::size_t>(BN_num_bytes(prime.get()))) return {};
  const Number other = number_of(public_key);
  if (!is_in_range(other.get(), prime.get())) return {};
  return power(other.get(), private_key, prime.get());
}

}  // namespace rtmpscope
