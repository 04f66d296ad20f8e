#include <gtest/gtest.h>

#include "rtmp/evidence/first_chunks.hpp"
#include "support/bytes.hpp"
#include "unit/rtmp/handshake/recorded_handshake.hpp"

namespace rtmpscope::rtmp {
namespace {

using test::hex;

constexpr const char* set_chunk_size = "02 000000 000004 01 00000000 00001000";
constexpr const char* connect = "03 000000 00008b 14 00000000 02 0007 636f6e6e656374 00";

TEST(ChunkEvidence, IsThereInEveryRecordingOfPlainRtmp) {
  for (const std::string& name : test::recorded_handshakes()) {
    const test::RecordedHandshake recorded(name);
    const bool encrypted = recorded.to_server[0] == 6;
    for (const Direction way : {Direction::to_server, Direction::to_client}) {
      const ChunkEvidence evidence = read_chunk_evidence(Bytes(recorded.way(way)).subspan(handshake_size));
      EXPECT_EQ(evidence.plausible, !encrypted) << name;
      EXPECT_TRUE(evidence.enough) << name;
      if (evidence.direction) {
        EXPECT_EQ(*evidence.direction, way) << name;
      }
      if (!encrypted) {
        EXPECT_TRUE(evidence.direction || name == "ffmpeg_rtmfp_cpp") << name;
      }
    }
  }
}

TEST(ChunkEvidence, NamesTheClientByConnectAlsoAfterControlMessages) {
  EXPECT_EQ(read_chunk_evidence(hex(connect)).direction, Direction::to_server);
  EXPECT_EQ(read_chunk_evidence(hex(std::string(set_chunk_size) + connect)).direction, Direction::to_server);
  EXPECT_EQ(read_chunk_evidence(hex(set_chunk_size)).direction, std::nullopt);
}

TEST(ChunkEvidence, NamesTheServerByItsAnswers) {
  EXPECT_EQ(read_chunk_evidence(hex("02 000000 000005 06 00000000 00000000 02")).direction,
            Direction::to_client);
  EXPECT_EQ(read_chunk_evidence(hex("03 000000 0000be 14 00000000 02 0007 5f726573756c74")).direction,
            Direction::to_client);
}

TEST(ChunkEvidence, KnowsNoNameBeforeItIsComplete) {
  const auto errors = hex("03 000000 000019 14 00000000 02 0007 5f6572726f7273");  // "_errors" is no response
  for (std::size_t size = 0; size <= errors.size(); ++size)
    EXPECT_EQ(read_chunk_evidence(Bytes(errors).first(size)).direction, std::nullopt) << size;
}

TEST(ChunkEvidence, AcceptsAnExtendedTimestampAndAmf3) {
  EXPECT_EQ(
      read_chunk_evidence(hex("03 ffffff 00008b 14 00000000 01000000 02 0007 636f6e6e656374")).direction,
      Direction::to_server);
  EXPECT_EQ(read_chunk_evidence(hex("03 000000 00008b 11 00000000 00 02 0007 636f6e6e656374")).direction,
            Direction::to_server);
}

TEST(ChunkEvidence, IsNotEnoughWhileTheHeaderIsCut) {
  const std::vector<std::uint8_t> bytes = hex(connect);
  for (std::size_t size = 1; size < 16; ++size) {
    const ChunkEvidence evidence = read_chunk_evidence(Bytes(bytes).first(size));
    EXPECT_TRUE(evidence.plausible) << size;
    EXPECT_FALSE(evidence.enough) << size;
  }
  EXPECT_TRUE(read_chunk_evidence(Bytes(bytes).first(16)).enough);
  EXPECT_FALSE(read_chunk_evidence({}).plausible);
}

TEST(ChunkEvidence, RejectsWhatCannotBeAFirstMessage) {
  for (const char* bytes : {"43 000000 00008b 14 02",           // type 1: nothing to inherit from
                            "c3",                               // type 3
                            "00 40 000000 000004 01 00000000",  // nobody uses chunk streams from 64 on here
                            "01 40 00 000000 000004 01 00000000",
                            "04 000000 000100 09 01000000 17",    // video
                            "04 000000 000100 08 01000000 af",    // audio
                            "03 000000 00008b 14 01000000 02",    // command on another stream
                            "02 000000 000005 01 00000000 0000",  // wrong lengths
                            "02 000000 000004 06 00000000 0000", "02 000000 000003 04 00000000 0000",
                            "03 000000 000003 14 00000000 02 00", "03 000000 020000 14 00000000 02 0007 63",
                            "03 000000 00008b 14 00000000 05 0007 63",     // no string
                            "03 000000 00008b 14 00000000 02 0000 63",     // empty name
                            "03 000000 00008b 14 00000000 02 1007 63",     // long name
                            "03 000000 00008b 11 00000000 01 02 0007 63",  // no AMF3 leading byte
                            "03 000000 000004 00 00000000", "03 000000 000004 ff 00000000"}) {
    const ChunkEvidence evidence = read_chunk_evidence(hex(bytes));
    EXPECT_FALSE(evidence.plausible) << bytes;
    EXPECT_TRUE(evidence.enough) << bytes;
  }
}

TEST(ChunkEvidence, SurvivesEveryTruncationOfManyMessages) {
  std::string text;
  for (int i = 0; i < 4; ++i) text += set_chunk_size;
  const std::vector<std::uint8_t> bytes = hex(text);
  for (std::size_t size = 12; size <= bytes.size(); ++size) {
    EXPECT_TRUE(read_chunk_evidence(Bytes(bytes).first(size)).plausible) << size;
  }
}

}  // namespace
}  // namespace rtmpscope::rtmp
