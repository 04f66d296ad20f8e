#include "rtmp/evidence/shown_length.hpp"

#include <gtest/gtest.h>

#include "support/bytes.hpp"

namespace rtmpscope::test {
namespace {

constexpr std::uint8_t audio = 8;
constexpr std::uint8_t video = 9;

bool shows(std::string_view head, std::uint32_t length, std::uint8_t type_id = video) {
  return rtmp::shows_its_length(type_id, hex(head), length);
}

TEST(ShownLength, NalUnitsFillTheBody) {
  EXPECT_TRUE(shows("2701000000 00001000 41", 9 + 4096));
  EXPECT_FALSE(shows("2701000000 00001000 41", 9 + 4095));
  EXPECT_FALSE(shows("2701000000 00001000 41", 9 + 4097)) << "the next unit is not at hand";
  EXPECT_TRUE(shows("1701000000 00000002 0910 00000003", 5 + 6 + 4 + 3));
  EXPECT_FALSE(shows("1701000000 00000002 0910 000000", 5 + 6 + 4 + 3)) << "cut in a length";
  EXPECT_FALSE(shows("1701000000 00000002 0910 ffffffff", 5 + 6 + 4 + 3));
}

TEST(ShownLength, OfEnhancedRtmp) {
  EXPECT_TRUE(shows("a1 68766331 000000 00000100", 12 + 256));
  EXPECT_TRUE(shows("a3 61766331 00000100", 9 + 256));
  EXPECT_FALSE(shows("a0 61766331 00000100", 9 + 256)) << "no frame";
  EXPECT_FALSE(shows("a3 61763031 00000100", 9 + 256)) << "AV1 has no such lengths";
}

TEST(ShownLength, NothingElseShowsIt) {
  EXPECT_FALSE(shows("2701000000 00001000 41", 9 + 4096, audio));
  EXPECT_FALSE(shows("1700000000 00001000", 9 + 4096)) << "a sequence header";
  EXPECT_FALSE(shows("22 01000000 00001000", 9 + 4096)) << "H.263";
  EXPECT_FALSE(shows("27010000", 9));
  EXPECT_FALSE(shows("", 0));
  std::string empty_units = "2701000000";
  for (int unit = 0; unit < 100; ++unit) empty_units += "00000000";
  EXPECT_FALSE(shows(empty_units, 405)) << "no more than some units are looked at";
}

}  // namespace
}  // namespace rtmpscope::test
