#include "output/json/json_renderer.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "unit/output/fake_events.hpp"

namespace rtmpscope::output {
namespace {

TEST(JsonRenderer, AnEventIsOneLineWithItsHead) {
  JsonRenderer renderer({}, JsonLayout::lines);
  renderer.on_event(test::FakeEvent(EventKind::gap, [](FieldSink& sink) {
    sink.number(FieldId::gap_stream_offset, {}, 5);
    sink.number(FieldId::gap_cause, {}, 0);
  }));
  EXPECT_EQ(test::take(renderer),
            R"({"event":"gap","time":"2026-11-22T20:13:05.123456789Z","frame":7,"connection":101,)"
            R"("direction":"to_server","stream_offset":5,"cause":"not_captured"})"
            "\n");
}

TEST(JsonRenderer, WhatIsNotKnownIsLeftOut) {
  JsonRenderer renderer({}, JsonLayout::lines);
  test::FakeEvent event(EventKind::capture_start, [](FieldSink&) {});
  event.packet = {};
  event.connection = 0;
  event.direction.reset();
  renderer.on_event(event);
  EXPECT_EQ(test::take(renderer), "{\"event\":\"capture_start\"}\n");
}

TEST(JsonRenderer, TheNumberOfAConnectionIsFilledInLater) {
  JsonRenderer renderer({}, JsonLayout::lines);
  test::open(renderer, test::sample_summary());
  test::close(renderer, test::sample_summary());
  ASSERT_EQ(renderer.output().spans.size(), 2U);
  EXPECT_EQ(renderer.output().spans[0].flags & OutputSpan::opens_connection, OutputSpan::opens_connection);
  EXPECT_EQ(renderer.output().spans[1].flags & OutputSpan::opens_connection, 0U);
  std::istringstream lines(test::take(renderer));
  std::string line;
  int count = 0;
  while (std::getline(lines, line)) {
    EXPECT_EQ(nlohmann::json::parse(line)["connection"], 101);
    ++count;
  }
  EXPECT_EQ(count, 2);
}

TEST(JsonRenderer, SpansCoverTheOutput) {
  JsonRenderer renderer({}, JsonLayout::document);
  test::open(renderer, test::sample_summary());
  renderer.on_event(test::video(0, true));
  test::close(renderer, test::sample_summary());
  std::uint32_t at = 0;
  for (const OutputSpan& span : renderer.output().spans) {
    EXPECT_EQ(span.begin, at);
    EXPECT_LE(span.number_at, span.end);
    at = span.end;
  }
  EXPECT_EQ(at, renderer.output().bytes.size());
}

nlohmann::json document(const std::function<void(Renderer&)>& events, const RenderOptions& options = {}) {
  const auto renderer = make_renderer(OutputFormat::json, options);
  const auto assembler = make_assembler(OutputFormat::json, BlockOrder::end, {});
  Buffer head;
  assembler->begin(head);
  events(*renderer);
  const std::string body = test::take(*renderer, *assembler);
  Buffer tail;
  assembler->end(tail);
  return nlohmann::json::parse(std::string(head.view()) + body + std::string(tail.view()));
}

TEST(JsonDocument, WithoutEventsIsStillADocument) {
  const nlohmann::json json = document([](Renderer&) {});
  EXPECT_EQ(json["format"], "rtmpscope-timeline");
  EXPECT_EQ(json["version"], 1);
  EXPECT_TRUE(json["events"].empty());
  EXPECT_TRUE(json["connections"].empty());
  EXPECT_FALSE(json.contains("capture"));
}

TEST(JsonDocument, HasTheEventsOfTheLinesAndTheConnectionsAndTheCapture) {
  const nlohmann::json json = document([](Renderer& renderer) {
    test::open(renderer, test::sample_summary());
    renderer.on_event(test::video(0, true));
    test::close(renderer, test::sample_summary());
    test::open(renderer, test::sample_summary(), 2);
    test::close(renderer, test::sample_summary(), 2);
    test::FakeEvent end(EventKind::capture_end,
                        [](FieldSink& sink) { sink.number(FieldId::capture_packets, {}, 12); });
    end.connection = 0;
    renderer.on_event(end);
  });
  ASSERT_EQ(json["events"].size(), 6U);
  EXPECT_EQ(json["events"][1]["video"]["frame_type"], "key");
  EXPECT_EQ(json["capture"]["packets"], 12);
  ASSERT_EQ(json["connections"].size(), 2U);
  const nlohmann::json& connection = json["connections"][0];
  EXPECT_EQ(connection["connection"], 101);
  EXPECT_EQ(json["connections"][1]["connection"], 102);
  EXPECT_EQ(connection["client"]["address"], "127.0.0.1");
  EXPECT_EQ(connection["client"]["software"], "FMLE/3.0 (compatible; Lavf59.27.100)");
  EXPECT_EQ(connection["streams"][0]["name"], "room1?key=abc");
  EXPECT_EQ(connection["streams"][0]["use"], "publish");
  EXPECT_EQ(connection["streams"][0]["video"]["key_frames"], 10);
  EXPECT_EQ(connection["duration_ms"], 10000);
  EXPECT_EQ(connection["to_server"]["retransmitted_bytes"], 1460);
  EXPECT_EQ(connection["findings"]["note"], 2);
}

TEST(JsonDocument, RedactedConnectionsDoNotNameTheirStreams) {
  const std::string json = document(
                               [](Renderer& renderer) {
                                 test::open(renderer, test::sample_summary());
                                 test::close(renderer, test::sample_summary());
                               },
                               {.redaction = test::redaction()})
                               .dump();
  EXPECT_EQ(json.find("room1"), std::string::npos);
  EXPECT_EQ(json.find("abc\""), std::string::npos);
  EXPECT_NE(json.find(test::redaction()->shown(FieldId::document_stream_name, "room1?key=abc")),
            std::string::npos);
}

TEST(JsonRenderer, RangesAreWrittenOnRequestOnly) {
  for (const bool ranges : {false, true}) {
    JsonRenderer renderer({.ranges = ranges}, JsonLayout::lines);
    renderer.on_event(test::video(0, true));
    EXPECT_EQ(nlohmann::json::parse(test::take(renderer)).contains("ranges"), ranges);
  }
}

}  // namespace
}  // namespace rtmpscope::output
