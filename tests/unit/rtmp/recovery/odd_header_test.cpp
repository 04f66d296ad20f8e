#include "rtmp/recovery/odd_header.hpp"

#include "rtmp/chunk/ordinary_header.hpp"
#include "unit/rtmp/recovery/trial_input.hpp"

namespace rtmpscope::test {
namespace {

using rtmp::ChunkHeader;
using rtmp::OddHeader;
using rtmp::OddHeaderWeight;
using rtmp::weigh_odd_header;

const ByteVector raw_aac = hex("af01 211a 8f00 0000 0000 0000");

ChunkHeader first_audio() {
  return {
      .basic_size = 1, .size = 12, .type_id = 8, .chunk_stream_id = 4, .length = 100, .message_stream_id = 1};
}

TEST(WeighOddHeader, TheFirstHeaderOfAChunkStreamNeedsNoBody) {
  EXPECT_EQ(weigh_odd_header(first_audio(), nullptr, {}, {}), OddHeaderWeight::believable);
}

TEST(WeighOddHeader, OneThatInheritsFromNothingIsDoubtful) {
  ChunkHeader header = first_audio();
  header.format = 1;
  EXPECT_EQ(weigh_odd_header(header, nullptr, raw_aac, {}), OddHeaderWeight::doubtful);
}

TEST(WeighOddHeader, TypesAndMessageStreamsThatAreNoneAreDoubtful) {
  ChunkHeader type = first_audio();
  type.type_id = 10;
  EXPECT_EQ(weigh_odd_header(type, nullptr, raw_aac, {}), OddHeaderWeight::doubtful);
  ChunkHeader message_stream = first_audio();
  message_stream.message_stream_id = 0x0AFFAFFE;
  EXPECT_EQ(weigh_odd_header(message_stream, nullptr, raw_aac, {}), OddHeaderWeight::doubtful);
}

TEST(WeighOddHeader, BasicHeadersMayBeLong) {
  ChunkHeader header = first_audio();
  header.basic_size = 2;
  header.chunk_stream_id = 70;
  EXPECT_EQ(weigh_odd_header(header, nullptr, {}, {}), OddHeaderWeight::believable);
  header.basic_size = 3;
  header.chunk_stream_id = 700;
  EXPECT_EQ(weigh_odd_header(header, nullptr, {}, {}), OddHeaderWeight::believable);
}

TEST(WeighOddHeader, ControlMessagesHaveAChunkStreamOfTheirOwn) {
  ChunkHeader header{.basic_size = 1, .size = 12, .type_id = 4, .chunk_stream_id = 2, .length = 6};
  EXPECT_EQ(weigh_odd_header(header, nullptr, {}, {}), OddHeaderWeight::believable);
  header.message_stream_id = 1;
  EXPECT_EQ(weigh_odd_header(header, nullptr, {}, {}), OddHeaderWeight::doubtful);
  header.message_stream_id = 0;
  header.chunk_stream_id = 73;
  EXPECT_EQ(weigh_odd_header(header, nullptr, {}, {}), OddHeaderWeight::doubtful);
}

TEST(WeighOddHeader, AControlMessageMayBeTooShortIfAllElseIsRight) {
  ChunkHeader header{.basic_size = 1, .size = 12, .type_id = 3, .chunk_stream_id = 2, .length = 3};
  EXPECT_EQ(weigh_odd_header(header, nullptr, {}, {}), OddHeaderWeight::believable);
  header.message_stream_id = 0x01020304;
  EXPECT_EQ(weigh_odd_header(header, nullptr, {}, {}), OddHeaderWeight::doubtful);
}

/// The parser has seen one audio message; the odd header stands at offset 112.
class OddHeaderTest : public TrialTest {
 protected:
  OddHeader::Verdict judge(const ByteVector& odd, const ByteVector& behind, bool last = false) {
    const ByteVector before = audio(100);
    const ByteVector stream = concat(before, odd, behind);
    StreamData data{0, Bytes(stream), {1, 0}};
    for (;;) {
      const rtmp::ChunkItem item = parser.next(data);
      if (item.kind == rtmp::ChunkItem::Kind::need_more) ADD_FAILURE() << "no odd header";
      if (item.kind == rtmp::ChunkItem::Kind::need_more) return OddHeader::Verdict::believed;
      if (item.kind != rtmp::ChunkItem::Kind::odd_header) continue;
      if (parser.header().stream_offset == before.size()) break;
      static_cast<void>(parser.believe_header(data.packet, item.raw));
    }
    end = before.size();
    keep(concat(odd, behind));
    return OddHeader(input).judge(last, last);
  }
  ByteVector unknown() {
    return message({.chunk_stream_id = 5, .time = 1000, .type_id = 10, .message_stream_id = 1}, pattern(40));
  }
};

TEST_F(OddHeaderTest, IsBelievedIfItsMessageEndsAtABelievableHeader) {
  EXPECT_EQ(judge(unknown(), audio(100)), OddHeader::Verdict::believed);
}

TEST_F(OddHeaderTest, IsBelievedIfItsMessageEndsWhereAllEnds) {
  EXPECT_EQ(judge(unknown(), {}, true), OddHeader::Verdict::believed);
}

TEST_F(OddHeaderTest, IsBelievedBeforeAnotherOfUnknownType) {
  EXPECT_EQ(judge(unknown(), unknown()), OddHeader::Verdict::believed);
}

TEST_F(OddHeaderTest, WaitsForWhatStandsBehindItsMessage) {
  EXPECT_EQ(judge(unknown(), {}), OddHeader::Verdict::need_more);
}

TEST_F(OddHeaderTest, IsRefutedIfItLeadsNowhere) {
  EXPECT_EQ(judge(unknown(), ByteVector(200, 0x55)), OddHeader::Verdict::refuted);
}

TEST_F(OddHeaderTest, ZerosAreNoHeader) {
  EXPECT_EQ(judge(ByteVector(40, 0), ByteVector(200, 0)), OddHeader::Verdict::refuted);
}

TEST_F(OddHeaderTest, FollowsTheChunksOfItsMessage) {
  const ByteVector split =
      message({.chunk_stream_id = 5, .time = 1000, .type_id = 10, .message_stream_id = 1}, pattern(300), 128);
  EXPECT_EQ(judge(split, audio(100)), OddHeader::Verdict::believed);
}

}  // namespace
}  // namespace rtmpscope::test
