#include "net/sequence.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::net {
namespace {

TEST(Sequence, DistanceIsSignedModulo32Bits) {
  EXPECT_EQ(sequence_distance(5, 3), 2);
  EXPECT_EQ(sequence_distance(3, 5), -2);
  EXPECT_EQ(sequence_distance(1, 0xffffffff), 2);
  EXPECT_EQ(sequence_distance(0xffffffff, 1), -2);
  EXPECT_EQ(sequence_distance(0x80000000, 1), 0x7fffffff);
}

TEST(Sequence, OffsetsDoNotWrap) {
  for (const std::uint32_t start : {0U, 1U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
    std::uint64_t reference = 0;
    for (int step = 0; step < 1000; ++step) {  // 1000 steps of 1 GiB
      const std::uint64_t next = reference + (1ULL << 30);
      EXPECT_EQ(unwrap_sequence(start + static_cast<std::uint32_t>(next), start, reference),
                static_cast<std::int64_t>(next));
      EXPECT_EQ(unwrap_sequence(start + static_cast<std::uint32_t>(reference), start, next),
                static_cast<std::int64_t>(reference));
      reference = next;
    }
  }
}

TEST(Sequence, BytesBeforeTheStartHaveNegativeOffsets) {
  EXPECT_EQ(unwrap_sequence(99, 100, 0), -1);
  EXPECT_EQ(unwrap_sequence(0xffffffff, 0, 0), -1);
}

}  // namespace
}  // namespace rtmpscope::net
