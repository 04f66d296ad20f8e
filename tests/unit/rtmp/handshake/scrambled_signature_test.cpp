#include "rtmp/handshake/scrambled_signature.hpp"

#include <gtest/gtest.h>

#include "support/bytes.hpp"

namespace rtmpscope::test {
namespace {

struct Vector {
  const char* key;
  const char* signature;
  const char* type_8;
  const char* type_9;
};

/// Made with independent scripts from the handshake "computed_digest": S2's, then C2's.
constexpr Vector vectors[] = {
    {"0d364c7c98b7051714f0de522394fc951c6741da938b87b3704eb3ee68ee1887",
     "ab3162002ee07ff96c79394dbbaf723a2b1e2feb9544233efa54e9b8d7f2488d",
     "1160d12cec9e1b1d8ee7984fe7c4c0eeeab7a444b35656e9f58f22fcde935cfd",
     "da6c3cb4ff155c29ed3e21e90a5855bddb19683ced748c8f7dc10e6b3dc73413"},
    {"7b441ef8e080afa9a4dde07e01427a0796316c50294d6da5813108be1bd33e89",
     "fc274586658a18e75ade080416d9eb849ddbc859dbccb498c58221df59c9e542",
     "96eafc917f8d5207c8c090acf8a14e0da68c5e1cb43378cbd894ab5fbcd88fe8",
     "83d146696f471a8ff3c2e7e40a2e9c33f954d3166a4297e54ea900d1f1b42b78"},
};

Sha256Digest digest(const char* text) {
  Sha256Digest result;
  std::ranges::copy(hex(text), result.begin());
  return result;
}

TEST(ScrambledSignature, TypesEightAndNineEncipherIt) {
  for (const Vector& each : vectors) {
    const std::vector<std::uint8_t> key = hex(each.key);
    EXPECT_EQ(scramble_signature(digest(each.signature), key, 8), digest(each.type_8));
    EXPECT_EQ(scramble_signature(digest(each.signature), key, 9), digest(each.type_9));
    EXPECT_EQ(scramble_signature(digest(each.signature), key, 6), digest(each.signature));
  }
}

}  // namespace
}  // namespace rtmpscope::test
