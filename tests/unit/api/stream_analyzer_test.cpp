#include "rtmpscope/stream_analyzer.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "support/bytes.hpp"
#include "support/chunks.hpp"
#include "support/cuts.hpp"
#include "unit/api/recorded_calls.hpp"

namespace rtmpscope::test {
namespace {

using testing::Contains;
using testing::ElementsAreArray;
using testing::HasSubstr;

ByteVector handshake(const char* side) {
  std::ifstream file(std::string(RECORDED_HANDSHAKES "ffmpeg_publish_nginx.") + side, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A client's handshake, then connect and 20 audio messages.
ByteVector client_bytes() {
  ByteVector stream = handshake("to_server");
  stream.resize(3073);
  stream = concat(stream, message({.chunk_stream_id = 3, .type_id = 20},
                                  hex("02 0007 636f6e6e656374 00 3ff0000000000000 05")));
  for (std::uint32_t i = 0; i < 20; ++i) {
    stream =
        concat(stream, message({.chunk_stream_id = 4, .time = i * 23, .type_id = 8, .message_stream_id = 1},
                               concat(hex("af01"), pattern(200, static_cast<std::uint8_t>(i)))));
  }
  return stream;
}

ByteVector server_bytes() {
  ByteVector stream = handshake("to_client");
  stream.resize(3073);
  return concat(stream, message({.chunk_stream_id = 2, .type_id = 5}, hex("004c4b40")));
}

v1::Packet packet(std::uint64_t number) {
  return {number, static_cast<v1::Time>(number) * 1'000'000};
}

TEST(StreamAnalyzer, TheCutsDoNotMatter) {
  const ByteVector client = client_bytes();
  const ByteVector server = server_bytes();
  std::vector<std::string> expected;
  cut_every_way(
      client,
      [&](const std::vector<Bytes>& pieces) {
        RecordedCalls calls;
        v1::StreamAnalyzer analyzer({}, calls);
        analyzer.data(v1::Direction::to_client, 0, server, packet(1));
        std::uint64_t offset = 0;
        for (const Bytes piece : pieces) {
          analyzer.data(v1::Direction::to_server, offset, piece, packet(2));
          offset += piece.size();
        }
        analyzer.close(v1::StreamEnd::closed, packet(3));
        if (expected.empty()) {
          expected = calls.calls;
          EXPECT_EQ(expected.front(), "open rtmp");
          EXPECT_EQ(expected.back(), "close fin");
          EXPECT_EQ(calls.messages.size(), 22U);
          EXPECT_THAT(expected, Contains(HasSubstr("connect")));
        }
        ASSERT_THAT(calls.calls, ElementsAreArray(expected));
      },
      0, 20);
}

TEST(StreamAnalyzer, AGapCostsWhatWasLostAndIsTold) {
  const ByteVector client = client_bytes();
  RecordedCalls calls;
  v1::StreamAnalyzer analyzer({}, calls);
  const std::size_t lost = client.size() - 1000;
  analyzer.data(v1::Direction::to_server, 0, Bytes(client).first(lost), packet(1));
  analyzer.gap(v1::Direction::to_server, lost, 100, packet(2));
  analyzer.data(v1::Direction::to_server, lost + 100, Bytes(client).subspan(lost + 100), packet(3));
  analyzer.close(v1::StreamEnd::reset, packet(4));
  EXPECT_THAT(calls.calls, Contains("gap at " + std::to_string(lost)));
  EXPECT_THAT(calls.messages, Contains(HasSubstr("time 437")));  // the last one
  EXPECT_EQ(calls.calls.back(), "close reset");
}

TEST(StreamAnalyzer, BytesThatJumpOrRepeatAreAGapOrNothing) {
  const ByteVector client = client_bytes();
  RecordedCalls jump;
  RecordedCalls gap;
  for (RecordedCalls* calls : {&jump, &gap}) {
    v1::StreamAnalyzer analyzer({}, *calls);
    const std::size_t lost = client.size() - 1000;
    analyzer.data(v1::Direction::to_server, 0, Bytes(client).first(lost), packet(1));
    if (calls == &gap) analyzer.gap(v1::Direction::to_server, lost, 100, packet(2));
    analyzer.data(v1::Direction::to_server, lost + 100, Bytes(client).subspan(lost + 100), packet(2));
    if (calls == &jump) analyzer.data(v1::Direction::to_server, 0, client, packet(2));
    analyzer.close(v1::StreamEnd::abandoned, packet(3));
  }
  EXPECT_EQ(jump.calls, gap.calls);
}

TEST(StreamAnalyzer, NothingAfterCloseAndNothingWithoutBytes) {
  RecordedCalls calls;
  v1::StreamAnalyzer analyzer({}, calls);
  analyzer.close(v1::StreamEnd::closed, packet(1));
  analyzer.data(v1::Direction::to_server, 0, client_bytes(), packet(2));
  EXPECT_TRUE(calls.messages.empty());
}

}  // namespace
}  // namespace rtmpscope::test
