#include "carrier/tls/likeness.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::tls {
namespace {

constexpr Direction client = Direction::to_server, server = Direction::to_client;

struct Seen {
  Direction direction;
  std::uint32_t size;
};

Likeness of(std::initializer_list<Seen> records, std::uint32_t padding = 0) {
  LikenessWatch watch;
  for (const Seen& record : records) watch.add(record.direction, {record.size, record.size + padding});
  return watch.likeness();
}

TEST(Likeness, IsHighIfAllBlocksFit) {
  EXPECT_EQ(of({{client, 1537}, {server, 3073}, {client, 1536}}), Likeness::high);
  // What TLS 1.3 sends before, and tickets in between.
  EXPECT_EQ(of({{server, 30},
                {server, 900},
                {client, 52},
                {client, 1537},
                {server, 250},
                {server, 250},
                {server, 3073},
                {client, 1536}}),
            Likeness::high);
  // Blocks in records of their own.
  EXPECT_EQ(of({{client, 1}, {client, 1536}, {server, 1537}, {server, 1536}, {client, 1536}}),
            Likeness::high);
}

TEST(Likeness, IsLessIfLessIsThere) {
  EXPECT_EQ(of({{client, 1537}, {server, 3073}}), Likeness::medium);
  EXPECT_EQ(of({{client, 1537}, {client, 1536}}), Likeness::low);
  EXPECT_EQ(of({{server, 3073}}), Likeness::low);
  EXPECT_EQ(of({}), Likeness::none);
}

TEST(Likeness, IsNoneForOtherSizesAndOtherOrders) {
  EXPECT_EQ(of({{client, 500}, {server, 3073}, {client, 1536}}), Likeness::none);
  EXPECT_EQ(of({{client, 1537}, {server, 3074}, {client, 1536}}), Likeness::none);
  EXPECT_EQ(of({{server, 3073}, {client, 1537}, {client, 1536}}), Likeness::none);  // the server answers
  EXPECT_EQ(of({{client, 1537}}), Likeness::none);
  EXPECT_EQ(of({{client, 1537}, {client, 20}, {client, 1536}}), Likeness::none);
}

TEST(Likeness, TakesTheRangeThatPaddingLeaves) {
  EXPECT_EQ(of({{client, 1530}, {server, 3060}, {client, 1525}}, 15), Likeness::high);
  EXPECT_EQ(of({{client, 1500}, {server, 3060}, {client, 1525}}, 15), Likeness::none);
}

TEST(Likeness, IsDecidedAfterABoundedNumberOfRecords) {
  LikenessWatch watch;
  for (std::size_t i = 0; i < LikenessWatch::most_records; ++i) {
    EXPECT_FALSE(watch.is_decided());
    watch.add(client, {100, 100});
  }
  EXPECT_TRUE(watch.is_decided());
}

TEST(ContentSize, IsWhatTheCipherLeaves) {
  const auto size = [](std::size_t body, std::uint16_t suite, std::uint16_t version) {
    const ContentSize found = content_size(body, *find_suite(suite), version);
    return std::pair(found.least, found.most);
  };
  EXPECT_EQ(size(1554, 0x1301, tls_1_3), std::pair(1537U, 1537U));  // the project's captures
  EXPECT_EQ(size(1561, 0xC02F, tls_1_2), std::pair(1537U, 1537U));
  EXPECT_EQ(size(16 + 1568 + 0, 0x002F, tls_1_2), std::pair(1532U, 1547U));
  EXPECT_EQ(size(3, 0x1301, tls_1_3), std::pair(0U, 0U));
}

}  // namespace
}  // namespace rtmpscope::tls
