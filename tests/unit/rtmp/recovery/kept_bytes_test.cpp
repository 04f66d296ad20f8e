// Kept bytes and gaps: what is at an offset, where gaps begin and end, and what dropping leaves.
#include "rtmp/recovery/kept_bytes.hpp"

#include <gtest/gtest.h>

#include "support/bytes.hpp"

namespace rtmpscope::test {
namespace {

using rtmp::KeptBytes;

/// "abcdef" in two packets at 100, a gap of 4 bytes, "ghi" at 110.
class KeptBytesTest : public testing::Test {
 protected:
  KeptBytesTest() {
    add(100, "abcd", 1);
    add(104, "ef", 2);
    window.add(StreamGap{106, 4, GapCause::not_captured, {3, 0}});
    add(110, "ghi", 3);
  }
  void add(std::uint64_t offset, std::string_view text, std::uint64_t packet) {
    window.add(StreamData{offset, bytes_of(text), {packet, 0}});
  }
  std::string text_at(std::uint64_t offset) const {
    const Bytes bytes = window.at(offset);
    return {bytes.begin(), bytes.end()};
  }

  KeptBytes window;
};

TEST_F(KeptBytesTest, ReadsUpToTheNextGap) {
  EXPECT_EQ(text_at(100), "abcdef");
  EXPECT_EQ(text_at(105), "f");
  EXPECT_EQ(text_at(106), "");
  EXPECT_EQ(text_at(110), "ghi");
  EXPECT_EQ(text_at(113), "");
  EXPECT_EQ(text_at(99), "");
  EXPECT_EQ(window.end(), 113U);
  EXPECT_EQ(window.kept_bytes(), 9U);
}

TEST_F(KeptBytesTest, KnowsWhereGapsBeginAndEnd) {
  EXPECT_TRUE(window.gap_begins_at(106));
  EXPECT_FALSE(window.gap_begins_at(105));
  EXPECT_TRUE(window.gap_ends_at(110));
  EXPECT_FALSE(window.gap_ends_at(100));
  EXPECT_TRUE(window.in_gap(107));
  EXPECT_FALSE(window.in_gap(110));
  EXPECT_FALSE(window.in_gap(113));
  EXPECT_EQ(window.next_known(107), 110U);
  EXPECT_EQ(window.next_known(113), 113U);
  EXPECT_EQ(window.run_begin(105), 100U);
  EXPECT_EQ(window.run_begin(108), 108U);
}

TEST_F(KeptBytesTest, KnowsRunsAndPackets) {
  EXPECT_EQ(window.runs(), 2U);
  EXPECT_EQ(window.longest_run().size(), 6U);
  EXPECT_EQ(window.bytes_before(105), 5U);
  EXPECT_EQ(window.bytes_before(111), 7U);
  EXPECT_EQ(window.packet_at(103).number, 1U);
  EXPECT_EQ(window.packet_at(105).number, 2U);
  EXPECT_EQ(window.packet_at(111).number, 3U);
  EXPECT_EQ(window.pieces().size(), 4U);
}

TEST_F(KeptBytesTest, DropsWholePiecesOnly) {
  window.drop_before(105);
  EXPECT_EQ(text_at(100), "");
  EXPECT_EQ(text_at(104), "ef");
  window.drop_before(111);
  EXPECT_EQ(text_at(110), "ghi");
  EXPECT_EQ(window.kept_bytes(), 3U);
  EXPECT_EQ(window.runs(), 1U);
}

}  // namespace
}  // namespace rtmpscope::test
