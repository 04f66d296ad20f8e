#include "flv/recorder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "support/bytes.hpp"
#include "unit/flv/memory_file.hpp"

namespace rtmpscope::flv {
namespace {

using test::hex;
using testing::ElementsAre;
using testing::IsEmpty;
using Tags = std::vector<std::string>;

constexpr std::uint8_t audio = 8;
constexpr std::uint8_t video = 9;
constexpr std::uint8_t data = 18;
constexpr std::uint8_t aggregate = 22;

class Files final : public FileStore {
 public:
  std::unique_ptr<ByteFile> create(const StreamKey& stream, const RecordedMessage&) override {
    if (stream.name == "unwanted") return nullptr;
    return std::make_unique<test::MemoryFile>(bytes.emplace_back());
  }
  void on_left_out(ByteFile* file, const RecordedMessage&) override {
    ++(file == nullptr ? left_out_without_file : left_out);
  }
  void on_finished(FileWriter&) override { ++finished; }

  [[nodiscard]] std::vector<Tags> tags() const {
    std::vector<Tags> all;
    for (const auto& file : bytes) all.push_back(test::tags_of(file));
    return all;
  }

  std::deque<std::vector<std::uint8_t>> bytes;  ///< in the order of creation; does not move what is in it
  int left_out = 0;
  int left_out_without_file = 0;
  int finished = 0;
};

class RecorderTest : public testing::Test {
 protected:
  void add(std::uint8_t type, std::uint32_t stream, std::string_view body, std::string_view name = "a",
           Direction direction = Direction::to_server) {
    const auto bytes = hex(body);
    rtmp::Message message{{}, bytes, true};
    message.header.type_id = type;
    message.header.message_stream_id = stream;
    message.header.length = static_cast<std::uint32_t>(bytes.size());
    message.header.timestamp = 10;
    recorder_.on_message({message, direction, name, "live", 1});
  }
  void add_incomplete(std::uint8_t type, std::uint32_t stream) {
    rtmp::Message message;
    message.header.type_id = type;
    message.header.message_stream_id = stream;
    message.header.length = 100;
    message.complete = false;
    recorder_.on_message({message, Direction::to_server, "a", "live", 1});
  }

  Files files_;
  Recorder recorder_{files_, Timestamps::as_sent};
};

TEST_F(RecorderTest, WritesAFileForEachStream) {
  add(audio, 1, "2f01");
  add(audio, 2, "2f02", "b");
  add(audio, 1, "2f03");
  add(audio, 1, "2f04", "a", Direction::to_client);
  EXPECT_THAT(files_.tags(),
              ElementsAre(Tags{"8@10:2f01", "8@10:2f03"}, Tags{"8@10:2f02"}, Tags{"8@10:2f04"}));
}

TEST_F(RecorderTest, IgnoresWhatIsNoMedia) {
  add(20, 1, "02000566");
  add(1, 0, "00001000");
  add(audio, 1, "");
  EXPECT_THAT(files_.tags(), IsEmpty());
}

TEST_F(RecorderTest, BeginsAnewWithPublishAndPlay) {
  for (const char* name : {"publish", "play", "play2"}) {
    add(audio, 1, "2f01");
    recorder_.on_command(name, 1);
  }
  EXPECT_EQ(files_.tags().size(), 3U);
  EXPECT_EQ(files_.finished, 3);
}

TEST_F(RecorderTest, GoesOnAfterCommandsOfOtherStreams) {
  add(audio, 1, "2f01");
  recorder_.on_command("publish", 2);
  recorder_.on_command("pause", 1);
  add(audio, 1, "2f01");
  EXPECT_EQ(files_.tags().size(), 1U);
  EXPECT_EQ(files_.finished, 0);
}

TEST_F(RecorderTest, TakesAggregatesApart) {
  add(aggregate, 1,
      "08 000002 000064 00 000000 2f01 0000000d"
      "09 000002 000069 00 000000 2202 0000000d"
      "12 000003 000069 00 000000 020000 0000000e");
  EXPECT_THAT(files_.tags(), ElementsAre(Tags{"8@10:2f01", "9@15:2202", "18@15:020000"}));
}

TEST_F(RecorderTest, StopsInAnAggregateThatEndsTooEarly) {
  add(aggregate, 1, "08 000002 000064 00 000000 2f01 0000000d 09 000009 000069 00 000000 22");
  EXPECT_THAT(files_.tags(), ElementsAre(Tags{"8@10:2f01"}));
}

TEST_F(RecorderTest, WritesOfDataWhatARecorderKeeps) {
  add(data, 1, "02000d 407365744461746146 72616d65 02000a 6f6e4d65746144617461 05");
  add(15, 1, "00 02000a 6f6e4d65746144617461 05");
  add(data, 1, "020008 6f6e537461747573 05");
  EXPECT_THAT(files_.tags(),
              ElementsAre(Tags{"18@10:02000a6f6e4d6574614461746105", "18@10:02000a6f6e4d6574614461746105"}));
}

TEST_F(RecorderTest, LeavesIncompleteMessagesOut) {
  add_incomplete(video, 1);
  add(audio, 1, "2f01");
  add_incomplete(video, 1);
  add_incomplete(20, 1);
  EXPECT_THAT(files_.tags(), ElementsAre(Tags{"8@10:2f01"}));
  EXPECT_EQ(files_.left_out, 1);
  EXPECT_EQ(files_.left_out_without_file, 1);
}

TEST_F(RecorderTest, LeavesOutStreamsThatTheStoreDoesNotWant) {
  add(audio, 1, "2f01", "unwanted");
  add(audio, 1, "2f02", "unwanted");
  recorder_.finish();
  EXPECT_THAT(files_.tags(), IsEmpty());
  EXPECT_EQ(files_.finished, 0);
}

TEST_F(RecorderTest, KeepsOnlySoManyFilesOpen) {
  for (std::uint32_t i = 1; i <= most_open_streams + 10; ++i) add(audio, i, "2f01", "");
  EXPECT_EQ(files_.bytes.size(), most_open_streams);
}

TEST_F(RecorderTest, LearnsTheMessageStreamOfAFileThatBeganWithoutOne) {
  rtmp::Message message;
  const auto body = hex("2f01");
  message.header.type_id = audio;
  message.header.message_stream_id_known = false;
  message.header.length = 2;
  message.body = body;
  recorder_.on_message({message, Direction::to_server, "", "", 1});
  add(audio, 3, "2f02", "");
  add(audio, 4, "2f03", "");
  EXPECT_THAT(files_.tags(), ElementsAre(Tags{"8@0:2f01", "8@10:2f02"}, Tags{"8@10:2f03"}));
}

}  // namespace
}  // namespace rtmpscope::flv
