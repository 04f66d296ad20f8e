// Names of commands and data, as recovery and the detector see them.
#include "rtmp/evidence/amf0_name.hpp"

#include <gtest/gtest.h>

#include "support/bytes.hpp"

namespace rtmpscope::test {
namespace {

using rtmp::is_amf0_name;
using rtmp::weigh_amf0_name;

TEST(Amf0Name, WeighsNames) {
  const auto name = concat(hex("02 0007"), bytes_of("connect"));
  EXPECT_EQ(weigh_amf0_name(name, 100), 8 + 9 + 7 * 2);
  EXPECT_EQ(weigh_amf0_name(hex("02"), 100), 8);
  EXPECT_FALSE(weigh_amf0_name(name, 9).has_value());  // the name is longer than the body
  EXPECT_FALSE(weigh_amf0_name(hex("03 0007"), 100).has_value());
  EXPECT_FALSE(weigh_amf0_name(hex("02 0003 610062"), 100).has_value());
}

TEST(Amf0Name, TheDetectorWantsLetters) {
  EXPECT_TRUE(is_amf0_name(concat(hex("02 0007"), bytes_of("connect"))));
  EXPECT_TRUE(is_amf0_name(concat(hex("00 02 0007"), bytes_of("connect"))));
  EXPECT_FALSE(is_amf0_name(concat(hex("02 0007"), bytes_of("con ect"))));
  EXPECT_FALSE(is_amf0_name(concat(hex("02 0003"), bytes_of("abcdefg"))));
}

}  // namespace
}  // namespace rtmpscope::test
