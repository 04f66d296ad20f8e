// The one place where a header is expected.
#include "rtmp/recovery/expected_header.hpp"

#include "unit/rtmp/parse.hpp"
#include "unit/rtmp/recovery/trial_input.hpp"

namespace rtmpscope::test {
namespace {

using rtmp::ExpectedHeader;
using State = ExpectedHeader::State;
using ExpectedHeaderTest = TrialTest;

TEST_F(ExpectedHeaderTest, ConfirmsAnAmbiguousHeader) {
  ExpectedHeader expected(State::ambiguous_header, 0, std::nullopt);
  keep(audio(100));
  EXPECT_FALSE(expected.check(input, false, false).has_value());
  EXPECT_TRUE(expected.pending());
  EXPECT_EQ(expected.wanted_end(), 113U);
  keep(audio(100));
  const auto found = expected.check(input, false, false);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->method, rtmp::SyncMethod::confirmed);
  EXPECT_EQ(found->header, 0U);
}

TEST_F(ExpectedHeaderTest, RefutesAnAmbiguousHeader) {
  ExpectedHeader expected(State::ambiguous_header, 0, std::nullopt);
  keep(ByteVector(200, 0x00));
  EXPECT_FALSE(expected.check(input, false, false).has_value());
  EXPECT_EQ(expected.state(), State::refuted);
  EXPECT_FALSE(expected.pending());
}

TEST_F(ExpectedHeaderTest, InfersWhatAnAmbiguousHeaderInherits) {
  ExpectedHeader expected(State::ambiguous_header, 0, std::nullopt);
  keep(inheriting_audio(100));
  keep(audio(100));
  keep(audio(100));
  const auto found = expected.check(input, true, true);
  ASSERT_TRUE(found.has_value());
  ASSERT_EQ(found->defaults.size(), 1U);
  EXPECT_EQ(found->defaults[0].length, 100U);
}

TEST_F(ExpectedHeaderTest, ChecksTheHeaderBehindAProvisionalMessage) {
  keep(audio(100));
  ExpectedHeader right(State::next_header, 0, std::nullopt);
  EXPECT_TRUE(right.check(input, false, false).has_value());
  ExpectedHeader wrong(State::next_header, 1, std::nullopt);
  EXPECT_FALSE(wrong.check(input, false, false).has_value());
  EXPECT_EQ(wrong.state(), State::refuted);
}

/// A message of 300 bytes in chunks of 128, of which bytes 62 to 161 are missing: the rest of the first
/// chunk, the second header, and a part of the second chunk.
TEST_F(ExpectedHeaderTest, PredictsWhereAnInterruptedMessageGoesOn) {
  const ByteVector stream = concat(audio(300, 128), audio(100), audio(100));
  StreamData seen{0, Bytes(stream).first(62), {1, 0}};
  test::parse(parser, seen);
  const auto interrupted = parser.interrupted(100);
  ASSERT_TRUE(interrupted.has_value());
  EXPECT_EQ(interrupted->remaining, 78U);
  end = 62;
  lose(100);
  keep({stream.begin() + 162, stream.end()});
  ExpectedHeader expected(State::interrupted, 62, interrupted);
  const auto found = expected.check(input, false, false);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->method, rtmp::SyncMethod::predicted);
  EXPECT_EQ(found->header, 162U);
}

TEST_F(ExpectedHeaderTest, GivesUpAnInterruptedMessageThatDoesNotGoOn) {
  const ByteVector stream = audio(300, 128);
  StreamData seen{0, Bytes(stream).first(62), {1, 0}};
  test::parse(parser, seen);
  end = 62;
  lose(100);
  keep(ByteVector(500, 0x00));
  ExpectedHeader expected(State::interrupted, 62, parser.interrupted(100));
  EXPECT_FALSE(expected.check(input, false, false).has_value());
  EXPECT_EQ(expected.state(), State::none);
  EXPECT_FALSE(expected.interrupted().has_value());
}

}  // namespace
}  // namespace rtmpscope::test
