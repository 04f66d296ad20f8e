// Which events matter to files, and what of them is handed on.
#include "flv/export_observer.hpp"

#include <gtest/gtest.h>

#include "flv/export_item.hpp"
#include "rtmp/message/message_facts.hpp"
#include "rtmp/session/summary.hpp"
#include "support/bytes.hpp"
#include "unit/rtmp/session/amf_bytes.hpp"

namespace rtmpscope::flv {
namespace {

using test::ByteVector;
using test::concat;
using test::hex;
using Kind = ExportItem::Kind;

class ExportObserverTest : public testing::Test {
 protected:
  void send(rtmp::Event& event) {
    event.packet = {12, 0};
    event.connection = 3;
    observer_.on_event(event);
  }
  void send_message(std::uint8_t type, Bytes body, Direction direction = Direction::to_server,
                    bool complete = true) {
    rtmp::MessageHeader header;
    header.type_id = type;
    header.message_stream_id = 1;
    header.timestamp = 40;
    header.length = static_cast<std::uint32_t>(body.size());
    const rtmp::Message message{header, body, complete};
    const rtmp::MessageFacts facts = rtmp::read_message_facts(message);
    rtmp::MessageEvent event(message, facts);
    event.direction = direction;
    event.stream_name = as_bytes("cam");
    send(event);
  }
  [[nodiscard]] std::size_t count() { return observer_.output().spans.size(); }
  /// The only span as an item.
  [[nodiscard]] ExportItem item() {
    EXPECT_EQ(count(), 1U);
    const output::OutputSpan& span = observer_.output().spans.at(0);
    EXPECT_EQ(span.frame, 12U);
    EXPECT_EQ(span.connection, 3U);
    EXPECT_EQ(span.number_at, span.end);  // bytes without a connection number
    return read_item(observer_.output().bytes.view(span.begin, span.end));
  }
  static ByteVector command(std::string_view name) {
    return concat(test::amf_text(name), test::amf_number(1));
  }

  ExportObserver observer_;
};

TEST_F(ExportObserverTest, AConnectionGetsItsNumberWhereItOpens) {
  const rtmp::ConnectionInfo about;
  rtmp::ConnectionOpenEvent event(about);
  send(event);
  ASSERT_EQ(count(), 1U);
  const output::OutputSpan& span = observer_.output().spans[0];
  EXPECT_EQ(span.flags, output::OutputSpan::opens_connection);
  EXPECT_EQ(span.begin, span.end);
  EXPECT_EQ(span.connection, 3U);
}

TEST_F(ExportObserverTest, TellsThatAConnectionCloses) {
  const rtmp::ConnectionSummary summary;
  const std::array<rtmp::DirectionTotals, 2> totals{};
  rtmp::ConnectionCloseEvent event(summary, totals);
  send(event);
  EXPECT_EQ(item().kind, Kind::close);
}

TEST_F(ExportObserverTest, HandsOnMediaWithTheirStream) {
  const ByteVector body = hex("af01 212223");
  send_message(rtmp::MessageType::audio, body, Direction::to_client);
  const ExportItem found = item();
  EXPECT_EQ(found.kind, Kind::media);
  EXPECT_EQ(found.direction, Direction::to_client);
  EXPECT_TRUE(found.complete);
  EXPECT_EQ(found.frame, 12U);
  EXPECT_EQ(found.header.type_id, 8);
  EXPECT_EQ(found.header.timestamp, 40U);
  EXPECT_EQ(found.header.message_stream_id, 1U);
  EXPECT_EQ(found.text, "cam");
  EXPECT_EQ(ByteVector(found.body.begin(), found.body.end()), body);
}

TEST_F(ExportObserverTest, HandsOnEachKindOfMedia) {
  for (const auto type : {rtmp::MessageType::audio, rtmp::MessageType::video, rtmp::MessageType::data_amf3,
                          rtmp::MessageType::data_amf0, rtmp::MessageType::aggregate}) {
    send_message(type, hex("00"));
  }
  EXPECT_EQ(count(), 5U);
}

TEST_F(ExportObserverTest, OfAnIncompleteMessageItHandsOnTheHeaderAlone) {
  send_message(rtmp::MessageType::video, hex("1701"), Direction::to_server, false);
  const ExportItem found = item();
  EXPECT_FALSE(found.complete);
  EXPECT_EQ(found.header.length, 2U);
  EXPECT_TRUE(found.body.empty());
}

TEST_F(ExportObserverTest, HandsOnTheNamesOfTheClientsCommands) {
  send_message(rtmp::MessageType::command_amf0, command("publish"));
  const ExportItem found = item();
  EXPECT_EQ(found.kind, Kind::command);
  EXPECT_EQ(found.text, "publish");
  EXPECT_EQ(found.header.message_stream_id, 1U);
  EXPECT_TRUE(found.body.empty());
}

TEST_F(ExportObserverTest, HandsOnTheApplicationOfConnect) {
  const ByteVector object = test::amf_object({{"app", "live"}});
  send_message(rtmp::MessageType::command_amf3, concat(ByteVector{0}, command("connect"), object));
  const ExportItem found = item();
  EXPECT_EQ(found.text, "connect");
  EXPECT_EQ(as_text(found.body), "live");
}

TEST_F(ExportObserverTest, LeavesOutTheServersCommandsAndIncompleteOnes) {
  send_message(rtmp::MessageType::command_amf0, command("publish"), Direction::to_client);
  send_message(rtmp::MessageType::command_amf0, command("publish"), Direction::to_server, false);
  EXPECT_EQ(count(), 0U);
}

TEST_F(ExportObserverTest, LeavesOutWhatIsNotForFiles) {
  send_message(rtmp::MessageType::set_chunk_size, hex("00001000"));
  rtmp::FindingEvent finding(FindingId::chunk_size_zero);
  send(finding);
  rtmp::GapEvent gap({});
  send(gap);
  EXPECT_EQ(count(), 0U);
  EXPECT_TRUE(observer_.output().bytes.empty());
}

}  // namespace
}  // namespace rtmpscope::flv
