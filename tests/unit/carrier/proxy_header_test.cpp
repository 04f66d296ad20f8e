#include "carrier/proxy_header.hpp"

#include <gtest/gtest.h>

#include "support/bytes.hpp"

namespace rtmpscope::test {
namespace {

using carrier::ProxyHeaderFinder;

constexpr std::string_view version_1 = "PROXY TCP4 192.0.2.1 192.0.2.2 50000 1935\r\n";
const std::vector<std::uint8_t> version_2 =
    hex("0d0a0d0a000d0a515549540a 21 11 000c c0000201 c0000202 c350 078f");

std::vector<std::uint8_t> text(std::string_view characters) {
  return bytes_of(characters);
}

/// The finder's answer for `stream` in pieces of `size` bytes, and how many bytes it took to come to it.
std::pair<std::optional<std::uint32_t>, std::size_t> find(const std::vector<std::uint8_t>& stream,
                                                          std::size_t size) {
  ProxyHeaderFinder finder;
  for (std::size_t at = 0; at < stream.size(); at += size) {
    const Bytes piece = Bytes(stream).subspan(at, std::min(size, stream.size() - at));
    EXPECT_EQ(finder.seen(), at);
    if (const auto length = finder.add(piece)) {
      EXPECT_TRUE(*length != 0 || std::ranges::equal(finder.kept(), Bytes(stream).first(at)));
      return {length, at + piece.size()};
    }
  }
  return {std::nullopt, stream.size()};
}

void expect_length(const std::vector<std::uint8_t>& header, std::uint32_t length) {
  const auto stream = concat(header, hex("03 00000000"));
  for (const std::size_t size : {std::size_t{1}, std::size_t{7}, stream.size()}) {
    EXPECT_EQ(find(stream, size).first, length) << size;
  }
  EXPECT_EQ(find(header, 1), std::pair(std::optional(length), header.size()));
}

TEST(ProxyHeader, Version1IsALine) {
  expect_length(text(version_1), version_1.size());
  expect_length(text("PROXY UNKNOWN\r\n"), 15);
}

TEST(ProxyHeader, Version2HasALength) {
  expect_length(version_2, 28);
  expect_length(hex("0d0a0d0a000d0a515549540a 20 00 0000"), 16);
}

TEST(ProxyHeader, SrsHasALength) {
  expect_length(hex("f3 0004 c0000201"), 7);
}

TEST(ProxyHeader, HeadersLongerThanWhatIsKept) {
  expect_length(concat(hex("0d0a0d0a000d0a515549540a 21 11 0400"), std::vector<std::uint8_t>(1024)), 1040);
}

TEST(ProxyHeader, OtherStreamsHaveNone) {
  const auto line = text("PROXY " + std::string(200, 'x'));
  for (const auto& stream : {text("POST /open/1 HTTP/1.1\r\n"), text("PROXY TCP4 without return\n"), line,
                             hex("0d0a0d0a000d0a515549540b"), hex("0d0a0d0a000d0a515549540a 11 11 0000"),
                             hex("f3 0003 000000"), hex("f3 ffff 00")}) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{5}, stream.size()}) {
      EXPECT_EQ(find(stream, size).first, 0U) << size;
    }
  }
}

TEST(ProxyHeader, BytesThatCanBecomeOneAreWaitedFor) {
  for (const auto& stream : {text("P"), text("PROXY TCP4 192.0.2.1"), hex("0d0a0d0a"), hex("f3 00"),
                             hex("0d0a0d0a000d0a515549540a 21 11 000c c0000201")}) {
    EXPECT_EQ(find(stream, 1).first, std::nullopt);
  }
}

}  // namespace
}  // namespace rtmpscope::test
