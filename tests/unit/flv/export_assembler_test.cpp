// Files of a capture, and the report about them.
#include "flv/export_assembler.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "flv/export_item.hpp"
#include "support/bytes.hpp"
#include "unit/flv/memory_file.hpp"

namespace rtmpscope::flv {
namespace {

namespace fs = std::filesystem;
using test::hex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Kind = ExportItem::Kind;

constexpr std::uint8_t audio = rtmp::MessageType::audio;
constexpr std::uint8_t video = rtmp::MessageType::video;

class ExportAssemblerTest : public testing::Test {
 protected:
  ExportAssemblerTest() {
    std::string name = (fs::temp_directory_path() / "rtmpscope-export-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
    folder_ = std::move(*OutputFolder::open((root_ / "out").string(), false));
    assembler_ = std::make_unique<ExportAssembler>(options_, *folder_, totals_);
  }
  ~ExportAssemblerTest() override {
    assembler_.reset();
    folder_.reset();
    fs::remove_all(root_);
  }

  void add(std::uint32_t number, const ExportItem& item) {
    output::Output from;
    write_item(from.bytes, item);
    const auto end = static_cast<std::uint32_t>(from.bytes.size());
    assembler_->add(from, {1, 1, 0, end, end, 0}, number, report_);
  }
  /// On the message stream of `media`.
  void command(std::uint32_t number, std::string_view name, std::string_view app = {}) {
    rtmp::MessageHeader header;
    header.message_stream_id = 1;
    add(number,
        {.kind = Kind::command, .complete = true, .header = header, .text = name, .body = as_bytes(app)});
  }
  void media(std::uint32_t number, std::uint8_t type, std::string_view stream, std::string_view body,
             std::uint32_t timestamp = 0, Direction direction = Direction::to_server) {
    const auto bytes = hex(body);
    rtmp::MessageHeader header;
    header.type_id = type;
    header.message_stream_id = 1;
    header.timestamp = timestamp;
    header.length = static_cast<std::uint32_t>(bytes.size());
    add(number, {.kind = Kind::media,
                 .direction = direction,
                 .complete = true,
                 .header = header,
                 .text = stream,
                 .body = bytes});
  }
  void incomplete_audio(std::uint32_t number, std::string_view stream) {
    rtmp::MessageHeader header;
    header.type_id = audio;
    header.message_stream_id = 1;
    header.length = 100;
    add(number, {.kind = Kind::media, .frame = 77, .header = header, .text = stream});
  }
  void close(std::uint32_t number) { add(number, {.kind = Kind::close}); }
  void end() {
    while (assembler_->end(report_)) {
    }
  }

  [[nodiscard]] std::string report() const { return std::string(report_.view()); }
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(root_ / "out")) names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
  }
  [[nodiscard]] std::vector<std::string> tags(const std::string& name) const {
    std::ifstream file(root_ / "out" / name, std::ios::binary);
    return test::tags_of({std::istreambuf_iterator<char>(file), {}});
  }

  fs::path root_;
  ExportOptions options_;
  ExportTotals totals_;
  std::unique_ptr<OutputFolder> folder_;
  std::unique_ptr<ExportAssembler> assembler_;
  output::Buffer report_;
};

TEST_F(ExportAssemblerTest, WritesTheStreamsOfEachConnection) {
  command(1, "connect", "live");
  media(1, audio, "a", "2f01", 10);
  media(2, audio, "a", "2f02");
  media(1, audio, "a", "2f03", 50);
  media(1, audio, "b", "2f04", 0, Direction::to_client);
  end();
  EXPECT_THAT(files(), ElementsAre("a.flv", "live_a.flv", "live_b.flv"));
  EXPECT_THAT(tags("live_a.flv"), ElementsAre("8@0:2f01", "8@40:2f03"));
  EXPECT_THAT(tags("a.flv"), ElementsAre("8@0:2f02"));
  EXPECT_EQ(totals_.files, 3U);
}

TEST_F(ExportAssemblerTest, ReportsAFileWhenItsConnectionCloses) {
  command(7, "connect", "live");
  media(7, audio, "a", "2f01", 10);
  media(7, audio, "a", "2f03", 50);
  EXPECT_EQ(report(), "");
  close(7);
  EXPECT_THAT(report(), HasSubstr("live_a.flv: connection 7 published, 0 video, 2 audio, 0 data, 0.040 s, "));
  const std::string before = report();
  close(8);  // a connection without messages
  EXPECT_EQ(report(), before);
}

TEST_F(ExportAssemblerTest, ReportsWhatWasOpenAndTheTotalsAtTheEnd) {
  media(7, audio, "a", "2f01", 0, Direction::to_client);
  incomplete_audio(7, "a");
  end();
  EXPECT_THAT(report(), HasSubstr("a.flv: connection 7 played, "));
  EXPECT_THAT(report(), HasSubstr("  left out: 1 incomplete message\n    packet 77: "));
  EXPECT_THAT(report(), HasSubstr("1 file in " + folder_->path() + ", 1 incomplete message left out\n"));
  EXPECT_EQ(totals_.left_out, 1U);
}

TEST_F(ExportAssemblerTest, SaysNothingOfACaptureWithoutStreams) {
  command(1, "connect", "live");
  end();
  EXPECT_EQ(report(), "");
}

TEST_F(ExportAssemblerTest, ListsIncompleteMessagesOfStreamsWithoutAFile) {
  incomplete_audio(4, "a");
  end();
  EXPECT_THAT(report(),
              HasSubstr("connection 4, messages without a file\n  left out: 1 incomplete message\n"));
  EXPECT_THAT(report(), HasSubstr("no file, 1 incomplete message left out\n"));
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(ExportAssemblerTest, ANewPublishBeginsANewFile) {
  command(1, "publish");
  media(1, audio, "a", "2f01");
  command(1, "publish");
  EXPECT_THAT(report(), HasSubstr("a.flv: "));
  media(1, audio, "a", "2f02");
  end();
  EXPECT_EQ(totals_.files, 2U);
  EXPECT_THAT(tags("a.flv"), ElementsAre("8@0:2f01"));
}

TEST_F(ExportAssemblerTest, WritesTheStreamsAloneThatAreWanted) {
  options_.streams = {"b"};
  media(1, audio, "a", "2f01");
  incomplete_audio(1, "a");
  media(2, audio, "b", "2f02");
  end();
  EXPECT_THAT(files(), ElementsAre("b.flv"));
  EXPECT_EQ(totals_.left_out, 0U);
}

TEST_F(ExportAssemblerTest, KeepsStreamNamesOutOfFileNamesIfAsked) {
  const std::uint8_t key[] = {1};
  options_.redaction = std::make_shared<const output::Redaction>(Bytes(key), false);
  command(1, "connect", "live?key=secret");
  media(1, audio, "hidden", "2f01");
  end();
  ASSERT_EQ(files().size(), 1U);
  EXPECT_THAT(files()[0], Not(HasSubstr("hidden")));
  EXPECT_THAT(files()[0], Not(HasSubstr("secret")));
  EXPECT_EQ(files()[0], options_.redaction->file_part(FieldId::document_app, "live") + "_" +
                            options_.redaction->file_part(FieldId::document_stream_name, "hidden") + ".flv");
  EXPECT_THAT(report(), Not(HasSubstr("hidden")));
}

TEST_F(ExportAssemblerTest, SaysWhatAPlayerWillMiss) {
  media(1, video, "a", "1701000000 00000001 65");
  media(1, audio, "a", "af01 2122");
  media(1, audio, "a", "af00 1210");
  end();
  EXPECT_THAT(report(),
              HasSubstr("  the configuration of the video was not captured: players may not decode the "
                        "video\n"));
  EXPECT_THAT(report(), HasSubstr("  1 audio frame comes before the configuration\n"));
}

TEST_F(ExportAssemblerTest, TakesTheTimesAsSentIfAsked) {
  options_.timestamps = Timestamps::as_sent;
  media(1, audio, "a", "2f01", 500);
  end();
  EXPECT_THAT(tags("a.flv"), ElementsAre("8@500:2f01"));
}

TEST_F(ExportAssemblerTest, WritesNoMoreFilesThanItsMost) {
  totals_.files = most_files - 1;
  media(1, audio, "a", "2f01");
  media(2, audio, "b", "2f01");
  media(2, audio, "b", "2f02");
  end();
  EXPECT_THAT(files(), ElementsAre("a.flv"));
  EXPECT_EQ(totals_.unrecorded, 1U);
  EXPECT_THAT(report(), HasSubstr("1 stream beyond 10000 files not exported\n"));
}

TEST_F(ExportAssemblerTest, ASpanWithoutBytesIsNothing) {
  const output::Output from;
  assembler_->add(from, {1, 1, 0, 0, 0, output::OutputSpan::opens_connection}, 1, report_);
  end();
  EXPECT_EQ(report(), "");
}

}  // namespace
}  // namespace rtmpscope::flv
