#include "rtmp/evidence/body_evidence.hpp"

#include <gtest/gtest.h>

#include "support/bytes.hpp"

namespace rtmpscope::rtmp {
namespace {

using test::hex;

constexpr std::uint32_t length = 1000;
constexpr int clear = 14;  // what finds messages by their bodies alone

std::optional<int> audio(const char* head, const char* previous = "") {
  return weigh_audio(hex(head), length, hex(previous));
}

std::optional<int> video(const char* head, const char* previous = "") {
  return weigh_video(hex(head), length, hex(previous));
}

TEST(BodyEvidence, AudioThatShowsItsCodec) {
  EXPECT_GE(audio("af 01 21194fff"), clear);     // AAC
  EXPECT_GE(audio("2e fffb52c4"), clear);        // MP3
  EXPECT_GE(audio("91 61632d33 0b77"), clear);   // AC-3
  EXPECT_GE(audio("91 4f707573 7881"), clear);   // Opus
  EXPECT_GE(audio("95 00 4f707573 01"), clear);  // several tracks
}

TEST(BodyEvidence, AudioThatShowsNothing) {
  EXPECT_LT(audio("36 01f093f0").value(), clear);  // PCM
  EXPECT_LT(audio("82 d7533e36").value(), clear);  // G.711
  EXPECT_LT(audio("b2 00000000").value(), clear);  // Speex
  EXPECT_LT(audio("2e 12345678").value(), clear);  // said to be MP3, but no frame
}

TEST(BodyEvidence, AudioThatThereIsNot) {
  EXPECT_FALSE(audio("c0 00"));  // sound formats that are not defined
  EXPECT_FALSE(audio("d0 00"));
  EXPECT_FALSE(audio("af 02"));        // AAC packet type
  EXPECT_FALSE(audio("91 61766331"));  // a video codec
  EXPECT_FALSE(audio("91 00010203"));  // no FourCC
  EXPECT_FALSE(audio("98 4f707573"));  // packet type
  EXPECT_FALSE(weigh_audio(hex("af 01 00"), 2, {}));
}

TEST(BodyEvidence, TheSameFirstByteAsBeforeCounts) {
  EXPECT_GT(audio("36 01f0", "36 0000"), audio("36 01f0"));
  EXPECT_EQ(audio("36 01f0", "82 0000"), audio("36 01f0"));
  EXPECT_GT(video("27 01 000028", "17 01 000050"), video("27 01 000028"));
  // Screen Video: sizes of the picture and its blocks.
  EXPECT_GE(video("23 30a03060", "13 30a03060"), clear);
  EXPECT_LT(video("23 30a03060", "13 30a13060").value(), clear);
}

TEST(BodyEvidence, VideoThatShowsItsCodec) {
  EXPECT_GE(video("27 01 000028 000003df 41"), clear);  // H.264: a NAL unit that fills the message
  EXPECT_GE(video("17 00 000000 01640020"), clear);     // its configuration
  EXPECT_GE(video("22 000084 1c80"), clear);            // Sorenson H.263
  EXPECT_GE(video("a1 68766331 000050"), clear);        // HEVC by FourCC
  EXPECT_GE(video("96 01 68766331 01"), clear);         // several tracks
  EXPECT_GE(video("81 68766331 000050"), clear);        // frame type 0: gortmplib
  EXPECT_GE(video("83 61763031"), clear);
  EXPECT_GE(video("86 01 68766331 01"), clear);
  EXPECT_GT(video("27 01 000028 000003df 41"), video("27 01 000028 00010000 41"));
}

TEST(BodyEvidence, VideoThatThereIsNot) {
  EXPECT_FALSE(video("07 01"));  // frame type
  EXPECT_FALSE(video("67 01"));
  EXPECT_FALSE(video("20 01"));                     // codec
  EXPECT_FALSE(video("27 03"));                     // packet type
  EXPECT_FALSE(video("27 01 7fffff"));              // composition time of hours
  EXPECT_FALSE(video("27 01 000028 000003df 81"));  // forbidden_zero_bit
  EXPECT_FALSE(video("a1 4f707573"));               // an audio codec
  EXPECT_FALSE(video("f1 68766331"));               // frame type
  EXPECT_FALSE(video("81 68766334"));               // frame type 0 and a codec that nobody knows
  EXPECT_FALSE(video("87 68766331"));
  EXPECT_FALSE(video("a8 68766331"));  // packet type
}

TEST(BodyEvidence, NegativeCompositionTimes) {
  EXPECT_EQ(video("27 01 ffffd8 000003df 41"), video("27 01 000028 000003df 41"));
}

TEST(BodyEvidence, AnyFirstBytesAreRead) {
  for (int first = 0; first < 256; ++first) {
    for (std::size_t size = 1; size <= body_evidence_size; ++size) {
      std::vector<std::uint8_t> head(size, 0x41);
      head[0] = static_cast<std::uint8_t>(first);
      for (const std::uint32_t whole : {static_cast<std::uint32_t>(size), length}) {
        EXPECT_GE(weigh_audio(head, whole, {}).value_or(0), 0);
        EXPECT_GE(weigh_video(head, whole, head).value_or(0), 0);
      }
    }
  }
}

}  // namespace
}  // namespace rtmpscope::rtmp
