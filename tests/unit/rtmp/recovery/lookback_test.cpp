#include "rtmp/recovery/lookback.hpp"

#include <gmock/gmock.h>

#include "support/bytes.hpp"
#include "support/chunks.hpp"

namespace rtmpscope::test {
namespace {

using rtmp::KeptBytes;
using rtmp::Lookback;
using ::testing::ElementsAreArray;

class LookbackTest : public testing::Test {
 protected:
  /// The next `size` bytes of the stream were parsed; what comes before `from` is not needed.
  void parsed(std::size_t size, std::uint64_t from) {
    lookback.add({end, Bytes(stream).subspan(static_cast<std::size_t>(end), size), {++packet, 0}}, from);
    end += size;
  }
  [[nodiscard]] ByteVector held() const {
    KeptBytes kept;
    lookback.append_to(kept);
    ByteVector bytes;
    for (std::uint64_t at = lookback.begin(); at < lookback.end();) {
      kept.move_cursor(at);
      const KeptBytes::Piece piece = kept.next();
      const Bytes more = kept.bytes_of(piece);
      bytes.insert(bytes.end(), more.begin(), more.end());
      at = piece.end();
    }
    return bytes;
  }
  [[nodiscard]] ByteVector part(std::size_t begin, std::size_t size) const {
    const Bytes bytes = Bytes(stream).subspan(begin, size);
    return {bytes.begin(), bytes.end()};
  }

  const ByteVector stream = pattern(std::size_t{3} << 20);
  rtmp::SharedMemory memory;  // outlives what counts in it
  Lookback lookback;
  std::uint64_t end = 0;
  std::uint64_t packet = 0;
};

TEST_F(LookbackTest, HoldsTheBytesFromTheLastChunkOn) {
  parsed(100, 60);
  EXPECT_EQ(held(), part(60, 40));
  parsed(50, 60);
  EXPECT_EQ(held(), part(60, 90));
  EXPECT_TRUE(lookback.holds(60));
  EXPECT_FALSE(lookback.holds(59));
  EXPECT_FALSE(lookback.holds(150));
  parsed(50, 170);
  EXPECT_EQ(held(), part(170, 30));
}

TEST_F(LookbackTest, HoldsNothingBehindAGap) {
  parsed(100, 60);
  end += 10;
  parsed(50, 60);
  EXPECT_TRUE(held().empty());
  parsed(50, 60);
  EXPECT_TRUE(held().empty());
  parsed(50, 220);
  EXPECT_EQ(held(), part(220, 40));
}

TEST_F(LookbackTest, KnowsThePacketOfEachByte) {
  parsed(100, 60);
  parsed(50, 60);
  KeptBytes kept;
  lookback.append_to(kept);
  kept.begin_window(60);
  while (!kept.used_up()) kept.grow_window(kept.next().length);
  EXPECT_EQ(kept.packet_at(99).number, 1U);
  EXPECT_EQ(kept.packet_at(100).number, 2U);
}

TEST_F(LookbackTest, GivesABodyThatLiesInSeveralPackets) {
  parsed(100, 60);
  const StreamData last{100, Bytes(stream).subspan(100, 50), {2, 0}};
  std::vector<std::uint8_t> copy;
  EXPECT_THAT(lookback.body(70, 60, last, copy), ElementsAreArray(part(70, 60)));
  EXPECT_THAT(lookback.body(110, 20, last, copy), ElementsAreArray(part(110, 20)));
  EXPECT_TRUE(lookback.body(50, 60, last, copy).empty());
}

TEST_F(LookbackTest, IsLimitedAndLessSoWhileMemoryIsScarce) {
  parsed(rtmp::kept_limit_if_plentiful, 0);
  EXPECT_EQ(lookback.end(), rtmp::kept_limit_if_plentiful);
  parsed(1, 0);
  EXPECT_TRUE(held().empty());
}

TEST_F(LookbackTest, CountsWhatItHolds) {
  lookback.share(&memory);
  parsed(100, 0);
  EXPECT_EQ(memory.bytes(), 0U);
  parsed(100'000, 0);
  EXPECT_GE(memory.bytes(), 100'000U - rtmp::uncounted_bytes);
  memory.set_scarce(true);
  parsed(100, 0);
  EXPECT_EQ(memory.bytes(), 0U);
  EXPECT_TRUE(held().empty());
}

}  // namespace
}  // namespace rtmpscope::test
