#include "output/text/text_assembler.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "output/text/last_line.hpp"
#include "output/text/summary_renderer.hpp"
#include "unit/output/fake_events.hpp"

namespace rtmpscope::output {
namespace {

using testing::HasSubstr;

/// Connections as a shard puts them out: number, bytes, errors; each has two blocks, which come by turns.
struct FakeConnection {
  std::uint32_t number;
  std::uint64_t bytes;
  std::uint64_t errors;
};

std::string assembled(const std::vector<FakeConnection>& connections, BlockOrder order,
                      std::size_t memory_limit = Spool::default_memory_limit, std::uint64_t in_capture = 0) {
  TextAssembler assembler(order, {}, true, memory_limit);
  Output output;
  for (const char* part : {"first", "second"}) {
    for (const FakeConnection& connection : connections) {
      add_numbered_span(output, connection.number, "#", std::string(" ") + part + "\n");
    }
  }
  for (const FakeConnection& connection : connections) {
    OverviewRow row;
    row.figures.bytes = connection.bytes;
    row.figures.packets = 1;
    row.figures.duration = static_cast<Timestamp>(connection.bytes);
    row.figures.findings[static_cast<std::size_t>(Severity::error)] = connection.errors;
    row.texts[0] = "row";
    test::FakeEvent event(EventKind::connection_close, [](FieldSink&) {});
    event.connection = connection.number;
    add_overview_span(output, event, row);
  }
  rtmp::CaptureTotals totals;
  totals.connections = in_capture == 0 ? connections.size() : in_capture;
  totals.packets = 100;
  totals.bytes = 1000;
  rtmp::CaptureEndEvent end(totals);
  add_last_line_span(output, end, {});
  Buffer to;
  for (const OutputSpan& span : output.spans) assembler.add(output, span, span.connection, to);
  std::string text(to.view());
  bool more = true;
  while (more) {
    to.clear();
    more = assembler.end(to);
    text.append(to.view());
  }
  return text;
}

const std::vector<FakeConnection> three = {{2, 10, 1}, {1, 30, 0}, {3, 20, 2}};

TEST(TextAssembler, InTheOrderOfEndsEverythingPassesAsItComes) {
  EXPECT_EQ(assembled(three, BlockOrder::end),
            "#2 first\n#1 first\n#3 first\n#2 second\n#1 second\n#3 second\n"
            "3 RTMP connections, 100 packets, 1.0 kB\n");
}

TEST(TextAssembler, BlocksOfAConnectionStandTogetherInTheOrderThatIsWanted) {
  const auto order = [](BlockOrder by) { return assembled(three, by).substr(0, 60); };
  EXPECT_EQ(order(BlockOrder::start), "#1 first\n#1 second\n#2 first\n#2 second\n#3 first\n#3 second\n3 R");
  EXPECT_EQ(order(BlockOrder::bytes), "#1 first\n#1 second\n#3 first\n#3 second\n#2 first\n#2 second\n3 R");
  EXPECT_EQ(order(BlockOrder::duration), order(BlockOrder::bytes));
  EXPECT_EQ(order(BlockOrder::findings),
            "#3 first\n#3 second\n#2 first\n#2 second\n#1 first\n#1 second\n3 R");
}

TEST(TextAssembler, MoreThanFourConnectionsGetATable) {
  std::vector<FakeConnection> many = three;
  many.push_back({4, 5, 0});
  EXPECT_THAT(assembled(many, BlockOrder::start), testing::StartsWith("#1 first"));
  many.push_back({5, 5, 0});
  const std::string text = assembled(many, BlockOrder::findings);
  EXPECT_THAT(text, testing::StartsWith(" #  start (UTC)"));
  EXPECT_LT(text.find("#3  row"), text.find("#2  row"));
  EXPECT_LT(text.find("#5  row"), text.find("#3 first"));
}

TEST(TextAssembler, TheLastLineCountsWhatIsShown) {
  EXPECT_THAT(assembled({{2, 10, 1}}, BlockOrder::start, 100, 3),
              testing::EndsWith(
                  "shown: 1 RTMP connection, 1 packet, 10 B; of 3 RTMP connections, 100 packets, 1.0 kB\n"));
}

TEST(TextAssembler, LargeTextsComeFromTheFile) {
  EXPECT_EQ(assembled(three, BlockOrder::bytes, 1), assembled(three, BlockOrder::bytes));
}

TEST(TextAssembler, WithoutAFileTheRestComesInTheOrderOfEnds) {
  setenv("TMPDIR", "/nonexistent", 1);
  const std::string text = assembled(three, BlockOrder::start, 20);
  unsetenv("TMPDIR");
  EXPECT_EQ(text,
            "#1 first\n#2 first\n#3 first\n#2 second\n#1 second\n#3 second\n"
            "3 RTMP connections, 100 packets, 1.0 kB\n");
}

TEST(Overview, ARowComesBackAsItWasPacked) {
  const rtmp::ConnectionSummary summary = test::sample_summary();
  const OverviewRow row = overview_row(summary, {}, {}, nullptr);
  Buffer bytes;
  append_packed(bytes, row);
  const OverviewView back = unpacked(bytes.view());
  EXPECT_EQ(back.texts, row.view().texts);
  EXPECT_EQ(back.figures.start, row.figures.start);
  EXPECT_EQ(back.figures.findings, row.figures.findings);
}

TEST(Overview, ColumnsAreAlignedAndNumbersStandRight) {
  OverviewRow small;
  small.texts = {"a", "1 s", "b", "c", "d", "1 B", "22 B", "e", ""};
  OverviewRow wide;
  wide.texts = {"a", "100 s", "bbbb", "c", "d", "1 B", "2 B", "e", "1 error"};
  OverviewTable table({.ascii = true});
  table.note_width(7, small.view());
  table.note_width(12, wide.view());
  EXPECT_EQ(table.head(),
            "  #  start (UTC)  duration  client  server  stream  to server  to client  end  findings\n");
  EXPECT_EQ(table.line(7, small.view()),
            " #7  a                 1 s  b       c       d             1 B       22 B  e\n");
  EXPECT_EQ(table.line(12, wide.view()),
            "#12  a               100 s  bbbb    c       d             1 B        2 B  e    1 error\n");
}

}  // namespace
}  // namespace rtmpscope::output
