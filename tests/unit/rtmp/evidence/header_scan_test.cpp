// Passing over bytes that cannot begin a header: all that can are found, one at a time and many at once
// alike.
#include "rtmp/evidence/header_scan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <vector>

namespace rtmpscope::test {
namespace {

using rtmp::HeaderScan;
using Buffer = std::vector<std::uint8_t>;

/// The places that are visited. `lone`: each by itself, with nothing behind it but what a header needs.
std::vector<std::size_t> places(const HeaderScan& scan, Bytes run, bool lone) {
  std::vector<std::size_t> found;
  if (!lone) {
    scan.scan(run, 0, run.size(), [&](std::size_t at) {
      found.push_back(at);
      return true;
    });
    return found;
  }
  for (std::size_t at = 0; at < run.size(); ++at) {
    const Bytes own = run.subspan(at, std::min(run.size() - at, HeaderScan::bytes_behind + 1));
    scan.scan(own, 0, 1, [&](std::size_t) {
      found.push_back(at);
      return true;
    });
  }
  return found;
}

bool is_visited(const HeaderScan& scan, const Buffer& header) {
  // Bytes that begin no header, on chunk streams that are not known.
  Buffer run(300, 0xBF);
  std::ranges::copy(header, run.begin() + 100);
  const auto together = places(scan, run, false);
  EXPECT_EQ(together, places(scan, run, true));
  return std::ranges::find(together, 100U) != together.end();
}

HeaderScan known() {
  HeaderScan scan;
  scan.allow_explicit();
  for (const std::uint32_t id : {2U, 4U, 63U}) scan.add_inheriting(id);
  return scan;
}

TEST(HeaderScan, FindsHeadersOfAllTypes) {
  const HeaderScan scan = known();
  EXPECT_TRUE(is_visited(scan, {0x06, 0x12, 0x34, 0x56, 0x01, 0x02, 0x03, 9, 1, 0, 0, 0}));
  EXPECT_TRUE(is_visited(scan, {0x46, 0x00, 0xEA, 0x60, 0x01, 0x02, 0x03, 8}));
  EXPECT_TRUE(is_visited(scan, {0x46, 0xFF, 0xFF, 0xFF, 0x01, 0x02, 0x03, 22, 0x7F, 0, 0, 0}));
  EXPECT_TRUE(is_visited(scan, {0x84, 0x00, 0x00, 0x17}));
  EXPECT_TRUE(is_visited(scan, {0xFF}));
  for (std::uint8_t type = 1; type <= 6; ++type) {
    EXPECT_TRUE(is_visited(scan, {0x02, 0, 0, 0, 0, 0, 4, type, 0, 0, 0, 0})) << int{type};
  }
  for (const std::uint8_t type : Buffer{8, 9, 15, 16, 17, 18, 19, 20, 22}) {
    EXPECT_TRUE(is_visited(scan, {0x03, 0, 0, 0, 9, 9, 9, type, 0xFF, 0xFF, 0, 0})) << int{type};
  }
}

TEST(HeaderScan, PassesOverWhatCannotBeOne) {
  const HeaderScan scan = known();
  for (const std::uint8_t type : Buffer{0, 7, 10, 14, 21, 23, 0x89}) {
    EXPECT_FALSE(is_visited(scan, {0x06, 0, 0, 0, 0, 0, 9, type, 1, 0, 0, 0})) << int{type};
  }
  EXPECT_FALSE(is_visited(scan, {0x06, 0, 0, 0, 0, 0, 9, 9, 1, 0, 1, 0}));  // message stream 65537
  EXPECT_FALSE(is_visited(scan, {0x02, 0, 0, 0, 0, 1, 4, 1, 0, 0, 0, 0}));  // control message of 260 bytes
  EXPECT_FALSE(is_visited(scan, {0x46, 0x01, 0, 0, 0, 0, 9, 9}));           // 65 seconds later
  EXPECT_FALSE(is_visited(scan, {0x84, 0x01, 0x00, 0x00}));
  EXPECT_FALSE(is_visited(scan, {0x85, 0x00, 0x00, 0x17}));  // a chunk stream that is not known
  EXPECT_FALSE(is_visited(scan, {0xC5}));
  EXPECT_FALSE(is_visited(HeaderScan{}, {0x06, 0, 0, 0, 0, 0, 9, 9, 1, 0, 0, 0}));
}

TEST(HeaderScan, FindsWideMessageStreamsAndLongBasicHeaders) {
  HeaderScan scan = known();
  scan.allow_wide_message_streams();
  EXPECT_TRUE(is_visited(scan, {0x06, 0, 0, 0, 0, 0, 9, 9, 1, 0, 1, 0xFE}));
  EXPECT_FALSE(is_visited(scan, {0x00, 0x24, 0, 0, 0}));
  EXPECT_FALSE(is_visited(scan, {0x81, 0x24, 0x01}));
  scan.add_inheriting(100);
  for (const std::uint8_t first : Buffer{0x00, 0x40, 0x80, 0xC0})
    EXPECT_TRUE(is_visited(scan, {first, 0x24, 0xBF}));
  scan.add_inheriting(1000);
  for (const std::uint8_t first : Buffer{0x01, 0x41, 0x81, 0xC1})
    EXPECT_TRUE(is_visited(scan, {first, 0xA8, 0x03}));
}

TEST(HeaderScan, ToldTypesNeedTheirType) {
  const Buffer header = {0x06, 0, 0, 0, 0, 0, 9, 9};
  EXPECT_EQ(places(known(), header, false), std::vector<std::size_t>{0});
  EXPECT_TRUE(places(known(), Bytes(header).first(7), false).empty());
}

TEST(HeaderScan, OneByOneAndTogetherAlike) {
  std::mt19937 random(1);
  Buffer run(1 << 18);
  // Few values, so that fields fit often.
  constexpr std::array<std::uint8_t, 10> values = {0, 0, 1, 4, 9, 20, 0x44, 0x84, 0xC4, 0xFF};
  for (std::uint8_t& byte : run) byte = values[random() % values.size()];
  HeaderScan scan = known();
  const auto found = places(scan, run, false);
  EXPECT_EQ(found, places(scan, run, true));
  EXPECT_GT(found.size(), run.size() / 64);
  EXPECT_LT(found.size(), run.size() / 2);
  scan.allow_wide_message_streams();
  scan.add_inheriting(64);
  EXPECT_EQ(places(scan, run, false), places(scan, run, true));
}

TEST(HeaderScan, StopsWhereToldAndGoesOnBehind) {
  const HeaderScan scan = known();
  Buffer run(200, 0xBF);
  for (const std::size_t at : {3U, 70U, 71U, 199U}) run[at] = 0xC4;
  std::vector<std::size_t> found;
  for (std::size_t at = 0; at < run.size();) {
    at = scan.scan(run, at, run.size(), [&](std::size_t place) {
      found.push_back(place);
      return false;
    });
  }
  EXPECT_EQ(found, (std::vector<std::size_t>{3, 70, 71, 199}));
}

}  // namespace
}  // namespace rtmpscope::test
