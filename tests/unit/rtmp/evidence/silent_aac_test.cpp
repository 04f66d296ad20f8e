#include "rtmp/evidence/silent_aac.hpp"

#include <gtest/gtest.h>

#include "rtmp/evidence/body_evidence.hpp"
#include "support/bytes.hpp"

namespace rtmpscope::rtmp {
namespace {

using test::hex;

std::size_t size(const char* text) {
  return silent_aac_size(hex(text));
}

TEST(SilentAac, FramesOfUsualEncodersAreReadToTheirEnd) {
  EXPECT_EQ(size("21 10 04 60 8c 1c"), 6U);           // FFmpeg, stereo
  EXPECT_EQ(size("01 18 20 07"), 4U);                 // mono
  EXPECT_EQ(size("21 00 49 90 02 19 00 23 80"), 9U);  // one band, with a section of codebook 0
  EXPECT_EQ(size("21 10 04 60 8c 1c c4 af 01"), 6U) << "what follows is not looked at";
}

TEST(SilentAac, NothingElseIsOne) {
  EXPECT_EQ(size("21 10 04 60 8c"), 0U) << "cut";
  EXPECT_EQ(size("21 10 04 60 8c 1d"), 0U) << "a bit behind the end mark";
  EXPECT_EQ(size("21 10 04 60 8c 18"), 0U) << "no end mark";
  EXPECT_EQ(size("21 50 04 60 8c 1c"), 0U) << "short windows have more fields";
  EXPECT_EQ(size("23 10 04 60 8c 1c"), 0U) << "a second pair";
  EXPECT_EQ(size("21 10 44 60 8c 1c"), 0U) << "bands, and no sections";
  EXPECT_EQ(size("41 10 04 60 8c 1c"), 0U) << "another element";
  EXPECT_EQ(size(""), 0U);
  EXPECT_EQ(size("00 00 00 00 00 00 00 00 00 00 00 00"), 0U);
  EXPECT_EQ(size("ff ff ff ff ff ff ff ff ff ff ff ff"), 0U);
}

TEST(SilentAac, IsEvidenceWhereItEndsWithItsMessage) {
  const auto body = hex("af 01 21 10 04 60 8c 1c c4 af 01 21");
  const int other = *weigh_audio(hex("af 01 de 10 04 60 8c 1c c4 af 01 21"), 8, {});
  EXPECT_EQ(weigh_audio(body, 8, {}), other + silent_aac_bits);
  EXPECT_EQ(weigh_audio(body, 9, {}), other);
  EXPECT_EQ(weigh_audio(body, 300, {}), other);
}

}  // namespace
}  // namespace rtmpscope::rtmp
