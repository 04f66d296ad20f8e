#include "rtmp/chunk/body_begins.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::test {
namespace {

using rtmp::BodyBegins;
using rtmp::MessageType;

TEST(BodyBegins, KnowsWhatItHasSeenOfEachKind) {
  BodyBegins begins;
  EXPECT_FALSE(begins.contains(MessageType::video, 0x17));
  begins.add(MessageType::video, 0x17);
  begins.add(MessageType::video, 0x27);
  EXPECT_TRUE(begins.contains(MessageType::video, 0x17));
  EXPECT_TRUE(begins.contains(MessageType::video, 0x27));
  EXPECT_FALSE(begins.contains(MessageType::audio, 0x17));
  begins.add(MessageType::acknowledgement, 0);
  EXPECT_TRUE(begins.contains(MessageType::user_control, 0));
  EXPECT_FALSE(begins.contains(MessageType::command_amf0, 0));
}

TEST(BodyBegins, ForgetsTheOldestOfMany) {
  BodyBegins begins;
  for (std::uint8_t first = 0; first < 7; ++first) begins.add(MessageType::audio, first);
  EXPECT_FALSE(begins.contains(MessageType::audio, 0));
  for (std::uint8_t first = 1; first < 7; ++first) EXPECT_TRUE(begins.contains(MessageType::audio, first));
  begins.add(MessageType::audio, 6);
  EXPECT_TRUE(begins.contains(MessageType::audio, 1));
}

}  // namespace
}  // namespace rtmpscope::test
