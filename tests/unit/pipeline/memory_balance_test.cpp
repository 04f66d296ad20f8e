#include "pipeline/memory_balance.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::test {
namespace {

using pipeline::MemoryBalance;
using pipeline::windows_in_flight;

TEST(MemoryBalance, DecidesByTheFourthWindowBefore) {
  MemoryBalance balance;
  for (std::uint64_t window = 0; window < 20; ++window) {
    EXPECT_EQ(balance.read(window), window == 7 + windows_in_flight) << window;
    balance.add(window, rtmp::plentiful_bytes);
    if (window == 7) balance.add(window, 1);
  }
  EXPECT_TRUE(balance.was_scarce());
}

}  // namespace
}  // namespace rtmpscope::test
