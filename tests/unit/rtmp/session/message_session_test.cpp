#include "rtmp/session/message_session.hpp"

#include <gmock/gmock.h>

#include "unit/rtmp/session/amf_bytes.hpp"
#include "unit/rtmp/session/event_log.hpp"

namespace rtmpscope::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

/// The facts of the last message, copied.
class FactLog final : public rtmp::EventSink {
 public:
  EventLog log;
  rtmp::MessageFacts facts;
  std::optional<Severity> severity;

  void on_event(const rtmp::Event& event) override {
    log.on_event(event);
    severity = severity_of(event);
    if (event.kind == EventKind::message) facts = static_cast<const rtmp::MessageEvent&>(event).facts;
  }
};

struct MessageSessionTest : ::testing::Test {
  FactLog log;
  rtmp::MessageSession session{{}, 1, true, log};
  std::uint64_t packet = 0;

  void say(Direction direction, std::uint8_t type, const ByteVector& body, std::uint32_t stream = 0,
           bool complete = true) {
    rtmp::MessageHeader header;
    header.type_id = type;
    header.message_stream_id = stream;
    header.length = static_cast<std::uint32_t>(body.size());
    ++packet;
    session.on_message(direction, {header, body, complete}, {packet, static_cast<Timestamp>(packet) * 1000});
  }
  const rtmp::CommandFacts& command() { return std::get<rtmp::CommandFacts>(log.facts); }
};

TEST_F(MessageSessionTest, NeedsNoByteStreams) {
  session.open({1, 0});
  say(Direction::to_server, 20, concat(amf_text("createStream"), amf_number(2), amf_null));
  say(Direction::to_client, 20, concat(amf_text("_result"), amf_number(2), amf_null, amf_number(1)));
  say(Direction::to_server, 20,
      concat(amf_text("publish"), amf_number(0), amf_null, amf_text("room"), amf_text("live")), 1);
  say(Direction::to_server, 8, hex("af001210"), 1);
  session.close(EndCause::fin, {packet, 0}, {});
  EXPECT_THAT(log.log.lines, ElementsAre("connection_open", "message 20 ", "message 20  after 1000 ns",
                                         "message 20 room", "message 8 room", "connection_close"));
}

TEST_F(MessageSessionTest, MessagesCarryTheirFacts) {
  say(Direction::to_server, 20, concat(amf_text("createStream"), amf_number(2), amf_null));
  EXPECT_EQ(command().name, "createStream");
  EXPECT_EQ(command().transaction_id, 2.0);
  say(Direction::to_server, 18, concat(amf_text("onMetaData"), amf_null), 1);
  EXPECT_EQ(command().name, "onMetaData");
  say(Direction::to_server, 9, hex("1701000000"), 1);
  EXPECT_TRUE(std::get<media::VideoFacts>(log.facts).key_frame);
  say(Direction::to_server, 8, hex("af0121"), 1);
  EXPECT_EQ(std::get<media::AudioFacts>(log.facts).codec, media::AudioCodec::aac);
  say(Direction::to_client, 3, hex("000f4240"));
  EXPECT_EQ(std::get<rtmp::ControlFacts>(log.facts).value, 1'000'000U);
  say(Direction::to_client, 4, hex("000000000001"));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(log.facts));
}

TEST_F(MessageSessionTest, StatusesSayHowBadTheyAre) {
  const auto status = [](std::string_view level) {
    return concat(amf_text("onStatus"), amf_number(0), amf_null,
                  amf_object({{"level", level}, {"code", "NetStream.Some.Code"}, {"description", "why"}}));
  };
  say(Direction::to_client, 20, status("status"), 1);
  EXPECT_EQ(log.severity, std::nullopt);
  EXPECT_EQ(command().code, "NetStream.Some.Code");
  EXPECT_EQ(command().description, "why");
  say(Direction::to_client, 20, status("warning"), 1);
  EXPECT_EQ(log.severity, Severity::warning);
  say(Direction::to_client, 20, status("error"), 1);
  EXPECT_EQ(log.severity, Severity::error);
  EXPECT_EQ(session.summary().error, "NetStream.Some.Code: why");
  say(Direction::to_client, 20, concat(amf_text("_error"), amf_number(9), amf_null));
  EXPECT_EQ(log.severity, Severity::error);
  say(Direction::to_client, 8, hex("af01"), 1, false);
  EXPECT_EQ(log.severity, Severity::warning) << "incomplete";
}

TEST_F(MessageSessionTest, FindingsOfOneKindAreLimited) {
  for (std::uint32_t i = 0; i < rtmp::maximum_finding_events + 5; ++i)
    say(Direction::to_server, 1, hex("00000001"));
  session.close(EndCause::fin, {packet, 0}, {});
  EXPECT_THAT(log.log.lines,
              Contains("finding chunk_size_small").Times(static_cast<int>(rtmp::maximum_finding_events)));
  EXPECT_THAT(log.log.lines, Contains("finding chunk_size_small and 5 more"));
}

TEST_F(MessageSessionTest, MessagesAreCountedWithoutEvents) {
  rtmp::MessageSession quiet({}, 1, false, log);
  rtmp::MessageHeader header;
  header.type_id = 8;
  header.length = 3;
  const ByteVector body = hex("af0121");
  quiet.on_message(Direction::to_server, {header, body, true}, {7, 5000});
  EXPECT_TRUE(log.log.lines.empty());
  EXPECT_EQ(quiet.summary().audio_messages[0], 1U);
  EXPECT_EQ(quiet.summary().last_time, 5000);
}

}  // namespace
}  // namespace rtmpscope::test
