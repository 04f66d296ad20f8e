// Gaps in streams whose sender begins packets with messages: where headers are looked for.
#include <gmock/gmock.h>

#include "unit/rtmp/published_stream.hpp"

namespace rtmpscope::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

/// Feeds packets that begin at `begins`, without those bytes that `gap` has.
Complete decode_packets(const Stream& stream, std::vector<std::uint64_t> begins, const Gap& gap,
                        bool ends = true) {
  Complete seen;
  rtmp::ChunkStreamDecoder decoder;
  begins.push_back(stream.bytes.size());
  std::uint64_t number = 0;
  const auto give = [&](std::uint64_t begin, std::uint64_t end) {
    if (begin >= end) return;
    const auto size = static_cast<std::size_t>(end - begin);
    decoder.on_data({begin, Bytes(stream.bytes).subspan(static_cast<std::size_t>(begin), size), {number, 0}},
                    seen);
  };
  for (std::size_t i = 0; i + 1 < begins.size(); ++i) {
    ++number;
    give(begins[i], std::min(begins[i + 1], gap.begin));
    if (begins[i] <= gap.begin && gap.begin < begins[i + 1]) {
      decoder.on_gap({gap.begin, gap.end - gap.begin, GapCause::not_captured, {number, 0}}, seen);
    }
    give(std::max(begins[i], gap.end), begins[i + 1]);
  }
  if (ends) decoder.on_end({number, 0}, seen);
  return seen;
}

TEST(SyncSearchPackets, WhereMessagesBeginPacketsNoHeaderIsLookedForWithin) {
  const Stream outer = publish(65536, Style::absolute, 31);
  // One of the messages carries a whole RTMP stream, such as a capture that somebody sends.
  const auto at = static_cast<std::size_t>(outer.messages[100].begin);
  const Stream inner = publish(65536, Style::absolute, 32, 20);
  const auto carrier =
      message({.format = 0, .chunk_stream_id = 6, .time = 2400, .type_id = 9, .message_stream_id = 1},
              concat(hex("27 01 000050"), inner.bytes), 65536);
  Stream stream;
  stream.bytes = concat(concat(ByteVector(outer.bytes.data(), outer.bytes.data() + at), carrier),
                        ByteVector(outer.bytes.data() + at, outer.bytes.data() + outer.bytes.size()));
  list_messages(stream);
  const Gap gap = {at, at + 1448};
  std::vector<std::uint64_t> begins;
  for (const Sent& sent : stream.messages) {
    for (std::uint64_t begin = sent.begin; begin < sent.end; begin += 1448) begins.push_back(begin);
  }
  Score score;
  const Complete seen = decode_packets(stream, begins, gap);
  judge(stream, {gap}, seen, score);
  EXPECT_EQ(score.found, score.intact);
}

TEST(SyncSearchPackets, OneMessageWithinAPacketEndsThatHabit) {
  const Stream stream = publish(65536, Style::absolute, 33);
  const std::size_t key = 92;
  ASSERT_GT(stream.messages[key].header.length, 9000U);
  const Gap gap = {stream.messages[key].begin, stream.messages[key].begin + 1448};
  std::vector<std::uint64_t> begins;
  for (std::size_t i = 0; i < stream.messages.size(); ++i) {
    // One shares a packet with what comes before it; and what follows the key frame shares one.
    if (i + 3 != key && (i <= key || i > key + 20)) begins.push_back(stream.messages[i].begin);
  }
  Score score;
  judge(stream, {gap}, decode_packets(stream, begins, gap), score);
  EXPECT_EQ(score.found, score.intact);
}

TEST(SyncSearchPackets, HeadersAreLookedForWithinPacketsWhereNoneBeginsOne) {
  const Stream stream = publish(65536, Style::absolute, 34, 400);
  const std::size_t key = 92;
  const Gap gap = {stream.messages[key].begin, stream.messages[key].begin + 1448};
  std::vector<std::uint64_t> begins;
  for (std::size_t i = 0; i <= key; ++i) begins.push_back(stream.messages[i].begin);
  for (std::uint64_t begin = gap.end; begin < stream.bytes.size(); begin += 1448) {
    const auto same = [&](const Sent& sent) { return sent.begin == begin; };
    if (std::ranges::none_of(stream.messages, same)) begins.push_back(begin);
  }
  ASSERT_GT(stream.bytes.size() - gap.end, 300U << 10);
  EXPECT_THAT(decode_packets(stream, begins, gap, false).syncs, Contains(HasSubstr("found")));
}

}  // namespace
}  // namespace rtmpscope::test
