#include "record_log.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rtmpscope::plugin {
namespace {

FrameRecord record(std::uint32_t frame, std::uint32_t place, std::string_view units = {}) {
  FrameRecord out;
  out.frame = frame;
  out.place = place;
  out.units = as_bytes(units);
  return out;
}

std::string units(const std::optional<FrameRecord>& found) {
  return found ? std::string(as_text(found->units)) : "none";
}

TEST(RecordLog, FindsNothingInAnEmptyOne) {
  EXPECT_FALSE(RecordLog().find(1, 0));
}

TEST(RecordLog, KeepsEveryNumber) {
  FrameRecord written = record(0xFFFFFFFF, 0x04000036, "units");
  written.stream_offset = ~std::uint64_t{0};
  written.length = 0xFFFFFFFF;
  written.repeated = 0xFFFFFFFE;
  written.missing_before = 0xFFFFFFFD;
  written.proxy_header = 0xFFFF;
  written.message_type = 0xFF;
  written.direction = Direction::to_client;
  RecordLog log;
  log.add(written);
  const auto read = log.find(0xFFFFFFFF, 0x04000036);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->frame, written.frame);
  EXPECT_EQ(read->place, written.place);
  EXPECT_EQ(read->stream_offset, written.stream_offset);
  EXPECT_EQ(read->length, written.length);
  EXPECT_EQ(read->repeated, written.repeated);
  EXPECT_EQ(read->missing_before, written.missing_before);
  EXPECT_EQ(read->proxy_header, written.proxy_header);
  EXPECT_EQ(read->message_type, written.message_type);
  EXPECT_EQ(read->direction, written.direction);
  EXPECT_EQ(units(read), "units");
}

TEST(RecordLog, AnswersWithItsOwnCopy) {
  std::string bytes = "units";
  RecordLog log;
  const FrameRecord added = log.add(record(1, 0, bytes));
  bytes = "other";
  EXPECT_EQ(as_text(added.units), "units");
  EXPECT_EQ(units(log.find(1, 0)), "units");
}

TEST(RecordLog, TellsPlacesOfOneFrameApart) {
  RecordLog log;
  log.add(record(1, 0x04000036, "before"));
  log.add(record(2, 0x05000010, "inner"));
  log.add(record(2, 0x04000036, "outer"));
  log.add(record(3, 0x04000036, "behind"));
  EXPECT_EQ(units(log.find(2, 0x04000036)), "outer");
  EXPECT_EQ(units(log.find(2, 0x05000010)), "inner");
  EXPECT_EQ(units(log.find(2, 0x06000000)), "none");
  EXPECT_EQ(units(log.find(1, 0x05000010)), "none");
}

TEST(RecordLog, NeverMovesWhatItHasWhateverItsSize) {
  RecordLog log;
  std::vector<std::string> written;
  std::vector<FrameRecord> added;
  for (std::uint32_t i = 0; i < 3000; ++i) {
    const std::size_t size = i % 100 == 7 ? 100'000 : i % 50;
    written.emplace_back(size, static_cast<char>('a' + i % 26));
    added.push_back(log.add(record(2 * i, i, written.back())));
  }
  EXPECT_EQ(log.size(), written.size());
  for (std::uint32_t i = 0; i < written.size(); ++i) {
    const auto found = log.find(2 * i, i);
    ASSERT_TRUE(found) << i;
    ASSERT_EQ(as_text(found->units), written[i]) << i;
    ASSERT_EQ(found->units.data(), added[i].units.data()) << i;
    ASSERT_FALSE(log.find(2 * i + 1, i)) << i;
  }
}

}  // namespace
}  // namespace rtmpscope::plugin
