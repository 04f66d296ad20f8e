#include "recording/recorder.hpp"

#include <gtest/gtest.h>

#include <string>

#include "rtmp/session/summary.hpp"
#include "support/bytes.hpp"

namespace rtmpscope::recording {
namespace {

using test::hex;

class RecorderTest : public testing::Test {
 protected:
  /// Bytes of packet `frame`, from `offset` of its stream on, and what they bring.
  template <typename Bring>
  RecordBatch record(std::uint32_t frame, Direction direction, Bytes packet, Bring bring) {
    recorder_.begin(offset_, frame, packet);
    direction_ = direction;
    bring();
    RecordBatch batch;
    batch.frame = frame;
    batch.direction = direction;
    batch.stream_offset = offset_;
    batch.length = static_cast<std::uint32_t>(packet.size());
    offset_ += packet.size();
    return recorder_.end(batch);
  }

  void on_chunk(std::uint8_t format, std::uint32_t chunk_stream, std::uint8_t type) {
    rtmp::ChunkHeader header;
    header.format = format;
    header.basic_size = 1;
    header.chunk_stream_id = chunk_stream;
    header.type_id = type;
    rtmp::ChunkEvent event(header, 1);
    event.direction = direction_;
    recorder_.on_event(event);
  }

  void on_message(std::uint8_t type, Bytes body, std::string_view stream = {},
                  std::optional<std::uint64_t> request = {}, std::uint64_t first_frame = 0,
                  std::uint32_t message_stream = 0) {
    rtmp::Message message{{}, body, true};
    message.header.first_frame = first_frame;
    message.header.type_id = type;
    message.header.message_stream_id = message_stream;
    message.header.length = static_cast<std::uint32_t>(body.size());
    const rtmp::MessageFacts facts = rtmp::read_message_facts(message);
    rtmp::MessageEvent event(message, facts);
    event.direction = direction_;
    event.stream_name = as_bytes(stream);
    event.request_frame = request;
    if (request) event.response_time = 5;
    recorder_.on_event(event);
  }

  static std::vector<Record> all(const RecordBatch& batch) {
    std::vector<Record> found;
    Record record;
    for (RecordReader records(batch); records.next(record);) found.push_back(record);
    return found;
  }

  RecordWriter writer_;
  Recorder recorder_{writer_};
  std::uint64_t offset_ = 0;
  Direction direction_ = Direction::to_server;
};

constexpr auto up = Direction::to_server;
constexpr auto down = Direction::to_client;

TEST_F(RecorderTest, FindsWhatEachPacketBrought) {
  const auto packet = hex("00112233");
  record(7, up, packet, [&] { on_message(8, Bytes(packet).subspan(1, 2)); });
  record(9, up, packet, [&] {});
  const auto batch = recorder_.find(7, 0);
  ASSERT_TRUE(batch);
  const auto records = all(*batch);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].kind, Record::Kind::message);
  EXPECT_EQ(records[0].message.frame, 7U);
  EXPECT_TRUE(all(*recorder_.find(9, 0)).empty());
  EXPECT_FALSE(recorder_.find(8, 0));
}

TEST_F(RecorderTest, KnowsWhichPacketCompletesAMessageIfOnlyOneCanBeMeant) {
  const auto packet = hex("0011");
  const auto bring_video_of = [&](std::uint64_t first_frame) {
    return [this, &packet, first_frame] {
      on_chunk(1, 6, 9);
      on_message(9, packet, {}, {}, first_frame);
    };
  };
  const RecordBatch part = record(1, up, packet, [&] { on_chunk(1, 6, 9); });
  const RecordBatch of_server = record(2, down, packet, [&] { on_chunk(1, 6, 9); });
  const RecordBatch of_two = record(3, up, packet, [&] { on_chunk(1, 6, 9); });
  EXPECT_EQ(recorder_.completed_in(part), std::nullopt);  // not yet
  const RecordBatch whole = record(5, up, packet, bring_video_of(1));
  EXPECT_EQ(recorder_.completed_in(part), 5U);
  EXPECT_EQ(recorder_.completed_in(of_two), 5U);
  EXPECT_EQ(recorder_.completed_in(of_server), std::nullopt);
  EXPECT_EQ(recorder_.completed_in(whole), std::nullopt);
  record(6, up, packet, bring_video_of(3));
  EXPECT_EQ(recorder_.completed_in(part), 5U);
  EXPECT_EQ(recorder_.completed_in(of_two), std::nullopt);  // the message of packet 5, or of packet 6
  record(7, up, packet, bring_video_of(7));
  EXPECT_EQ(recorder_.completed_in(part), 5U);
}

TEST_F(RecorderTest, LeavesNoBatchOfAPacketWithoutEnd) {
  const auto packet = hex("00112233");
  recorder_.begin(0, 1, packet);
  EXPECT_FALSE(recorder_.find(1, 0));
  EXPECT_TRUE(all(record(2, up, packet, [] {})).empty());
}

TEST_F(RecorderTest, RefersToBodiesThatLieInThePacketAndCopiesOthers) {
  const auto packet = hex("00112233");
  auto other = hex("445566");
  const RecordBatch batch = record(1, up, packet, [&] {
    on_message(8, Bytes(packet).subspan(1, 3));
    on_message(8, other);
  });
  other.assign(3, 0);
  const auto records = all(batch);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].message.body.copy, nullptr);
  EXPECT_EQ(records[0].message.body.offset, 1U);
  EXPECT_EQ(records[0].message.body.size, 3U);
  ASSERT_NE(records[1].message.body.copy, nullptr);
  const Bytes copy(records[1].message.body.copy, records[1].message.body.size);
  EXPECT_EQ(std::vector(copy.begin(), copy.end()), hex("445566"));
}

TEST_F(RecorderTest, NamesTheTypeOfTheLastPayload) {
  const auto packet = hex("00");
  EXPECT_EQ(record(1, up, packet, [] {}).message_type, 0);
  EXPECT_EQ(record(2, up, packet, [&] { on_chunk(0, 4, 9); }).message_type, 9);
  EXPECT_EQ(record(3, up, packet, [&] { on_chunk(0, 6, 8); }).message_type, 8);
  EXPECT_EQ(record(4, up, packet, [&] { on_chunk(3, 4, 0); }).message_type, 9) << "goes on with its message";
  EXPECT_EQ(record(5, up, packet, [&] { on_chunk(2, 9, 0); }).message_type, 0)
      << "inherits what was not seen";
  EXPECT_EQ(record(6, down, packet, [] {}).message_type, 0);
}

TEST_F(RecorderTest, LinksARequestAndItsResponse) {
  const auto request = hex("020007 636f6e6e656374 00 3ff0000000000000");
  const auto response = hex("020007 5f726573756c74 00 3ff0000000000000");
  const RecordBatch asked = record(3, up, request, [&] { on_message(20, request); });
  const RecordBatch answered = record(8, down, response, [&] { on_message(20, response, {}, 3); });
  const CommandLink& forward = recorder_.link(all(asked)[0].message);
  EXPECT_EQ(forward.transaction_id, 1);
  EXPECT_EQ(forward.frame, 3U);
  EXPECT_EQ(forward.request_frame, 0U);
  EXPECT_EQ(forward.response_frame, 8U);
  const CommandLink& backward = recorder_.link(all(answered)[0].message);
  EXPECT_EQ(backward.request_frame, 3U);
  EXPECT_EQ(backward.response_frame, 0U);
  EXPECT_EQ(backward.response_time, 5);
}

TEST_F(RecorderTest, LinksAPublishAndTheStatusThatAnswersIt) {
  const auto publish = hex("020007 7075626c697368 00 4014000000000000");
  const auto play = hex("020004 706c6179 00 4014000000000000");
  const auto status = [](std::string_view code) {  // onStatus(0, null, {code: ""})
    auto body = hex("020008 6f6e537461747573 00 0000000000000000 05 03 0004 636f6465 02");
    const auto size = static_cast<std::uint8_t>(code.size());
    body.insert(body.end(), {0, size});
    body.insert(body.end(), code.begin(), code.end());
    body.insert(body.end(), {0, 0, 9});
    return body;
  };
  const auto reset = status("NetStream.Play.Reset");
  const auto start = status("NetStream.Play.Start");
  const auto published = status("NetStream.Publish.Start");
  const auto link_of = [&](std::uint32_t frame, Direction direction, Bytes body, std::uint32_t stream) {
    const auto batch = record(frame, direction, body, [&] { on_message(20, body, {}, {}, 0, stream); });
    return all(batch)[0].message;
  };
  const MessageRecord first = link_of(1, up, publish, 1);
  const MessageRecord second = link_of(2, up, play, 2);
  EXPECT_EQ(recorder_.opening(recorder_.link(link_of(3, up, published, 1))), nullptr) << "of the same side";
  EXPECT_EQ(recorder_.opening(recorder_.link(link_of(4, down, reset, 2))), nullptr) << "before the answer";
  const CommandLink* of_play = recorder_.opening(recorder_.link(link_of(5, down, start, 2)));
  ASSERT_NE(of_play, nullptr);
  EXPECT_EQ(of_play->frame, 2U);
  EXPECT_EQ(recorder_.link(second).response_frame, 5U);
  EXPECT_EQ(recorder_.link(first).response_frame, 0U);
  EXPECT_EQ(recorder_.opening(recorder_.link(link_of(6, down, start, 2))), nullptr) << "it has its answer";
  ASSERT_NE(recorder_.opening(recorder_.link(link_of(7, down, published, 0))), nullptr) << "on stream 0";
  EXPECT_EQ(recorder_.link(first).response_frame, 7U);
}

TEST_F(RecorderTest, KeepsNamesOnce) {
  rtmp::ConnectionSummary summary;
  summary.app = "live";
  recorder_.set_summary(summary);
  const auto packet = hex("0011");
  const auto records = all(record(1, up, packet, [&] {
    on_message(8, packet, "room");
    on_message(9, packet, "room");
    on_message(9, packet);
  }));
  EXPECT_EQ(recorder_.text(records[0].message.stream_name), "room");
  EXPECT_EQ(records[0].message.stream_name, records[1].message.stream_name);
  EXPECT_EQ(recorder_.text(records[2].message.stream_name), "");
  EXPECT_EQ(recorder_.text(records[0].message.app), "live");
}

TEST_F(RecorderTest, KeepsTheFieldsOfFindingsButThoseOfBodies) {
  const auto packet = hex("0011");
  const auto records = all(record(1, up, packet, [&] {
    rtmp::FindingEvent in_body(FindingId::data_name_missing);
    in_body.in_body = true;
    recorder_.on_event(in_body);
    rtmp::FindingEvent event(FindingId::not_rtmp);
    recorder_.on_event(event);
  }));
  ASSERT_EQ(records.size(), 1U);
  const EventRecord& event = recorder_.event(records[0].event);
  EXPECT_EQ(event.kind, EventKind::finding);
  EXPECT_EQ(event.finding, FindingId::not_rtmp);
  EXPECT_FALSE(event.fields.entries().empty());
}

}  // namespace
}  // namespace rtmpscope::recording
