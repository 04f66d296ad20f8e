// Trials: how far they go, what they count, and why they end.
#include "rtmp/recovery/trial_parser.hpp"

#include "unit/rtmp/recovery/trial_input.hpp"

namespace rtmpscope::test {
namespace {

using rtmp::TrialParser;
using rtmp::TrialResult;
using Reason = TrialResult::Reason;
using TrialParserTest = TrialTest;
constexpr std::uint64_t audio_bytes = 12 + 100;

TEST_F(TrialParserTest, ConfirmsAMessageByTheHeaderBehindIt) {
  keep(audio(100));
  keep(audio(100));
  TrialParser trial(input);
  const TrialResult result = trial.try_from({.chunk_size = known_4096});
  EXPECT_EQ(result.reason, Reason::need_more);
  EXPECT_EQ(result.messages, 2);
  EXPECT_EQ(result.explicit_headers, 2);
  EXPECT_EQ(result.confirmed_ends, 1);
  EXPECT_EQ(result.confirmed, audio_bytes);
  EXPECT_EQ(result.offset, 2 * audio_bytes);
  EXPECT_EQ(result.wanted_end, 2 * audio_bytes + 1);
  ASSERT_EQ(trial.samples().size(), 2U);
  EXPECT_TRUE(contains(trial.samples(), {4, 100, 8}));
  EXPECT_FALSE(contains(trial.samples(), {4, 101, 8}));
}

TEST_F(TrialParserTest, EndsAtAGapBehindAMessage) {
  keep(audio(100));
  lose(10);
  const TrialResult result = TrialParser(input).try_from({.chunk_size = known_4096});
  EXPECT_EQ(result.reason, Reason::gap);
  EXPECT_EQ(result.confirmed_ends, 1);
  EXPECT_EQ(result.confirmed, audio_bytes);
}

TEST_F(TrialParserTest, RefusesWhatIsNoHeader) {
  keep(ByteVector(200, 0x00));
  const TrialResult result = TrialParser(input).try_from({.chunk_size = known_4096});
  EXPECT_EQ(result.reason, Reason::contradiction);
  EXPECT_EQ(result.messages, 0);
}

TEST_F(TrialParserTest, RefusesAHeaderThatInheritsFromNothing) {
  keep(inheriting_audio(100));
  keep(audio(100));
  EXPECT_EQ(TrialParser(input).try_from({.chunk_size = known_4096}).messages, 0);
  const rtmp::HeaderDefaults defaults{4, 100, 8};
  const TrialResult result =
      TrialParser(input).try_from({.chunk_size = known_4096, .defaults = {&defaults, 1}});
  EXPECT_EQ(result.messages, 2);
  EXPECT_EQ(result.unknown_defaults, 1);
  EXPECT_EQ(result.explicit_headers, 1);
}

TEST_F(TrialParserTest, StopsAtOneConfirmedMessageIfAsked) {
  for (int i = 0; i < 5; ++i) keep(audio(100));
  const TrialResult result = TrialParser(input).try_from({.chunk_size = known_4096}, true);
  EXPECT_EQ(result.reason, Reason::enough);
  EXPECT_EQ(result.confirmed, audio_bytes);
}

TEST_F(TrialParserTest, StopsWhenTheBudgetIsExhausted) {
  for (int i = 0; i < 5; ++i) keep(audio(100));
  work.limit = 1;
  const TrialResult result = TrialParser(input).try_from({.chunk_size = known_4096});
  EXPECT_EQ(result.reason, Reason::contradiction);
  EXPECT_LT(result.messages, 5);
}

TEST_F(TrialParserTest, ChecksTheNextHeader) {
  using NextHeader = TrialParser::NextHeader;
  const ByteVector bytes = audio(100);
  keep({bytes.begin(), bytes.begin() + 6});
  TrialParser trial(input);
  EXPECT_EQ(trial.check_next_header(0, false), NextHeader::need_more);
  EXPECT_EQ(trial.wanted_end(), 7U);
  EXPECT_EQ(trial.check_next_header(0, true), NextHeader::not_there);
  keep({bytes.begin() + 6, bytes.end()});
  EXPECT_EQ(trial.check_next_header(0, false), NextHeader::believable);
  EXPECT_EQ(trial.check_next_header(1, false), NextHeader::refuted);
}

}  // namespace
}  // namespace rtmpscope::test
