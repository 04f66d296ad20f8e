#include "net/flow_table.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "unit/net/recorder.hpp"

namespace rtmpscope::net::test {
namespace {

std::uint64_t closed(const Scenario& s, EndCause cause) {
  return s.table.counters().flows_closed[static_cast<std::size_t>(cause)];
}

TEST(FlowTable, IdleFlowsEnd) {
  const FlowLimits limits;
  Scenario s;
  s.tick(0);
  s.feed("c A 100 a");
  s.tick(limits.idle_timeout);
  EXPECT_EQ(closed(s, EndCause::idle), 0U);
  s.tick(limits.idle_timeout + 1);
  EXPECT_EQ(s.log.text, "open? >0+?:start >0:a >1.idle <0.idle close:idle");
  EXPECT_EQ(s.table.size(), 0U);
}

TEST(FlowTable, ActivityIsCountedFromTheLastTick) {
  const FlowLimits limits;
  Scenario s;
  s.tick(0);
  s.feed("c A 100 a");
  s.tick(limits.idle_timeout);
  s.feed("c A 101 b");
  s.tick(2 * limits.idle_timeout);
  EXPECT_EQ(s.table.size(), 1U);
  s.tick(2 * limits.idle_timeout + 1);
  EXPECT_EQ(s.table.size(), 0U);
}

TEST(FlowTable, FlowsBeforeTheFirstTickAreAsOldAsTheTick) {
  Scenario s;
  s.feed("c A 100 a t=1000");
  s.tick(1'000'000 * second);
  EXPECT_EQ(s.table.size(), 1U);
  s.tick(1'000'000 * second + FlowLimits{}.idle_timeout + 1);
  EXPECT_EQ(s.table.size(), 0U);
}

TEST(FlowTable, FlowsWithoutPayloadAreForgottenSooner) {
  const FlowLimits limits;
  Scenario s;
  s.tick(0);
  for (std::uint16_t port = 1; port <= 100; ++port) s.feed(fmt::format("c S 99 port={}", port));
  EXPECT_EQ(s.table.size(), 100U);
  s.tick(limits.half_open_timeout + 1);
  EXPECT_EQ(s.table.size(), 0U);
  EXPECT_EQ(s.table.counters().half_open_dropped, 100U);
  EXPECT_EQ(s.log.text, "");
}

TEST(FlowTable, AFloodWithoutPayloadIsForgottenEvenSooner) {
  FlowLimits limits;
  limits.usual_half_open = 99;
  Scenario s(limits);
  s.tick(0);
  for (std::uint16_t port = 1; port <= 100; ++port) s.feed(fmt::format("c S 99 port={}", port));
  s.tick(limits.half_open_timeout_if_more);
  EXPECT_EQ(s.table.size(), 100U);
  s.tick(limits.half_open_timeout_if_more + 1);
  EXPECT_EQ(s.table.size(), 0U);
  for (std::uint16_t port = 1; port <= 99; ++port) s.feed(fmt::format("c S 99 port={}", port));
  s.tick(2 * limits.half_open_timeout_if_more + 2);
  EXPECT_EQ(s.table.size(), 99U);
}

TEST(FlowTable, AClosingFlowWithAGapEndsSoon) {
  Scenario s;
  s.tick(0);
  for (const char* x : {"c S 99", "s SA 499 ack=100", "c A 100 a", "c FA 102 c", "s FA 500 ack=104"})
    s.feed(x);
  s.tick(FlowLimits{}.closing_timeout);
  EXPECT_EQ(s.log.text, "open >0:a <0.fin");
  s.tick(FlowLimits{}.closing_timeout + 1);
  EXPECT_EQ(s.log.text, "open >0:a <0.fin >1+1:not_captured >2:c >3.fin close:fin");
}

TEST(FlowTable, TombstonesSwallowLatePacketsForALimitedTime) {
  const FlowLimits limits;
  Scenario s;
  s.tick(0);
  for (const char* x : {"c S 99", "s SA 499 ack=100", "c A 100 a", "c R 101"}) s.feed(x);
  s.tick(limits.tombstone_time);
  s.feed("s A 500 late");
  EXPECT_EQ(s.table.counters().tombstone_segments, 1U);
  s.tick(limits.tombstone_time + 1);  // the late packet did not prolong it
  s.feed("s A 500 later");
  EXPECT_EQ(s.log.text, "open >0:a >1.reset <0.reset close:reset open? <0+?:start <0:later");
}

TEST(FlowTable, BytesThatComeAfterAResetAreCounted) {
  Scenario s;
  for (const char* x : {"c S 99", "s SA 499 ack=100", "s A 500 ab", "c R 100"}) s.feed(x);
  s.feed("s A 502 cdef");
  s.feed("s A 500 abc");  // one byte of it is new
  s.feed("s A 500 ab");   // a retransmission
  s.feed("s FA 506");
  EXPECT_EQ(s.table.counters().late_segments, 2U);
  EXPECT_EQ(s.table.counters().late_bytes, 5U);
}

TEST(FlowTable, BytesThatNobodyWantsAreNotLate) {
  Scenario s;
  s.log.interested = false;
  for (const char* x : {"c S 99", "s SA 499 ack=100", "s A 500 ab", "c R 100", "s A 502 cdef"}) s.feed(x);
  EXPECT_EQ(s.table.counters().tombstone_segments, 1U);
  EXPECT_EQ(s.table.counters().late_segments, 0U);
}

TEST(FlowTable, EvictsTombstonesThenHalfOpenThenTheLeastRecentlyUsed) {
  FlowLimits limits;
  limits.flows = 4;
  Scenario s(limits);
  s.tick(0);
  s.feed("c A 100 a port=1");
  s.feed("c A 100 a port=2");
  s.feed("c S 99 port=3");
  s.feed("c A 100 a port=4");
  s.feed("c R 101 port=4");
  s.tick(second);
  s.feed("c A 101 b port=1");  // now 2 is the least recently used
  EXPECT_EQ(s.table.size(), 4U);
  s.feed("c A 100 a port=5");  // replaces the tombstone 4
  s.feed("c A 100 a port=6");  // replaces the half-open 3
  EXPECT_EQ(s.table.counters().half_open_dropped, 1U);
  EXPECT_EQ(closed(s, EndCause::evicted), 0U);
  s.feed("c A 100 a port=7");  // replaces 2
  EXPECT_EQ(closed(s, EndCause::evicted), 1U);
  EXPECT_EQ(s.table.size(), 4U);
  s.log.text.clear();
  s.feed("c A 102 c port=1");
  EXPECT_EQ(s.log.text, ">2:c");
  s.feed("c A 101 b port=2");  // begins again
  EXPECT_EQ(s.log.text.rfind(">2:c >3.evicted <0.evicted close:evicted open?", 0), 0U) << s.log.text;
}

TEST(FlowTable, AFloodOfSynsStaysBounded) {
  FlowLimits limits;
  limits.flows = 1000;
  Scenario s(limits);
  s.feed("c A 100 a port=65000");
  for (std::uint32_t i = 0; i < 50'000; ++i) s.feed(fmt::format("c S {} port={}", i, i % 60000));
  EXPECT_EQ(s.table.size(), 1000U);
  s.feed("c A 101 b port=65000");
  EXPECT_EQ(s.log.text, "open? >0+?:start >0:a >1:b");
}

TEST(FlowTable, FlowsEndInTheOrderInWhichTheyBegan) {
  Scenario s;
  s.tick(0);
  for (const int port : {5, 3, 9, 1}) s.feed(fmt::format("c A 100 a port={}", port));
  s.tick(second);
  s.feed("c A 101 b port=5");
  std::vector<std::uint16_t> ports;
  for (const FlowInfo& info : s.observer.infos) ports.push_back(std::min(info.client.port, info.server.port));
  EXPECT_EQ(ports, (std::vector<std::uint16_t>{5, 3, 9, 1}));
  s.finish();
  ASSERT_EQ(s.log.totals.size(), 4U);
  EXPECT_EQ(s.log.totals[0][0].bytes + s.log.totals[0][1].bytes, 2U);  // port 5 began first
  EXPECT_EQ(closed(s, EndCause::capture_end), 4U);
}

// Each flow must see its own bytes whatever happens in the table around it.
TEST(FlowTable, LookupsMatchAMapThroughGrowthAndRemoval) {
  struct CountingHandler final : FlowHandler {
    explicit CountingHandler(std::uint64_t& total) : bytes(total) {}
    [[nodiscard]] bool wants_data() const override { return true; }
    void on_data(Direction, const StreamData& data) override { bytes += data.bytes.size(); }
    void on_gap(Direction, const StreamGap&) override {}
    void on_end(Direction, const StreamEnd&) override {}
    void on_overlap_conflict(Direction, std::uint64_t, std::uint32_t, PacketRef) override {}
    void on_close(EndCause, PacketRef, const FlowTotals&, const SideEnds&) override {}
    std::uint64_t& bytes;
  };
  struct MapObserver final : FlowObserver {
    std::unique_ptr<FlowHandler> on_open(const FlowInfo& info, PacketRef) override {
      return std::make_unique<CountingHandler>(bytes[std::min(info.client.port, info.server.port)]);
    }
    std::map<std::uint16_t, std::uint64_t> bytes;
  };
  MapObserver observer;
  FlowTable table({}, observer);
  std::map<std::uint16_t, std::uint64_t> expected;
  std::map<std::uint16_t, std::uint32_t> sequences;
  std::mt19937 random(3);  // NOLINT: reproducible on purpose
  const std::uint8_t payload[8]{};
  for (std::uint64_t i = 1; i <= 60'000; ++i) {
    TcpSegment segment;
    const auto port = static_cast<std::uint16_t>(1 + random() % 1900);
    segment.key = Scenario::key(port);
    // Few different hashes: long runs in the table, which removal has to keep together.
    segment.hash = hash_of(segment.key).flow % 64 * 16;
    segment.from_low = true;
    segment.packet = {i, static_cast<Timestamp>(i) * second};
    const bool known = sequences.contains(port);
    if (known && random() % 20 == 0) {
      segment.flags = tcp_flag::rst;
      segment.sequence = sequences[port];
      sequences.erase(port);
      table.on_segment(segment);
      continue;
    }
    if (!known) {
      segment.flags = tcp_flag::syn;
      segment.sequence = static_cast<std::uint32_t>(random());
      sequences[port] = segment.sequence + 1;
      table.on_segment(segment);
    }
    segment.flags = tcp_flag::ack;
    segment.sequence = sequences[port];
    segment.payload = payload;
    segment.payload_length = segment.wire_length = 1 + static_cast<std::uint32_t>(random() % 8);
    sequences[port] += segment.wire_length;
    expected[port] += segment.wire_length;
    table.prefetch(segment.hash);
    table.prefetch_flow(segment.hash);
    table.on_segment(segment);
    if (i % 16 == 0) table.on_tick({segment.packet, segment.packet.time});  // removes tombstones alone
    for (auto it = sequences.begin(); i % 700 == 0 && it != sequences.end();) it = sequences.erase(it);
    if (i % 700 == 0) table.finish(segment.packet);
  }
  EXPECT_EQ(observer.bytes, expected);
}

TEST(FlowTable, CountsStraySegments) {
  Scenario s;
  s.feed("c A 100 ack=1");
  s.feed("c FA 100");
  s.feed("s R 5");
  EXPECT_EQ(s.table.counters().stray_segments, 3U);
  EXPECT_EQ(s.table.size(), 0U);
}

}  // namespace
}  // namespace rtmpscope::net::test
