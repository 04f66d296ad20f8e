#include "carrier/tls/record_splitter.hpp"

#include <gtest/gtest.h>

#include <string>

#include "carrier/tls/handshake_joiner.hpp"
#include "support/bytes.hpp"

namespace rtmpscope::tls {
namespace {

using test::hex;

/// Three records, the second without content.
const std::vector<std::uint8_t> stream = hex("1603010003 aabbcc 1703030000 1503030002 0100");
const std::string expected = "22:3@0 23:0@8 21:2@13 ";

std::string records_of(RecordSplitter& splitter) {
  std::string text;
  while (const auto record = splitter.next()) {
    text += std::to_string(record->header[0]) + ":" + std::to_string(record->body.size()) + "@" +
            std::to_string(record->offset) + " ";
  }
  return text;
}

TEST(RecordSplitter, GivesTheSameRecordsForAnyCut) {
  for (std::size_t first = 0; first <= stream.size(); ++first) {
    for (std::size_t second = first; second <= stream.size(); ++second) {
      RecordSplitter splitter;
      std::string text;
      const Bytes all(stream);
      for (const auto& [from, to] :
           {std::pair(std::size_t{0}, first), {first, second}, {second, stream.size()}}) {
        if (from == to) continue;
        splitter.feed({from, all.subspan(from, to - from), {}});
        text += records_of(splitter);
      }
      EXPECT_EQ(text, expected) << first << " " << second;
    }
  }
}

TEST(RecordSplitter, SaysWhatARecordLacks) {
  RecordSplitter splitter;
  splitter.feed({0, Bytes(stream).first(6), {}});
  EXPECT_EQ(records_of(splitter), "");
  EXPECT_EQ(splitter.missing(), 2U);
  EXPECT_EQ(splitter.offset(), 0U);
}

TEST(RecordSplitter, HoldsWhatWasCut) {
  RecordSplitter splitter;
  const auto begun = hex("1703");
  splitter.feed({0, begun, {}});
  EXPECT_EQ(records_of(splitter), "");
  EXPECT_EQ(std::vector(splitter.held().begin(), splitter.held().end()), begun);
}

TEST(RecordSplitter, IsBrokenByWhatIsNoHeader) {
  for (const char* bytes : {"474554202f", "1704030000", "1303030000", "1703034801"}) {
    RecordSplitter splitter;
    const auto wrong = hex(bytes);
    splitter.feed({0, wrong, {}});
    EXPECT_EQ(records_of(splitter), "");
    EXPECT_TRUE(splitter.is_broken()) << bytes;
    EXPECT_EQ(splitter.offset(), 0U);
    splitter.restart(5);
    splitter.feed({5, stream, {}});
    EXPECT_EQ(records_of(splitter), "22:3@5 23:0@13 21:2@18 ");
  }
}

TEST(HasRecords, AsksForAnEndThatFits) {
  const auto one = hex("ffff 1703030012 000102030405060708090a0b0c0d0e0f1011");
  EXPECT_TRUE(has_records(one, 1));
  EXPECT_FALSE(has_records(Bytes(one).first(one.size() - 1), 1));
  EXPECT_FALSE(has_records(Bytes(one).subspan(2), 1));
  EXPECT_TRUE(has_records(Bytes(one).subspan(2), 0));
}

TEST(HandshakeJoiner, JoinsMessagesFromAnyPieces) {
  const auto bytes = hex("01000002 aabb 0b000000 14000001 cc");
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    HandshakeJoiner joiner;
    std::string text;
    const auto take = [&](std::uint8_t type, Bytes body) {
      text += std::to_string(type) + ":" + std::to_string(body.size()) + " ";
    };
    joiner.add(Bytes(bytes).first(cut), take);
    joiner.add(Bytes(bytes).subspan(cut), take);
    EXPECT_EQ(text, "1:2 11:0 20:1 ") << cut;
  }
}

TEST(HandshakeJoiner, KeepsABoundedPartOfALongMessage) {
  HandshakeJoiner joiner;
  std::size_t kept = 0, messages = 0;
  const auto take = [&](std::uint8_t, Bytes body) {
    kept = body.size();
    ++messages;
  };
  joiner.add(hex("0bffffff"), take);
  const std::vector<std::uint8_t> piece(1 << 14);
  for (std::size_t sent = 0; sent < 0xFFFFFF; sent += piece.size())
    joiner.add(Bytes(piece).first(std::min<std::size_t>(piece.size(), 0xFFFFFF - sent)), take);
  EXPECT_EQ(messages, 1U);
  EXPECT_EQ(kept, most_handshake_bytes - 4);
  joiner.add(hex("14000000"), take);
  EXPECT_EQ(messages, 2U);
}

}  // namespace
}  // namespace rtmpscope::tls
