#include "recording/record_store.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rtmpscope::recording {
namespace {

RecordBatch batch(std::uint32_t frame, std::uint32_t place, std::string_view records = {}) {
  RecordBatch out;
  out.frame = frame;
  out.place = place;
  out.records = as_bytes(records);
  return out;
}

std::string records(const std::optional<RecordBatch>& found) {
  return found ? std::string(as_text(found->records)) : "none";
}

TEST(RecordStore, FindsNothingInAnEmptyOne) {
  EXPECT_FALSE(RecordStore().find(1, 0));
}

TEST(RecordStore, KeepsEveryNumber) {
  RecordBatch written = batch(0xFFFFFFFF, 0x04000036, "records");
  written.stream_offset = ~std::uint64_t{0};
  written.length = 0xFFFFFFFF;
  written.repeated = 0xFFFFFFFE;
  written.missing_before = 0xFFFFFFFD;
  written.proxy_header = 0xFFFF;
  written.message_type = 0xFF;
  written.direction = Direction::to_client;
  RecordStore log;
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
  EXPECT_EQ(records(read), "records");
}

TEST(RecordStore, AnswersWithItsOwnCopy) {
  std::string bytes = "records";
  RecordStore log;
  const RecordBatch added = log.add(batch(1, 0, bytes));
  bytes = "other";
  EXPECT_EQ(as_text(added.records), "records");
  EXPECT_EQ(records(log.find(1, 0)), "records");
}

TEST(RecordStore, TellsPlacesOfOneFrameApart) {
  RecordStore log;
  log.add(batch(1, 0x04000036, "before"));
  log.add(batch(2, 0x05000010, "inner"));
  log.add(batch(2, 0x04000036, "outer"));
  log.add(batch(3, 0x04000036, "behind"));
  EXPECT_EQ(records(log.find(2, 0x04000036)), "outer");
  EXPECT_EQ(records(log.find(2, 0x05000010)), "inner");
  EXPECT_EQ(records(log.find(2, 0x06000000)), "none");
  EXPECT_EQ(records(log.find(1, 0x05000010)), "none");
}

TEST(RecordStore, NeverMovesWhatItHasWhateverItsSize) {
  RecordStore log;
  std::vector<std::string> written;
  std::vector<RecordBatch> added;
  for (std::uint32_t i = 0; i < 3000; ++i) {
    const std::size_t size = i % 100 == 7 ? 100'000 : i % 50;
    written.emplace_back(size, static_cast<char>('a' + i % 26));
    added.push_back(log.add(batch(2 * i, i, written.back())));
  }
  EXPECT_EQ(log.size(), written.size());
  for (std::uint32_t i = 0; i < written.size(); ++i) {
    const auto found = log.find(2 * i, i);
    ASSERT_TRUE(found) << i;
    ASSERT_EQ(as_text(found->records), written[i]) << i;
    ASSERT_EQ(found->records.data(), added[i].records.data()) << i;
    ASSERT_FALSE(log.find(2 * i + 1, i)) << i;
  }
}

}  // namespace
}  // namespace rtmpscope::recording
