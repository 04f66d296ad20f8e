// Kept bytes and gaps: what is at an offset, where gaps begin and end, what dropping leaves, and the
// cursor.
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
    window.begin_window(100);
    add(100, "abcd", 1);
    add(104, "ef", 2);
    window.append(StreamGap{106, 4, GapCause::not_captured, {3, 0}});
    window.grow_window(4);
    add(110, "ghi", 3);
  }
  void add(std::uint64_t offset, std::string_view text, std::uint64_t packet) {
    window.append(StreamData{offset, bytes_of(text), {packet, 0}});
    window.grow_window(text.size());
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

/// A second window within what the first one has seen: what is behind the cursor has not come yet.
TEST_F(KeptBytesTest, DropsEverything) {
  window.drop_before(113);
  EXPECT_EQ(window.kept_bytes(), 0U);
  EXPECT_EQ(window.runs(), 0U);
  EXPECT_TRUE(window.longest_run().empty());
  add(113, "jkl", 4);
  EXPECT_EQ(text_at(113), "jkl");
  EXPECT_EQ(window.longest_run().size(), 3U);
}

TEST_F(KeptBytesTest, ASecondWindowSeesNothingBehindTheCursor) {
  window.begin_window(103);
  EXPECT_EQ(window.kept_bytes(), 0U);
  EXPECT_TRUE(window.pieces().empty());
  EXPECT_EQ(window.next().length, 1U);
  window.grow_window(1);
  window.grow_window(1);
  EXPECT_EQ(text_at(103), "de");
  EXPECT_EQ(text_at(102), "");
  EXPECT_EQ(window.end(), 105U);
  EXPECT_EQ(window.kept_bytes(), 2U);
  EXPECT_EQ(window.bytes_before(104), 1U);
  EXPECT_EQ(window.run_begin(104), 103U);
  EXPECT_FALSE(window.in_gap(105));
  EXPECT_EQ(window.pieces().size(), 2U);
  EXPECT_FALSE(window.used_up());
}

TEST_F(KeptBytesTest, TheCursorGoesBackOverGaps) {
  EXPECT_TRUE(window.used_up());
  window.move_cursor(105);
  const KeptBytes::Piece data = window.next();
  EXPECT_EQ(data.offset, 105U);
  EXPECT_EQ(data.packet.number, 2U);
  EXPECT_EQ(window.bytes_of(data).front(), 'f');
  window.move_cursor(data.end());
  EXPECT_TRUE(window.next().gap);
  EXPECT_EQ(window.next().end(), 110U);
  window.move_cursor(113);
  EXPECT_TRUE(window.used_up());
}

TEST_F(KeptBytesTest, DroppingLeavesWhatIsBehindTheCursor) {
  window.begin_window(104);
  window.grow_window(2);
  window.drop_before(106);
  EXPECT_EQ(window.kept_bytes(), 0U);
  window.grow_window(4);
  window.grow_window(3);
  EXPECT_EQ(text_at(110), "ghi");
  EXPECT_TRUE(window.gap_ends_at(110));
  EXPECT_EQ(window.bytes_before(112), 2U);
}

/// The rest of a packet belongs to its piece, unless a window begins between them.
TEST_F(KeptBytesTest, JoinsWhatComesWithOnePacket) {
  window.append(StreamData{113, bytes_of("jk"), {3, 0}});
  EXPECT_EQ(window.next().offset, 113U);
  window.grow_window(2);
  EXPECT_EQ(text_at(110), "ghijk");
  EXPECT_EQ(window.pieces().size(), 4U);
  window.begin_window(115);
  window.append(StreamData{115, bytes_of("l"), {3, 0}});
  window.grow_window(1);
  EXPECT_EQ(window.pieces().size(), 1U);
  EXPECT_EQ(window.pieces().front().offset, 115U);
}

}  // namespace
}  // namespace rtmpscope::test
