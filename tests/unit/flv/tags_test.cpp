#include "flv/tags.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/bytes.hpp"

namespace rtmpscope::flv {
namespace {

using test::hex;
using testing::ElementsAreArray;

constexpr std::uint8_t amf0 = rtmp::MessageType::data_amf0;
constexpr std::uint8_t amf3 = rtmp::MessageType::data_amf3;

std::string script(std::uint8_t type, const std::vector<std::uint8_t>& body) {
  return std::string(as_text(script_of(type, body)));
}
std::string text(std::string_view bytes) {
  const auto body = hex(bytes);
  return std::string(as_text(body));
}

TEST(FlvFileHeader, IsThatOfTheSpecification) {
  EXPECT_THAT(file_header(has_audio | has_video), ElementsAreArray(hex("464c56 01 05 00000009 00000000")));
  EXPECT_EQ(file_header(has_video)[flags_at], has_video);
}

TEST(FlvTagHeader, HasTheHighByteOfTheTimeBehindTheLowOnes) {
  EXPECT_THAT(tag_header(9, 0x123456, 0xAABBCCDD), ElementsAreArray(hex("09 123456 bbccdd aa 000000")));
  EXPECT_THAT(tag_header(8, 1, 0), ElementsAreArray(hex("08 000001 000000 00 000000")));
}

TEST(FlvBackPointer, CountsTheTagsHeaderToo) {
  EXPECT_THAT(back_pointer(0), ElementsAreArray(hex("0000000b")));
  EXPECT_THAT(back_pointer(0xFFFFFF), ElementsAreArray(hex("0100000a")));
}

TEST(FlvShift, MovesEveryTagAndNothingElse) {
  auto tags =
      hex("09 000002 000001 00 000000 1700 0000000d"
          "08 000000 fffffe 00 000000 0000000b"
          "12 000001 fffffe ff 000000 05 0000000c");
  shift_tags(tags, 3);
  EXPECT_EQ(tags, hex("09 000002 000004 00 000000 1700 0000000d"
                      "08 000000 000001 01 000000 0000000b"
                      "12 000001 000001 00 000000 05 0000000c"));
}

TEST(FlvShift, LeavesATagAloneWhoseHeaderIsCutOff) {
  auto tags = hex("09 000000 000001 00 000000 0000000b 0900000000");
  shift_tags(tags, 1);
  EXPECT_EQ(tags, hex("09 000000 000002 00 000000 0000000b 0900000000"));
}

TEST(FlvScript, IsWhatFollowsSetDataFrame) {
  const auto body = hex("02000d 407365744461746146 72616d65 02000a 6f6e4d65746144617461 05");
  EXPECT_EQ(script(amf0, body), text("02000a 6f6e4d65746144617461 05"));
}

TEST(FlvScript, IsTheWholeMessageWithoutSetDataFrame) {
  const auto body = hex("02000a 6f6e4d65746144617461 05");
  EXPECT_EQ(script(amf0, body), text("02000a 6f6e4d65746144617461 05"));
}

TEST(FlvScript, OfAnAmf3MessageBeginsBehindItsFirstByte) {
  EXPECT_EQ(script(amf3, hex("00 02000a 6f6e4d65746144617461 05")), text("02000a 6f6e4d65746144617461 05"));
  EXPECT_EQ(script(amf0, hex("00 02000a 6f6e4d65746144617461 05")), "");
}

TEST(FlvScript, IsEmptyForWhatIsMeantForThePeer) {
  EXPECT_EQ(script(amf0, hex("020011 7c52746d7053616d706c65416363657373 0101 0101")), "");
  EXPECT_EQ(script(amf0, hex("020008 6f6e537461747573 05")), "");
  EXPECT_EQ(script(amf0, hex("02000f 40636c656172446174614672616d65")), "");
}

TEST(FlvScript, IsEmptyForABodyWithoutAName) {
  EXPECT_EQ(script(amf0, {}), "");
  EXPECT_EQ(script(amf3, hex("00")), "");
  EXPECT_EQ(script(amf0, hex("0200")), "");
  EXPECT_EQ(script(amf0, hex("02000a 6f6e")), "") << "shorter than it says";
  EXPECT_EQ(script(amf0, hex("00 4059000000000000")), "") << "a number in front";
  EXPECT_EQ(script(amf0, hex("02000d 407365744461746146 72616d65")), "") << "nothing behind @setDataFrame";
}

}  // namespace
}  // namespace rtmpscope::flv
