// The buffer that a player needs, against players that are simulated message by message.
#include "analysis/media/buffer_need.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <vector>

namespace rtmpscope::analysis {
namespace {

struct Message {
  std::int64_t time = 0, media_time = 0;  // microseconds
  bool key = false;
};

/// 25 frames a second for a minute, delayed at random.
std::vector<Message> delayed(std::uint32_t seed) {
  std::mt19937 random(seed);
  std::exponential_distribution<double> queue(1.0 / 150'000);
  std::vector<Message> messages;
  std::int64_t last = 0;
  for (std::int64_t n = 0; n < 1500; ++n) {
    Message one;
    one.media_time = n * 40'000;
    one.time = std::max(last, one.media_time + static_cast<std::int64_t>(queue(random)));
    last = one.time;
    one.key = n % 50 == 0;
    messages.push_back(one);
  }
  return messages;
}

std::int64_t need_of(const std::vector<Message>& messages, std::size_t join) {
  std::int64_t greatest = 0;
  for (std::size_t i = join; i < messages.size(); ++i)
    greatest = std::max(greatest, messages[i].time - messages[i].media_time);
  return greatest - (messages[join].time - messages[join].media_time);
}

TEST(BufferNeed, GreatestIsExactAndMedianToo) {
  for (const std::uint32_t seed : {1U, 2U, 3U}) {
    const std::vector<Message> messages = delayed(seed);
    BufferNeed need;
    std::vector<std::int64_t> needs;
    for (std::size_t i = 0; i < messages.size(); ++i) {
      const std::int64_t delay = messages[i].time - messages[i].media_time;
      need.add(delay);
      if (!messages[i].key) continue;
      need.join(delay);
      needs.push_back(need_of(messages, i));
    }
    std::sort(needs.begin(), needs.end());
    EXPECT_EQ(need.greatest(), (needs.back() + 500) / 1000);
    const double median = static_cast<double>(needs[needs.size() / 2] + needs[(needs.size() - 1) / 2]) / 2000;
    EXPECT_NEAR(*need.median(), median, median / 64 + 2);
  }
}

TEST(BufferNeed, KeepsFewKeyFramesOfMany) {
  BufferNeed need;
  for (std::int64_t n = 0; n < 10'000; ++n) {
    const std::int64_t delay = n % 7 * 10'000;
    need.add(delay);
    if (n % 7 == 0) need.join(delay);
  }
  EXPECT_EQ(need.greatest(), 60U);
  EXPECT_EQ(need.median(), 60U);
}

/// A player that looks at every message: its own arithmetic, frame by frame.
PlayerFigures simulate(const std::vector<Message>& messages, std::int64_t buffer) {
  PlayerFigures figures;
  figures.buffer = static_cast<std::uint32_t>(buffer / 1000);
  bool playing = false, stalling = false;
  std::int64_t shown = messages[0].media_time, offset = 0, stall_begin = 0, stalled = 0;
  for (const Message& message : messages) {
    if (playing && message.time > offset + message.media_time) {
      ++figures.stalls;
      playing = false;
      stalling = true;
      shown = message.media_time;
      stall_begin = offset + message.media_time;
    }
    if (!playing && message.media_time - shown >= buffer) {
      if (stalling) stalled += message.time - stall_begin;
      stalling = false;
      playing = true;
      offset = message.time - shown;
    }
  }
  if (stalling) stalled += messages.back().time - stall_begin;
  figures.stalled = static_cast<std::uint64_t>((stalled + 500) / 1000);
  return figures;
}

TEST(Players, StallAsASimulatedPlayerDoes) {
  std::uint32_t stalls = 0;
  for (const std::uint32_t seed : {1U, 2U, 3U, 4U}) {
    const std::vector<Message> messages = delayed(seed);
    Players players;
    players.join(messages[0].media_time);
    for (const Message& message : messages) players.add(message.time, message.media_time, message.media_time);
    for (const PlayerFigures& figures : players.figures(messages.back().time)) {
      const PlayerFigures want = simulate(messages, std::int64_t{figures.buffer} * 1000);
      EXPECT_EQ(figures.stalls, want.stalls) << figures.buffer;
      EXPECT_EQ(figures.stalled, want.stalled) << figures.buffer;
      stalls += figures.stalls;
    }
  }
  EXPECT_GT(stalls, 3U) << "the streams must make some players stall";
}

TEST(Players, ABufferAsLargeAsTheNeedNeverStalls) {
  const std::vector<Message> messages = delayed(9);
  const std::int64_t need = need_of(messages, 0);
  EXPECT_GT(need, 500'000);
  EXPECT_LT(need, 5'000'000);
  EXPECT_EQ(simulate(messages, need + 40'000).stalls, 0U);
  Players players;
  players.join(0);
  for (const Message& message : messages) players.add(message.time, message.media_time, message.media_time);
  EXPECT_EQ(players.figures(0)[3].stalls, 0U) << "5 s";
}

}  // namespace
}  // namespace rtmpscope::analysis
