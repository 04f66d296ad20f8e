// Headers at given offsets: what they inherit, what speaks for them, and why there is none.
#include "rtmp/recovery/trial_reader.hpp"

#include "unit/rtmp/parse.hpp"
#include "unit/rtmp/recovery/trial_input.hpp"

namespace rtmpscope::test {
namespace {

using rtmp::HeaderRead;
using rtmp::TrialHeader;
using rtmp::TrialReader;

class TrialReaderTest : public TrialTest {
 protected:
  /// Reads the header at `offset` into `header`.
  HeaderRead read(TrialReader& reader, std::uint64_t offset = 0) {
    header = {};
    return reader.read(offset, header);
  }
  /// Lets the parser see bytes that come before the loss.
  void parse(const ByteVector& bytes) {
    StreamData data{0, bytes, {1, 0}};
    test::parse(parser, data);
  }

  TrialHeader header;
  rtmp::HeaderDefaults audio_defaults{4, 100, 8};
};

TEST_F(TrialReaderTest, ReadsAHeaderWithItsBody) {
  keep(audio(100));
  TrialReader reader(input);
  reader.begin({});
  ASSERT_EQ(read(reader), HeaderRead::header);
  EXPECT_EQ(header.header.length, 100U);
  EXPECT_EQ(header.header.size, 12);
  EXPECT_FALSE(header.continuation);
  EXPECT_EQ(header.body.size(), 100U);
  EXPECT_GT(header.payload_bits, 0);  // raw AAC shows its type
  EXPECT_GT(header.bits, header.payload_bits);
}

TEST_F(TrialReaderTest, SaysWhereItNeedsMore) {
  const ByteVector bytes = audio(100);
  keep({bytes.begin(), bytes.begin() + 5});
  TrialReader reader(input);
  reader.begin({});
  EXPECT_EQ(read(reader), HeaderRead::need_more);
  EXPECT_EQ(reader.wanted_end(), 6U);
  keep({bytes.begin() + 5, bytes.begin() + 20});  // the header, but too little of the body
  reader.begin({});
  EXPECT_EQ(read(reader), HeaderRead::need_more);
  EXPECT_EQ(reader.wanted_end(), 21U);
}

TEST_F(TrialReaderTest, WaitsForNothingAtAGapOrAtTheEnd) {
  const ByteVector bytes = audio(100);
  keep({bytes.begin(), bytes.begin() + 5});
  TrialReader reader(input);
  reader.begin({.last = true});
  EXPECT_EQ(read(reader), HeaderRead::in_gap);
  lose(10);
  reader.begin({});
  EXPECT_EQ(read(reader), HeaderRead::in_gap);
  EXPECT_EQ(read(reader, 7), HeaderRead::in_gap);
  EXPECT_EQ(reader.missing(7), HeaderRead::in_gap);
  EXPECT_EQ(reader.missing(15), HeaderRead::need_more);
  EXPECT_EQ(reader.wanted_end(), 16U);
}

TEST_F(TrialReaderTest, KnowsWhereAMessageEndsAtAGap) {
  keep(audio(100));
  lose(10);
  keep(audio(100));
  TrialReader reader(input);
  reader.begin({});
  EXPECT_TRUE(reader.ends_at_gap(112));
  EXPECT_FALSE(reader.ends_at_gap(111));
  EXPECT_FALSE(reader.ends_at_gap(end));
  reader.begin({.last = true});
  EXPECT_TRUE(reader.ends_at_gap(end));
}

TEST_F(TrialReaderTest, RefusesWhatInheritsFromNothing) {
  keep(inheriting_audio(100));
  TrialReader reader(input);
  reader.begin({});
  EXPECT_EQ(read(reader), HeaderRead::not_header);
  reader.begin({.defaults = {&audio_defaults, 1}});
  ASSERT_EQ(read(reader), HeaderRead::header);
  EXPECT_EQ(header.header.length, 100U);
  EXPECT_EQ(header.header.type_id, 8);
  reader.begin({});  // forgets them
  EXPECT_EQ(read(reader), HeaderRead::not_header);
}

TEST_F(TrialReaderTest, RefusesABodyThatIsNotOfItsType) {
  ByteVector bytes = audio(100);
  bytes[12] = 0xC0;  // no audio format
  keep(bytes);
  TrialReader reader(input);
  reader.begin({});
  EXPECT_EQ(read(reader), HeaderRead::not_header);
}

TEST_F(TrialReaderTest, TakesDefaultsAsCertainUnlessTheyAreGuessed) {
  TrialReader reader(input);
  reader.begin({.defaults = {&audio_defaults, 1}});
  EXPECT_TRUE(reader.is_certain(4));
  reader.begin({.defaults = {&audio_defaults, 1}, .defaults_guessed = true});
  EXPECT_FALSE(reader.is_certain(4));
  reader.make_certain(4);
  EXPECT_TRUE(reader.is_certain(4));
  EXPECT_FALSE(reader.is_certain(5));
}

TEST_F(TrialReaderTest, CountsABodyThatBeginsLikeTheLastOne) {
  const ByteVector other = message({.format = 3, .chunk_stream_id = 4}, ByteVector(100, 0x70), 4096);
  keep(other);
  const rtmp::HeaderDefaults speech{4, 100, 8};
  const rtmp::BodyHead head(ByteVector(4, 0x70));
  TrialReader reader(input);
  reader.begin({.defaults = {&speech, 1}});
  ASSERT_EQ(read(reader), HeaderRead::header);
  const int without = header.bits;
  reader.begin({.defaults = {&speech, 1}, .body_heads = {&head, 1}});
  ASSERT_EQ(read(reader), HeaderRead::header);
  EXPECT_EQ(header.bits, without + 8 + 3 * 6);
  EXPECT_EQ(header.payload_bits, 0);
}

TEST_F(TrialReaderTest, LeavesTheParserAsItIs) {
  parse(audio(100));
  TrialReader reader(input);
  reader.begin({});
  std::uint32_t left = 0;
  EXPECT_EQ(reader.state_of(4, left), parser.find(4));
  EXPECT_EQ(reader.state_of(5, left), nullptr);
  reader.stream(4).state.message.length = 77;
  reader.stream(4).left = 7;
  EXPECT_EQ(parser.find(4)->message.length, 100U);
  EXPECT_EQ(reader.state_of(4, left)->message.length, 77U);
  EXPECT_EQ(left, 7U);
}

TEST_F(TrialReaderTest, AMessageInProgressGoesOnOnlyWhereTheStateHolds) {
  const ByteVector bytes = audio(300, 128);
  parse({bytes.begin(), bytes.begin() + 12 + 128});
  keep({bytes.begin() + 12 + 128, bytes.end()});
  TrialReader reader(input);
  reader.begin({.state_holds = true});
  EXPECT_TRUE(reader.is_certain(4));
  ASSERT_EQ(read(reader), HeaderRead::header);
  EXPECT_TRUE(header.continuation);
  EXPECT_EQ(header.bits, rtmp::continuation_bits);
  reader.begin({});
  EXPECT_FALSE(reader.is_certain(4));
  EXPECT_FALSE(read(reader) == HeaderRead::header && header.continuation);
}

TEST_F(TrialReaderTest, RefusesAHeaderThatCutsAMessageShort) {
  const ByteVector bytes = audio(300, 128);
  parse({bytes.begin(), bytes.begin() + 12 + 128});
  keep(audio(100));
  TrialReader reader(input);
  reader.begin({.state_holds = true});
  EXPECT_EQ(read(reader), HeaderRead::not_header);
  reader.begin({});
  EXPECT_EQ(read(reader), HeaderRead::header);
}

TEST_F(TrialReaderTest, AnExtendedTimestampThatIsRepeatedIsEvidence) {
  const ByteVector bytes =
      message({.chunk_stream_id = 4, .time = 0x1234567, .type_id = 8, .message_stream_id = 1}, aac(300), 128);
  parse({bytes.begin(), bytes.begin() + 16 + 128});
  keep({bytes.begin() + 16 + 128, bytes.end()});
  TrialReader reader(input);
  reader.begin({.state_holds = true});
  ASSERT_EQ(read(reader), HeaderRead::header);
  EXPECT_EQ(header.header.size, 5);
  EXPECT_EQ(header.bits, rtmp::continuation_bits + 24);
  EXPECT_EQ(reader.continuation_size(4), 5U);
  EXPECT_EQ(reader.continuation_size(5), 1U);
  EXPECT_EQ(reader.continuation_size(70), 2U);
}

TEST_F(TrialReaderTest, BelievesInheritedControlMessagesOnlyIfNothingWasLostOrTheirValueShowsThem) {
  ByteVector value;
  put_be(value, 100'000, 4);
  keep(message({.format = 3, .chunk_stream_id = 2}, value));
  const rtmp::HeaderDefaults defaults{2, 4, rtmp::MessageType::acknowledgement};
  TrialReader reader(input);
  reader.begin({.defaults = {&defaults, 1}, .defaults_guessed = true});
  EXPECT_EQ(read(reader), HeaderRead::not_header);
  profile.acknowledged = 90'000;  // a little less
  EXPECT_EQ(read(reader), HeaderRead::header);
  EXPECT_EQ(header.payload_bits, 8 + 16);
  profile.acknowledged.reset();
  reader.make_certain(2);
  EXPECT_EQ(read(reader), HeaderRead::header);
}

TEST_F(TrialReaderTest, ReadsAHeaderThatInheritsEverythingFromAnUnknownOne) {
  keep(inheriting_audio(100));
  TrialReader reader(input);
  reader.begin({});
  int bits = 0;
  EXPECT_EQ(reader.read_inheriting(0, bits), HeaderRead::header);
  EXPECT_GT(bits, 0);
  EXPECT_EQ(reader.read_inheriting(1, bits), HeaderRead::not_header);
  EXPECT_EQ(bits, 0);
  EXPECT_EQ(reader.read_inheriting(end - 1, bits), HeaderRead::not_header);
  EXPECT_EQ(reader.read_inheriting(end, bits), HeaderRead::need_more);
  reader.begin({.defaults = {&audio_defaults, 1}});
  EXPECT_EQ(reader.read_inheriting(0, bits), HeaderRead::not_header);  // what it inherits is known
}

TEST_F(TrialReaderTest, ReadsNoInheritingHeaderWithALongStepNorOnTheControlStream) {
  keep(message({.format = 2, .chunk_stream_id = 4, .time = 1001}, aac(100), 4096));
  const std::uint64_t control = end;
  keep(message({.format = 3, .chunk_stream_id = 2}, aac(100), 4096));
  TrialReader reader(input);
  reader.begin({});
  int bits = 0;
  EXPECT_EQ(reader.read_inheriting(0, bits), HeaderRead::not_header);
  EXPECT_EQ(reader.read_inheriting(control, bits), HeaderRead::not_header);
}

TEST_F(TrialReaderTest, CountsItsWork) {
  keep(audio(100));
  TrialReader reader(input);
  reader.begin({});
  EXPECT_EQ(read(reader), HeaderRead::header);
  EXPECT_EQ(read(reader, 1), HeaderRead::not_header);
  EXPECT_EQ(work.steps, 2U);
}

}  // namespace
}  // namespace rtmpscope::test
