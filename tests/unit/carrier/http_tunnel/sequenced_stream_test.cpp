#include "carrier/http_tunnel/sequenced_stream.hpp"

#include <gtest/gtest.h>

#include "unit/carrier/stream_script.hpp"

namespace rtmpscope::test {
namespace {

constexpr Direction up = Direction::to_server;
constexpr PacketRef packet{1, 1};

struct Stream {
  RecordingSink out;
  std::size_t held = 0;
  carrier::SequencedStream stream{up, out, held};

  Stream() { stream.start(0); }
  void body(std::uint64_t number, std::string_view bytes) {
    stream.data(number, 0, as_bytes(bytes), packet);
    stream.end(number, packet);
  }
  [[nodiscard]] std::string text() const {
    std::string all;
    for (const RecordingSink::Item& item : out.items) all += item.is_data ? item.text : "<" + item.text + ">";
    return all;
  }
};

TEST(SequencedStream, PutsBodiesInOrder) {
  Stream stream;
  stream.body(2, "c");
  stream.body(0, "a");
  EXPECT_EQ(stream.text(), "a");
  EXPECT_TRUE(stream.stream.is_waiting());
  stream.body(1, "b");
  EXPECT_EQ(stream.text(), "abc");
  EXPECT_EQ(stream.held, 0U);
}

TEST(SequencedStream, SecondCopyBringsWhatTheFirstOneLacked) {
  Stream stream;
  stream.stream.data(0, 0, as_bytes("abc"), packet);  // and its connection breaks
  stream.body(0, "abcdef");
  stream.body(0, "abcdef");
  stream.body(1, "g");
  EXPECT_EQ(stream.text(), "abcdefg");
}

TEST(SequencedStream, GapsKeepTheirPlaceWhileTheyWait) {
  Stream stream;
  stream.stream.data(1, 0, as_bytes("x"), packet);
  stream.stream.gap(1, 1, 3, GapCause::not_captured, packet);
  stream.stream.data(1, 4, as_bytes("y"), packet);
  stream.stream.end(1, packet);
  stream.body(0, "w");
  EXPECT_EQ(stream.text(), "wx<gap 3>y");
  EXPECT_EQ(stream.stream.offset(), 6U);
}

TEST(SequencedStream, SkippedNumbersAreAGapIfSomethingIsLost) {
  Stream stream;
  stream.body(0, "a");
  stream.stream.skip_to(3, true, packet);
  stream.body(3, "d");
  stream.stream.skip_to(5, false, packet);
  stream.body(5, "f");
  EXPECT_EQ(stream.text(), "a<gap>df");
}

TEST(SequencedStream, GivesUpWhatDoesNotCome) {
  Stream stream;
  stream.body(3, "d");
  stream.body(4, "e");
  stream.stream.give_up(packet);
  stream.body(1, "b");  // too late
  EXPECT_EQ(stream.text(), "<gap>de");
}

TEST(SequencedStream, OneGapForLossesInARow) {
  Stream stream;
  stream.body(0, "a");
  stream.stream.lose(GapCause::not_captured, packet);
  stream.stream.lose(GapCause::not_captured, packet);
  stream.stream.unnumbered(as_bytes("b"), packet);
  EXPECT_EQ(stream.text(), "a<gap>b");
}

TEST(SequencedStream, NumbersMayBeginAnew) {
  Stream stream;
  stream.body(0, "a");
  stream.stream.start_again(0, packet);
  stream.body(0, "b");
  EXPECT_EQ(stream.text(), "a<gap>b");
}

}  // namespace
}  // namespace rtmpscope::test
