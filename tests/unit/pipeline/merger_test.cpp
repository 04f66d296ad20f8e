#include "pipeline/merger.hpp"

#include <gtest/gtest.h>

#include "output/span_assembler.hpp"

namespace rtmpscope::test {
namespace {

using output::OutputSpan;

class MergerTest : public testing::Test {
 protected:
  /// A span of `shard`: text, with the number of `connection` behind it.
  void add(std::size_t shard, std::uint64_t frame, std::uint32_t connection, std::string_view text,
           bool opens = false) {
    output::Output& output = outputs_[shard];
    const auto begin = static_cast<std::uint32_t>(output.bytes.size());
    output.bytes.append(text);
    const auto number_at = static_cast<std::uint32_t>(output.bytes.size());
    output.bytes.append(' ');
    const auto end = static_cast<std::uint32_t>(output.bytes.size());
    output.spans.push_back(
        {frame, connection, begin, number_at, end, opens ? OutputSpan::opens_connection : 0U});
  }

  std::string merge(pipeline::Merger& merger) {
    output::Buffer to;
    merger.add(outputs_, nullptr, to, [] {});
    for (output::Output& output : outputs_) output.clear();
    return std::string(to.view());
  }
  static pipeline::Merger make(std::optional<std::uint32_t> only = std::nullopt) {
    return {std::make_unique<output::SpanAssembler>(), only};
  }

  std::array<output::Output, pipeline::shard_count> outputs_;
};

TEST_F(MergerTest, SpansOfAllShardsAreSortedByFrame) {
  pipeline::Merger merger = make();
  add(5, 3, 1, "c", true);
  add(5, 9, 1, "e");
  add(2, 1, 1, "a", true);
  add(2, 2, 1, "b");
  add(2, 4, 1, "d");
  EXPECT_EQ(merge(merger), "a1 b1 c2 d1 e2 ");
  EXPECT_EQ(merger.connections(), 2U);
}

TEST_F(MergerTest, ConnectionsKeepTheirNumbersInLaterWindows) {
  pipeline::Merger merger = make();
  add(7, 1, 1, "a", true);
  add(3, 2, 1, "b", true);
  EXPECT_EQ(merge(merger), "a1 b2 ");
  add(3, 5, 2, "new", true);
  add(3, 6, 1, "b");
  add(7, 4, 1, "a");
  EXPECT_EQ(merge(merger), "a1 new3 b2 ");
}

TEST_F(MergerTest, SpansOfOneFrameAreInTheOrderOfConnectionNumbers) {
  pipeline::Merger merger = make();
  add(9, 1, 1, "a", true);
  add(4, 2, 1, "b", true);
  static_cast<void>(merge(merger));
  add(4, 8, 1, "b");
  add(9, 8, 1, "a");
  EXPECT_EQ(merge(merger), "a1 b2 ");
}

TEST_F(MergerTest, FramesFarApartAreSortedAsWell) {
  pipeline::Merger merger = make();
  add(1, 50'000'000'000, 1, "b", true);
  add(2, 1, 1, "a", true);
  EXPECT_EQ(merge(merger), "a1 b2 ");
}

TEST_F(MergerTest, OneConnectionCanBePickedOut) {
  pipeline::Merger merger = make(2);
  add(1, 1, 1, "a", true);
  add(2, 2, 1, "b", true);
  add(1, 3, 1, "a");
  add(3, 4, 0, "none");
  EXPECT_EQ(merge(merger), "b2 none ");
}

TEST_F(MergerTest, AWindowWithoutOutputIsNothing) {
  pipeline::Merger merger = make();
  EXPECT_EQ(merge(merger), "");
}

}  // namespace
}  // namespace rtmpscope::test
