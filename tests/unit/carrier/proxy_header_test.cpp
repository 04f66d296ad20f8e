#include "carrier/proxy_header.hpp"

#include <gtest/gtest.h>

#include "support/bytes.hpp"
#include "support/cuts.hpp"
#include "unit/carrier/stream_script.hpp"

namespace rtmpscope::test {
namespace {

using carrier::LayerState;
using carrier::ProxyHeaderLayer;
using Items = std::vector<RecordingSink::Item>;

constexpr Direction up = Direction::to_server;
constexpr Direction down = Direction::to_client;
constexpr std::string_view content = "\x03\x01\x02 and what follows";

/// A layer with a sink behind it.
struct Harness {
  Harness() { layer.set_next(inner); }
  void data(Direction direction, Bytes bytes) { script.data(layer, direction, bytes); }
  void data(std::string_view text) { script.data(layer, up, as_bytes(text)); }
  void gap(std::optional<std::uint64_t> length) { script.gap(layer, up, length); }

  ProxyHeaderLayer layer;
  RecordingSink inner;
  StreamScript script;
};

/// The client as the header tells it; empty: it does not.
std::string client_of(const ProxyHeaderLayer& layer) {
  return layer.client() ? layer.client()->to_string() : std::string();
}

void expect_header(const std::vector<std::uint8_t>& header, std::string_view client) {
  cut_every_way(concat(header, content), [&](const std::vector<Bytes>& pieces) {
    Harness harness;
    for (const Bytes piece : pieces) harness.data(up, piece);
    EXPECT_EQ(harness.inner.items, (Items{{up, 0, std::string(content), true}}));
    EXPECT_EQ(harness.layer.state(), LayerState::open);
    EXPECT_EQ(harness.layer.outer_offset(up, 0), header.size());
    EXPECT_EQ(client_of(harness.layer), client);
  });
}

/// All of it belongs to the stream.
void expect_none(const std::vector<std::uint8_t>& stream) {
  cut_every_way(stream, [&](const std::vector<Bytes>& pieces) {
    Harness harness;
    for (const Bytes piece : pieces) harness.data(up, piece);
    EXPECT_EQ(harness.inner.items, (Items{{up, 0, std::string(as_text(stream)), true}}));
    EXPECT_EQ(harness.layer.state(), LayerState::absent);
    EXPECT_EQ(harness.layer.outer_offset(up, 5), 5U);
  });
}

TEST(ProxyHeaderLayer, Version1IsALine) {
  expect_header(bytes_of(proxy_version_1), "192.0.2.1:50000");
  expect_header(bytes_of("PROXY TCP6 2001:db8::7 2001:db8::1 65535 1935\r\n"), "[2001:db8::7]:65535");
  expect_header(bytes_of("PROXY UNKNOWN\r\n"), "");
}

TEST(ProxyHeaderLayer, AVersion1LineWithoutAnAddressIsAHeaderAllTheSame) {
  for (const std::string_view line : {"PROXY TCP4 nowhere 192.0.2.2 1 2\r\n", "PROXY TCP4 192.0.2.1\r\n",
                                      "PROXY TCP4 192.0.2.1 192.0.2.2 70000 2\r\n", "PROXY \r\n"}) {
    expect_header(bytes_of(line), "");
  }
}

TEST(ProxyHeaderLayer, Version2HasALength) {
  expect_header(bytes_of(proxy_version_2), "198.51.100.7:50001");
  expect_header(hex("0d0a0d0a000d0a515549540a 20 00 0000"), "");
}

TEST(ProxyHeaderLayer, Version2OfIpv6) {
  expect_header(concat(hex("0d0a0d0a000d0a515549540a 21 21 0024"), hex("20010db8000000000000000000000007"),
                       hex("20010db8000000000000000000000001"), hex("c351 078f")),
                "[2001:db8::7]:50001");
}

/// The command LOCAL is the proxy's own health check.
TEST(ProxyHeaderLayer, Version2LocalTellsNoClient) {
  expect_header(hex("0d0a0d0a000d0a515549540a 20 11 000c c0000201 c0000202 c350 078f"), "");
}

TEST(ProxyHeaderLayer, Version2TooShortForItsAddresses) {
  expect_header(hex("0d0a0d0a000d0a515549540a 21 11 0004 c0000201"), "");
}

TEST(ProxyHeaderLayer, SrsHasALength) {
  expect_header(hex("f3 0004 c0000201"), "192.0.2.1:0");
}

TEST(ProxyHeaderLayer, HeadersLongerThanWhatIsKept) {
  expect_header(concat(hex("0d0a0d0a000d0a515549540a 21 11 0400 c0000201 c0000202 c350 078f"),
                       std::vector<std::uint8_t>(1012)),
                "192.0.2.1:50000");
}

TEST(ProxyHeaderLayer, OtherStreamsHaveNone) {
  expect_none(bytes_of("POST /open/1 HTTP/1.1\r\n"));
  expect_none(bytes_of("PROXY TCP4 without return\n"));
  expect_none(bytes_of("PROXY " + std::string(200, 'x')));
  expect_none(hex("0d0a0d0a000d0a515549540b"));
  expect_none(hex("0d0a0d0a000d0a515549540a 11 11 0000"));
  expect_none(hex("f3 0003 000000"));
  expect_none(hex("f3 ffff 00"));
}

TEST(ProxyHeaderLayer, BytesThatCanBecomeOneAreHeldBack) {
  for (const auto& stream : {bytes_of("P"), bytes_of("PROXY TCP4 192.0.2.1"), hex("0d0a0d0a"), hex("f3 00"),
                             hex("0d0a0d0a000d0a515549540a 21 11 000c c0000201")}) {
    cut_every_way(stream, [&](const std::vector<Bytes>& pieces) {
      Harness harness;
      for (const Bytes piece : pieces) harness.data(up, piece);
      harness.script.end(harness.layer, up);
      EXPECT_EQ(harness.inner.items, (Items{{up, 0, "end"}}));
      EXPECT_EQ(harness.layer.state(), LayerState::establishing);
      EXPECT_EQ(harness.layer.outer_offset(up, 0), stream.size());
    });
  }
}

TEST(ProxyHeaderLayer, TheStreamToTheClientIsHandedOnAsItComes) {
  Harness harness;
  harness.data(down, as_bytes(content));
  harness.data("PROXY ");
  harness.data(down, as_bytes(content));
  EXPECT_EQ(harness.inner.items, (Items{{down, 0, std::string(content) + std::string(content), true}}));
  EXPECT_EQ(harness.layer.outer_offset(down, 7), 7U);
}

TEST(ProxyHeaderLayer, OffsetsAreMappedBothWays) {
  Harness harness;
  harness.data(proxy_version_2);
  harness.data(content);
  harness.gap(10);
  harness.data("more");
  harness.script.end(harness.layer, up);
  const std::uint64_t gap = content.size();
  EXPECT_EQ(harness.inner.items, (Items{{up, 0, std::string(content), true},
                                        {up, gap, "gap 10"},
                                        {up, gap + 10, "more", true},
                                        {up, gap + 14, "end"}}));
  for (const std::uint64_t inner : {0U, 1U, 1000U}) {
    EXPECT_EQ(harness.layer.outer_offset(up, inner), inner + 28);
    EXPECT_EQ(harness.layer.inner_offset(up, inner + 28), inner);
  }
  EXPECT_EQ(harness.layer.inner_offset(up, 27), 0U);  // the header's own byte
}

/// The header's end is known, so the gap costs no more than the address.
TEST(ProxyHeaderLayer, AGapInsideAHeaderOfKnownLength) {
  for (std::size_t begin = 16; begin < proxy_version_2.size(); ++begin) {
    for (std::size_t end = begin + 1; end <= proxy_version_2.size() + 2; ++end) {
      Harness harness;
      harness.data(proxy_version_2.substr(0, begin));
      harness.gap(end - begin);
      Items expected;
      std::string rest(content);
      if (end > proxy_version_2.size()) {
        expected.push_back({up, 0, "gap " + std::to_string(end - proxy_version_2.size())});
        rest = content.substr(end - proxy_version_2.size());
      } else {
        harness.data(proxy_version_2.substr(end));
      }
      harness.data(rest);
      expected.push_back({up, content.size() - rest.size(), rest, true});
      EXPECT_EQ(harness.inner.items, expected);
      EXPECT_EQ(harness.layer.state(), LayerState::open);
      EXPECT_EQ(client_of(harness.layer), "");
    }
  }
}

/// The gap takes what was held with it.
TEST(ProxyHeaderLayer, AGapBeforeTheLengthIsKnown) {
  for (const std::string_view header : {proxy_version_1, proxy_version_2.substr(0, 16)}) {
    for (std::size_t begin = 1; begin < header.size(); ++begin) {
      for (const bool length_known : {true, false}) {
        Harness harness;
        harness.data(header.substr(0, begin));
        harness.gap(length_known ? std::optional<std::uint64_t>(4) : std::nullopt);
        EXPECT_EQ(harness.layer.state(), LayerState::absent);
        EXPECT_EQ(harness.inner.items,
                  (Items{{up, 0, length_known ? "gap " + std::to_string(begin + 4) : "gap"}}));
        harness.data(content);
        EXPECT_EQ(harness.inner.items.back(),
                  (RecordingSink::Item{up, begin + (length_known ? 4 : 0), std::string(content), true}));
      }
    }
  }
}

}  // namespace
}  // namespace rtmpscope::test
