// The opening, findings and close of a connection, and its summary.
#include "rtmp/session/event_emitter.hpp"

#include <gmock/gmock.h>

#include "unit/rtmp/session/event_log.hpp"

namespace rtmpscope::test {
namespace {

using ::testing::ElementsAre;

/// Keeps what an emitter fills in.
class HeadLog final : public rtmp::EventSink {
 public:
  struct Head {
    PacketRef packet;
    std::uint32_t connection = 0;
    std::optional<Direction> direction;
  };
  EventLog log;
  std::vector<Head> heads;
  std::optional<rtmp::ConnectionSummary> closed;
  std::array<rtmp::DirectionTotals, 2> totals;

  void on_event(const rtmp::Event& event) override {
    log.on_event(event);
    heads.push_back({event.packet, event.connection, event.direction});
    if (event.kind != EventKind::connection_close) return;
    const auto& close = static_cast<const rtmp::ConnectionCloseEvent&>(event);
    closed = close.summary;
    totals = close.totals;
  }
};

struct EventEmitterTest : ::testing::Test {
  HeadLog seen;
  rtmp::EventEmitter emitter{{}, 7, seen};

  void report(FindingId id, int times, bool after_gap = false) {
    for (int i = 0; i < times; ++i) {
      rtmp::FindingEvent event(id);
      event.after_gap = after_gap;
      emitter.emit_finding(event, {2, 200});
    }
  }
  [[nodiscard]] std::uint64_t counted(Severity severity) const {
    return emitter.summary().findings[static_cast<std::size_t>(severity)];
  }
};

TEST_F(EventEmitterTest, TellsThatTheConnectionBegan) {
  emitter.open({1, 100});
  EXPECT_THAT(seen.log.lines, ElementsAre("connection_open"));
  EXPECT_EQ(emitter.summary().first_time, 100);
  EXPECT_EQ(emitter.summary().last_time, 100);
}

TEST_F(EventEmitterTest, TellsOfAProxyHeaderInFrontOfTheClientsBytes) {
  rtmp::ConnectionInfo about;
  about.proxy_headers = {{ProxyProtocol::version_2, 28, {}}};
  rtmp::EventEmitter behind_proxy(about, 7, seen);
  behind_proxy.open({1, 100});
  EXPECT_THAT(seen.log.lines, ElementsAre("connection_open", "finding proxy_header"));
  EXPECT_EQ(seen.heads[1].direction, Direction::to_server);
  EXPECT_EQ(behind_proxy.summary().findings[static_cast<std::size_t>(info(FindingId::proxy_header).severity)],
            1U);
}

TEST_F(EventEmitterTest, FillsInPacketAndConnectionButNotTheDirection) {
  rtmp::GapEvent to_client({});
  to_client.direction = Direction::to_client;
  emitter.emit(to_client, {3, 300});
  rtmp::GapEvent neither({});
  emitter.emit(neither, {4, 400});
  EXPECT_EQ(seen.heads[0].packet.number, 3U);
  EXPECT_EQ(seen.heads[0].connection, 7U);
  EXPECT_EQ(seen.heads[0].direction, Direction::to_client);
  EXPECT_FALSE(seen.heads[1].direction.has_value());
  EXPECT_EQ(emitter.summary().last_time, 400);
}

TEST_F(EventEmitterTest, TimeDoesNotGoBack) {
  emitter.note_time({1, 500});
  emitter.note_time({2, 300});
  EXPECT_EQ(emitter.summary().last_time, 500);
  EXPECT_TRUE(seen.log.lines.empty());
}

TEST_F(EventEmitterTest, CountsFindingsOfOneIdBeyondTenAndTellsTheirNumberAtTheEnd) {
  report(FindingId::chunk_size_zero, 13);
  report(FindingId::proxy_header, 10);
  EXPECT_EQ(seen.log.lines.size(), 20U);
  EXPECT_EQ(counted(info(FindingId::chunk_size_zero).severity), 13U);
  seen.log.lines.clear();
  emitter.close(EndCause::fin, {9, 900}, {});
  EXPECT_THAT(seen.log.lines, ElementsAre("finding chunk_size_zero and 3 more", "connection_close"));
}

TEST_F(EventEmitterTest, AFindingBehindAGapCountsAsANote) {
  ASSERT_NE(info(FindingId::chunk_size_zero).severity, Severity::note);
  report(FindingId::chunk_size_zero, 1, true);
  EXPECT_EQ(counted(Severity::note), 1U);
  EXPECT_EQ(counted(info(FindingId::chunk_size_zero).severity), 0U);
}

TEST_F(EventEmitterTest, ClosesWithWhatTheConnectionAmountsTo) {
  emitter.open({1, 100});
  emitter.summary().app = "live";
  std::array<rtmp::DirectionTotals, 2> totals{};
  totals[index_of(Direction::to_client)].bytes = 55;
  emitter.close(EndCause::reset, {9, 900}, totals);
  ASSERT_TRUE(seen.closed.has_value());
  EXPECT_EQ(seen.closed->app, "live");
  EXPECT_EQ(seen.closed->end, EndCause::reset);
  EXPECT_EQ(seen.totals[index_of(Direction::to_client)].bytes, 55U);
  EXPECT_EQ(seen.heads.back().connection, 7U);
}

/// It may be noticed by a packet that came long after.
TEST_F(EventEmitterTest, EndsWithTheLatestPacketOfEitherDirection) {
  std::array<rtmp::DirectionTotals, 2> totals{};
  totals[0].last_time = 300;
  totals[1].last_time = 400;
  emitter.open({1, 100});
  emitter.close(EndCause::idle, {9, 90'000}, totals);
  EXPECT_EQ(seen.closed->last_time, 400);
}

TEST_F(EventEmitterTest, EndsWithTheClosingPacketIfTcpKnowsNoTime) {
  emitter.open({1, 100});
  emitter.close(EndCause::fin, {9, 900}, {});
  EXPECT_EQ(seen.closed->last_time, 900);
  rtmp::EventEmitter other({}, 8, seen);
  other.note_time({1, 5000});
  other.close(EndCause::fin, {9, 900}, {});
  EXPECT_EQ(seen.closed->last_time, 5000);
}

}  // namespace
}  // namespace rtmpscope::test
