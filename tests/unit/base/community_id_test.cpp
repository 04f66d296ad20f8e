// Community IDs with the baseline of corelight/community-id-spec.
#include "base/community_id.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::test {
namespace {

Endpoint endpoint(std::array<std::uint8_t, 4> address, std::uint16_t port) {
  Endpoint result;
  std::copy(address.begin(), address.end(), result.address.bytes.begin());
  result.port = port;
  return result;
}

TEST(CommunityId, AgreesWithTheBaseline) {
  const Endpoint a = endpoint({128, 232, 110, 120}, 34855);
  const Endpoint b = endpoint({66, 35, 250, 204}, 80);
  EXPECT_EQ(tcp_community_id(a, b), "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
  EXPECT_EQ(tcp_community_id(b, a), "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
  const Endpoint c = endpoint({192, 168, 1, 52}, 54585);
  const Endpoint d = endpoint({8, 8, 8, 8}, 53);
  EXPECT_EQ(udp_community_id(c, d), "1:d/FP5EW3wiY1vCndhwleRRKHowQ=");
  EXPECT_EQ(udp_community_id(d, c), "1:d/FP5EW3wiY1vCndhwleRRKHowQ=");
}

}  // namespace
}  // namespace rtmpscope::test
