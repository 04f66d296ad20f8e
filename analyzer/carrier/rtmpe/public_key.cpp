#include "carrier/rtmpe/public_key.hpp"

#include <openssl/bn.h>

#include <algorithm>
#include <memory>

namespace rtmpscope::carrier {
namespace {

struct Free {
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(BN_CTX* context) const { BN_CTX_free(context); }
};
using Number = std::unique_ptr<BIGNUM, Free>;

}  // namespace

std::optional<RtmpePublicKey> find_public_key(Bytes block, Direction direction) {
  const DigestLayout layout = find_digest(block, direction);
  if (layout == DigestLayout::none) return std::nullopt;
  RtmpePublicKey key;
  std::ranges::copy(block.subspan(locate_digest(block, layout).key, key.size()), key.begin());
  return key;
}

bool is_valid(const RtmpePublicKey& key) {
  const Number prime(BN_get_rfc2409_prime_1024(nullptr));
  const Number value(BN_bin2bn(key.data(), static_cast<int>(key.size()), nullptr));
  const Number highest(BN_dup(prime.get()));
  BN_sub_word(highest.get(), 2);
  if (BN_num_bits(value.get()) < 2 || BN_cmp(value.get(), highest.get()) > 0) return false;
  // (p - 1) / 2 is a prime: a number is in the group of that order if its Legendre symbol is 1.
  const std::unique_ptr<BN_CTX, Free> context(BN_CTX_new());
  return BN_kronecker(value.get(), prime.get(), context.get()) == 1;
}

}  // namespace rtmpscope::carrier
