// Senders that break the rules, though no byte is missing: wrong lengths, and chunk sizes that are not
// obeyed.
#include <gmock/gmock.h>

#include "support/bytes.hpp"
#include "support/chunks.hpp"
#include "unit/rtmp/recorder.hpp"

namespace rtmpscope::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr int count = 20;

ByteVector frame(std::size_t size, std::uint8_t seed) {
  return concat(hex("af01"), pattern(size - 2, seed));
}

ByteVector set_chunk_size(std::uint32_t size) {
  ByteVector body(4);
  for (int i = 0; i < 4; ++i)
    body[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(size >> (24 - 8 * i));
  return message({.chunk_stream_id = 2, .type_id = 1}, body);
}

/// Audio messages with headers of type 1 behind the first, of 200 bytes and more, in chunks of that size. The
/// header of number `wrong` says `said`.
ByteVector audio(std::uint32_t chunk_size, int wrong = -1, std::uint32_t said = 0) {
  ByteVector stream;
  for (int i = 0; i < count; ++i) {
    const auto seed = static_cast<std::uint8_t>(7 * i);
    const ChunkSpec spec{
        .format = i == 0 ? 0 : 1, .chunk_stream_id = 4, .time = 23, .type_id = 8, .message_stream_id = 1};
    ByteVector one = message(spec, frame(200 + static_cast<std::size_t>(i), seed), chunk_size);
    if (i == wrong) {
      for (int byte = 0; byte < 3; ++byte)
        one[static_cast<std::size_t>(4 + byte)] = static_cast<std::uint8_t>(said >> (16 - 8 * byte));
    }
    stream = concat(stream, one);
  }
  return stream;
}

/// How many of the messages that audio() makes are there, complete.
int found(const Recorder& seen) {
  int number = 0;
  for (int i = 0; i < count; ++i) {
    const std::string line = fmt::format(" length {} chunks ", 200 + i);
    number += static_cast<int>(std::ranges::count_if(seen.lines, [&](const std::string& each) {
      return each.starts_with("type 8 csid 4 ") && each.find(line) != std::string::npos &&
             !each.ends_with("incomplete");
    }));
  }
  return number;
}

/// Neither more than there are nor others than complete ones and, at most, the one whose length is wrong.
void expect_nothing_invented(const Recorder& seen, std::size_t others) {
  EXPECT_LE(seen.messages.size(), static_cast<std::size_t>(found(seen)) + others);
}

TEST(SenderFaults, AWrongLengthCostsAtMostTwoHealthyMessages) {
  for (const std::uint32_t chunk_size : {128U, 1000U, 60000U}) {
    for (const std::uint32_t said : {1U, 100U, 203U, 206U, 210U, 230U, 500U, 3000U, 200'000U, 0xFFFFFFU}) {
      const auto stream = concat(set_chunk_size(chunk_size), audio(chunk_size, 5, said));
      const Recorder seen = decode(stream);
      EXPECT_GE(found(seen), count - 3) << "chunk size " << chunk_size << ", says " << said;
      expect_nothing_invented(seen, 2);
    }
  }
}

TEST(SenderFaults, EveryCutGivesTheSameEvents) {
  const auto stream = concat(set_chunk_size(1000), audio(1000, 5, 500));
  const Recorder whole = decode(stream);
  EXPECT_THAT(whole.lines, Contains(StartsWith("sync lost at")));
  cut_every_way(stream, [&](const std::vector<Bytes>& pieces) {
    const Recorder seen = decode(pieces);
    EXPECT_EQ(seen.lines, whole.lines);
    EXPECT_EQ(seen.bodies, whole.bodies);
  });
}

TEST(SenderFaults, AChunkSizeThatIsNotObeyedIsReadOffTheFirstMessage) {
  struct Case {
    std::uint32_t announced, used;
  };
  for (const Case& each :
       {Case{4096, 128}, Case{128, 4096}, Case{1000, 128}, Case{150, 4096}, Case{128, 64}}) {
    const auto stream = concat(set_chunk_size(each.announced), audio(each.used));
    const Recorder seen = decode(stream);
    EXPECT_EQ(found(seen), count) << each.announced << " announced, " << each.used << " used";
    EXPECT_THAT(seen.lines, Contains(StartsWith("chunk_size_not_obeyed")));
    EXPECT_THAT(seen.lines, Not(Contains(HasSubstr("sync lost"))));
    EXPECT_THAT(seen.lines, Not(Contains(HasSubstr("incomplete"))));
  }
}

TEST(SenderFaults, EveryCutOfOtherChunksGivesTheSameEvents) {
  for (const std::uint32_t used : {128U, 4096U}) {
    const auto stream = concat(set_chunk_size(used == 128 ? 4096 : 150), audio(used));
    const Recorder whole = decode(stream);
    cut_every_way(stream, [&](const std::vector<Bytes>& pieces) {
      const Recorder seen = decode(pieces);
      EXPECT_EQ(seen.lines, whole.lines);
      EXPECT_EQ(seen.bodies, whole.bodies);
    });
  }
}

TEST(SenderFaults, MessagesInAnUnfinishedOneAreFoundAtTheEnd) {
  const auto stream = concat(set_chunk_size(60000), audio(60000, 5, 50000));
  const Recorder seen = decode(stream);
  EXPECT_GE(found(seen), count - 3);
  EXPECT_THAT(seen.lines, Contains(StartsWith("sync lost at")));
}

}  // namespace
}  // namespace rtmpscope::test
