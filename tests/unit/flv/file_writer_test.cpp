#include "flv/file_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/bytes.hpp"
#include "unit/flv/memory_file.hpp"

namespace rtmpscope::flv {
namespace {

using test::hex;
using testing::ElementsAre;

constexpr std::uint8_t audio = 8;
constexpr std::uint8_t video = 9;
constexpr std::uint8_t data = 18;

class FileWriterTest : public testing::Test {
 protected:
  explicit FileWriterTest(Timestamps timestamps = Timestamps::from_zero)
      : writer_(std::make_unique<test::MemoryFile>(file_), timestamps) {}

  void add(std::uint8_t type, std::uint32_t timestamp, std::string_view body) {
    const auto bytes = hex(body);
    writer_.add({type, timestamp, bytes});
  }
  [[nodiscard]] std::vector<std::string> tags() const { return test::tags_of(file_); }

  std::vector<std::uint8_t> file_;
  FileWriter writer_;
};

TEST_F(FileWriterTest, BeginsWithTheHeader) {
  EXPECT_EQ(file_, hex("464c56 01 00 00000009 00000000"));
}

TEST_F(FileWriterTest, SaysWhichKindsOfTagsThereAre) {
  add(data, 0, "020000");
  EXPECT_EQ(file_[4], 0);
  add(audio, 0, "2f00");
  EXPECT_EQ(file_[4], 4);
  add(video, 0, "2200");
  EXPECT_EQ(file_[4], 5);
}

TEST_F(FileWriterTest, WritesEachTagWithItsBackPointer) {
  add(video, 0, "220011");
  EXPECT_EQ(std::vector(file_.begin() + 13, file_.end()), hex("09 000003 000000 00 000000 220011 0000000e"));
}

TEST_F(FileWriterTest, CountsTimesFromTheFirstFrame) {
  add(video, 0, "1700000000");  // AVC configuration, dated 0 as ffmpeg does
  add(video, 5000, "1701000000");
  add(audio, 5020, "2f00");
  EXPECT_THAT(tags(), ElementsAre("9@0:1700000000", "9@0:1701000000", "8@20:2f00"));
  EXPECT_EQ(writer_.contents().duration, 20U);
}

TEST_F(FileWriterTest, CountsTimesFromAnEarlierFrameThatComesLater) {
  add(video, 0, "1700000000");
  add(video, 5000, "1701000000");
  add(audio, 4990, "2f00");
  add(video, 5040, "2701000000");
  EXPECT_THAT(tags(), ElementsAre("9@0:1700000000", "9@10:1701000000", "8@0:2f00", "9@50:2701000000"));
}

TEST_F(FileWriterTest, MovesTagsThatTakeSeveralSteps) {
  const std::string large(std::size_t{200'000}, '0');
  add(video, 1000, "22" + large);
  for (int i = 0; i < 5000; ++i) add(audio, 1000, "2f0000000000000000");
  add(video, 900, "22");
  const auto all = tags();
  ASSERT_EQ(all.size(), 5002U);
  EXPECT_EQ(all[0].substr(0, 6), "9@100:");
  for (std::size_t i = 1; i <= 5000; ++i) ASSERT_EQ(all[i], "8@100:2f0000000000000000") << i;
  EXPECT_EQ(all[5001], "9@0:22");
}

TEST_F(FileWriterTest, MovesTagsOnlySoOften) {
  for (std::uint32_t i = 0; i < 100; ++i) add(audio, 1000 - i, "2f");
  EXPECT_EQ(tags().front(), "8@64:2f");
  EXPECT_EQ(tags().back(), "8@0:2f");
}

TEST_F(FileWriterTest, GoesOnWhereTimestampsWrap) {
  add(audio, 0xFFFFFFF0, "2f");
  add(audio, 0x10, "2f");
  EXPECT_THAT(tags(), ElementsAre("8@0:2f", "8@32:2f"));
}

class SentTimesTest : public FileWriterTest {
 protected:
  SentTimesTest() : FileWriterTest(Timestamps::as_sent) {}
};

TEST_F(SentTimesTest, AreTheMessages) {
  add(video, 7, "1700000000");
  add(video, 0x01000005, "1701000000");
  add(audio, 0x01000000, "2f");
  EXPECT_THAT(tags(), ElementsAre("9@7:1700000000", "9@16777221:1701000000", "8@16777216:2f"));
  EXPECT_EQ(writer_.contents().duration, 5U);
}

TEST_F(FileWriterTest, CountsWhatIsThere) {
  add(data, 0, "02000a6f6e4d65746144617461");
  add(video, 0, "1700000000");
  add(video, 0, "1701000000");
  add(audio, 0, "af00");
  add(audio, 10, "af01");
  add(audio, 20, "af01");
  const FileContents& contents = writer_.contents();
  EXPECT_EQ(contents.data, 1U);
  EXPECT_EQ(contents.video, 2U);
  EXPECT_EQ(contents.audio, 3U);
  EXPECT_EQ(contents.bytes, file_.size());
  EXPECT_TRUE(contents.has_video_configuration);
  EXPECT_TRUE(contents.has_audio_configuration);
  EXPECT_EQ(contents.undecodable_video + contents.undecodable_audio, 0U);
}

TEST_F(FileWriterTest, CountsFramesBeforeTheirConfiguration) {
  add(video, 0, "2701000000");
  add(video, 0, "a1 68766331 000000");  // Enhanced RTMP: HEVC
  add(audio, 0, "af01");
  add(audio, 0, "2f00");  // MP3 needs none
  add(video, 0, "1700000000");
  add(video, 0, "1701000000");
  EXPECT_EQ(writer_.contents().undecodable_video, 2U);
  EXPECT_EQ(writer_.contents().undecodable_audio, 1U);
  EXPECT_TRUE(writer_.contents().has_video_configuration);
  EXPECT_FALSE(writer_.contents().has_audio_configuration);
}

constexpr std::string_view metadata =
    "02000a 6f6e4d65746144617461 03 0008 6475726174696f6e 00 0000000000000000 000009";

TEST_F(FileWriterTest, PatchesTheDurationOfTheMetadata) {
  add(data, 0, metadata);
  add(audio, 1000, "2f");
  add(audio, 3500, "2f");
  writer_.patch_duration();
  EXPECT_EQ(tags().front(), "18@0:02000a6f6e4d657461446174610300086475726174696f6e004004000000000000000009");
}

TEST_F(FileWriterTest, LeavesTheDurationAloneWithoutFrames) {
  add(data, 0, metadata);
  const auto before = file_;
  writer_.patch_duration();
  EXPECT_EQ(file_, before);
}

}  // namespace
}  // namespace rtmpscope::flv
