#include "flv/left_out.hpp"

#include <gtest/gtest.h>

#include "flv/export.hpp"

namespace rtmpscope::flv {
namespace {

void add(LeftOutMessages& messages, std::uint64_t frame) {
  rtmp::Message message;
  message.header.type_id = rtmp::MessageType::video;
  message.header.length = 10;
  message.header.timestamp = 40;
  messages.add({message, Direction::to_server, "", "", frame});
}

TEST(LeftOutMessages, SayNothingIfThereIsNone) {
  EXPECT_EQ(LeftOutMessages().lines(), "");
}

TEST(LeftOutMessages, AreListed) {
  LeftOutMessages messages;
  add(messages, 7);
  EXPECT_EQ(messages.lines(), "  left out: 1 incomplete message\n    packet 7: Video, 10 bytes, 40 ms\n");
}

TEST(LeftOutMessages, AreCountedBeyondTheFirstOnes) {
  LeftOutMessages messages;
  for (std::uint64_t frame = 1; frame <= most_listed + 5; ++frame) add(messages, frame);
  EXPECT_EQ(messages.count(), most_listed + 5);
  EXPECT_TRUE(messages.lines().ends_with("    packet 20: Video, 10 bytes, 40 ms\n    and 5 more\n"));
}

}  // namespace
}  // namespace rtmpscope::flv
