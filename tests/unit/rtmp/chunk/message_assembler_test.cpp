// Bodies of messages: which bytes are kept, and when.
#include "rtmp/chunk/message_assembler.hpp"

#include <gtest/gtest.h>

#include <array>

#include "rtmp/chunk/chunk_header.hpp"
#include "support/bytes.hpp"
#include "support/cuts.hpp"

namespace rtmpscope::test {
namespace {

using rtmp::MessageAssembler;
using rtmp::MessageHeader;

std::string text(Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

TEST(MessageAssembler, KeepsNothingOfAMessageInOnePiece) {
  MessageAssembler assembler;
  MessageAssembler::Number body = 0;
  const auto payload = bytes_of("command");
  const Bytes whole = assembler.finish(body, {.type_id = 20, .length = 7}, payload);
  EXPECT_EQ(whole.data(), payload.data());
  EXPECT_EQ(body, 0U);
}

TEST(MessageAssembler, JoinsPieces) {
  MessageAssembler assembler;
  MessageAssembler::Number body = 0;
  const MessageHeader header{.type_id = 20, .length = 7};
  assembler.append(body, header, bytes_of("com"));
  EXPECT_NE(body, 0U);
  EXPECT_EQ(text(assembler.finish(body, header, bytes_of("mand"))), "command");
  assembler.release(body);
  EXPECT_EQ(body, 0U);
}

/// A key frame of H.264 with an SEI message of 3000 bytes in front of the picture.
std::vector<std::uint8_t> frame_with_sei() {
  auto body =
      concat(hex("1701000050 00000bb8 06"), std::vector<std::uint8_t>(2999, 0xA5), hex("00000064 65"));
  body.resize(body.size() + 99, 0xA5);
  return body;
}

TEST(MessageAssembler, FollowsAFrameToItsEndHoweverItIsCut) {
  const auto body = frame_with_sei();
  const MessageHeader header{.type_id = 9, .length = static_cast<std::uint32_t>(body.size())};
  cut_every_way(
      body,
      [&](const std::vector<Bytes>& pieces) {
        MessageAssembler assembler;
        assembler.walk_frames(true);
        MessageAssembler::Number number = 0;
        for (std::size_t i = 0; i + 1 < pieces.size(); ++i) assembler.append(number, header, pieces[i]);
        static_cast<void>(assembler.finish(number, header, pieces.back()));
        ASSERT_NE(assembler.contents(), nullptr);
        EXPECT_EQ(assembler.contents()->nal_units, 2U);
        EXPECT_EQ(assembler.contents()->picture, media::PictureKind::idr);
        EXPECT_TRUE(assembler.contents()->whole);
      },
      4096, 20);
}

TEST(MessageAssembler, DoesNotFollowAFrameBeyondAGap) {
  const auto body = frame_with_sei();
  const Bytes bytes(body);
  const MessageHeader header{.type_id = 9, .length = static_cast<std::uint32_t>(body.size())};
  MessageAssembler assembler;
  assembler.walk_frames(true);
  MessageAssembler::Number number = 0;
  assembler.append(number, header, bytes.first(100));
  assembler.end_before_gap(number, header);
  assembler.append(number, header, bytes.subspan(2000));
  static_cast<void>(assembler.finish(number, header, {}));
  ASSERT_NE(assembler.contents(), nullptr);
  EXPECT_EQ(assembler.contents()->nal_units, 1U);
  EXPECT_FALSE(assembler.contents()->whole);
}

TEST(MessageAssembler, FollowsNothingElse) {
  const auto body = frame_with_sei();
  const MessageHeader audio{.type_id = 8, .length = static_cast<std::uint32_t>(body.size())};
  MessageAssembler assembler;
  MessageAssembler::Number number = 0;
  static_cast<void>(assembler.finish(number, {.type_id = 9, .length = audio.length}, body));
  EXPECT_EQ(assembler.contents(), nullptr);  // it was not asked to
  assembler.walk_frames(true);
  static_cast<void>(assembler.finish(number, audio, body));
  EXPECT_EQ(assembler.contents(), nullptr);
}

TEST(MessageAssembler, KeepsMessagesOfSeveralChunkStreamsApart) {
  MessageAssembler assembler;
  MessageAssembler::Number one = 0;
  MessageAssembler::Number two = 0;
  const MessageHeader header{.type_id = 20, .length = 4};
  assembler.append(one, header, bytes_of("ab"));
  assembler.append(two, header, bytes_of("12"));
  EXPECT_EQ(text(assembler.finish(one, header, bytes_of("cd"))), "abcd");
  EXPECT_EQ(text(assembler.finish(two, header, bytes_of("34"))), "1234");
}

TEST(MessageAssembler, EndsABodyBeforeAGap) {
  MessageAssembler assembler;
  MessageAssembler::Number body = 0;
  const MessageHeader header{.type_id = 20, .length = 9};
  assembler.append(body, header, bytes_of("abc"));
  assembler.end_before_gap(body, header);
  assembler.append(body, header, bytes_of("xyz"));
  EXPECT_EQ(text(assembler.finish(body, header, {})), "abc");
}

TEST(MessageAssembler, KeepsTheHeadOfMediaUnlessAskedForMore) {
  MessageAssembler assembler;
  MessageAssembler::Number body = 0;
  const MessageHeader video{.type_id = 9, .length = 4000};
  const std::vector<std::uint8_t> half(2000, 0x27);
  assembler.append(body, video, half);
  EXPECT_LT(assembler.finish(body, video, half).size(), 100U);
  assembler.release(body);
  assembler.keep_media_whole(true);
  assembler.append(body, video, half);
  EXPECT_EQ(assembler.finish(body, video, half).size(), 4000U);
}

TEST(MessageAssembler, SaysIfTheLimitCutABody) {
  MessageAssembler assembler;
  const std::vector<std::uint8_t> part(rtmp::maximum_message_length);
  const MessageHeader large{.type_id = 20, .length = rtmp::maximum_message_length};
  std::vector<MessageAssembler::Number> bodies(3);
  for (auto& body : bodies) assembler.append(body, large, part);
  EXPECT_FALSE(assembler.limited(bodies[0]));
  EXPECT_FALSE(assembler.limited(bodies[1]));
  EXPECT_TRUE(assembler.limited(bodies[2]));
}

TEST(MessageAssembler, TheOldestBodiesAreShortenedWhereAllTogetherAreTooLong) {
  rtmp::SharedMemory memory;
  const std::vector<std::uint8_t> part(std::size_t{12} << 20, 7);
  const MessageHeader large{.type_id = 20, .length = rtmp::maximum_message_length};
  std::vector<MessageAssembler::Number> bodies(3);
  {
    std::array<MessageAssembler, 3> assemblers;
    for (std::size_t i = 0; i < assemblers.size(); ++i) {
      assemblers[i].share(&memory);
      assemblers[i].append(bodies[i], large, part);
      EXPECT_LE(memory.bytes(), rtmp::body_limit_if_plentiful);
    }
    EXPECT_TRUE(assemblers[0].limited(bodies[0]));
    EXPECT_EQ(assemblers[0].finish(bodies[0], large, bytes_of("more")).size(), 256U);
    for (const std::size_t i : {1U, 2U}) {
      EXPECT_FALSE(assemblers[i].limited(bodies[i]));
      EXPECT_EQ(assemblers[i].finish(bodies[i], large, bytes_of("more")).size(), part.size() + 4);
    }
    assemblers[1].release(bodies[1]);
    EXPECT_LE(memory.bytes(), part.size() + part.size() / 2);
    memory.set_scarce(true);
    EXPECT_TRUE(assemblers[2].limited(bodies[2]));
    EXPECT_LE(memory.bytes(), rtmp::body_limit_if_scarce);
  }
  EXPECT_EQ(memory.bytes(), 0U);
}

TEST(MessageAssembler, ShortBodiesAreNotShared) {
  rtmp::SharedMemory memory;
  MessageAssembler assembler;
  assembler.share(&memory);
  MessageAssembler::Number body = 0;
  const std::vector<std::uint8_t> part(rtmp::uncounted_bytes, 7);
  assembler.append(body, {.type_id = 20, .length = 9000}, part);
  EXPECT_EQ(memory.bytes(), 0U);
  assembler.append(body, {.type_id = 20, .length = 9000}, bytes_of("x"));
  EXPECT_GT(memory.bytes(), 0U);
  assembler.release(body);
  EXPECT_EQ(memory.bytes(), 0U);
}

}  // namespace
}  // namespace rtmpscope::test
