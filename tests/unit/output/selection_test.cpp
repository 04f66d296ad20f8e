#include "output/selection.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "unit/output/fake_events.hpp"

namespace rtmpscope::output {
namespace {

Selection select(const std::vector<std::string>& words) {
  auto selection = parse_selection(words);
  EXPECT_TRUE(selection.has_value());
  return selection.value_or(Selection{});
}

/// How many of a fixed set of events are shown: open, gap, video, audio, connect, onStatus, close.
std::vector<std::string> shown(const Selection& selection) {
  const auto renderer = make_renderer(OutputFormat::ndjson, {});
  SelectingSink sink(selection, *renderer);
  const rtmp::ConnectionSummary summary = test::sample_summary();
  test::open(sink, summary);
  sink.on_event(test::FakeEvent(EventKind::gap, [](FieldSink&) {}));
  sink.on_event(test::video(0, true));
  sink.on_event(test::audio(0));
  sink.on_event(test::command("connect", 1, [](FieldSink&) {}));
  sink.on_event(test::command("onStatus", 0, [](FieldSink&) {}));
  test::close(sink, summary);
  std::vector<std::string> all;
  std::istringstream lines(test::take(*renderer));
  for (std::string line; std::getline(lines, line);) {
    for (const char* mark : {"\"connection_open\"", "\"gap\"", "\"video\"", "\"audio\"", "\"connect\"",
                             "\"onStatus\"", "\"connection_close\""}) {
      if (line.find(mark) != std::string::npos) {
        all.emplace_back(mark);
        break;
      }
    }
  }
  return all;
}

using Strings = std::vector<std::string>;

TEST(Selection, WithoutWordsEverythingIsShown) {
  EXPECT_EQ(shown({}).size(), 7U);
}

TEST(Selection, WordsNameEventsMessageTypesAndCommands) {
  EXPECT_EQ(shown(select({"gap"})), Strings{"\"gap\""});
  EXPECT_EQ(shown(select({"video"})), Strings{"\"video\""});
  EXPECT_EQ(shown(select({"8"})), Strings{"\"audio\""});
  EXPECT_EQ(shown(select({"media"})), (Strings{"\"video\"", "\"audio\""}));
  EXPECT_EQ(shown(select({"command"})), (Strings{"\"connect\"", "\"onStatus\""}));
  EXPECT_EQ(shown(select({"connect", "gap"})), (Strings{"\"gap\"", "\"connect\""}));
  EXPECT_EQ(shown(select({"connect,gap"})), (Strings{"\"gap\"", "\"connect\""}));
  EXPECT_EQ(shown(select({"message"})).size(), 4U);
  EXPECT_EQ(shown(select({"name:onStatus"})), Strings{"\"onStatus\""});
  EXPECT_EQ(shown(select({"name:Connect"})), Strings{});
}

TEST(Selection, EveryEventAndMessageTypeIsAWord) {
  for (const EventInfo& event : events()) EXPECT_EQ(select({std::string(event.name)}).kinds.size(), 1U);
  for (const ValueInfo& value : values()) {
    if (value.table != ValueTable::message_type || value.name == "aggregate") continue;
    const Selection selection = select({std::string(value.name)});
    EXPECT_EQ(selection.types.size(), 1U) << value.name;
  }
}

TEST(Selection, EmptyWordsAndImpossibleNumbersAreErrors) {
  EXPECT_FALSE(parse_selection({""}).has_value());
  EXPECT_FALSE(parse_selection({"video,"}).has_value());
  EXPECT_FALSE(parse_selection({"256"}).has_value());
  EXPECT_FALSE(parse_selection({"99999999999999999999"}).has_value());
  EXPECT_EQ(parse_selection({"256"}).error().kind, ErrorKind::usage);
}

TEST(Selection, AWordThatIsNoneIsAnErrorThatSuggestsTheNearest) {
  const auto complaint = [](const char* word) { return parse_selection({word}).error().message; };
  EXPECT_NE(complaint("vidio").find("did you mean video?"), std::string::npos) << complaint("vidio");
  EXPECT_NE(complaint("Connect").find("did you mean connect?"), std::string::npos);
  EXPECT_NE(complaint("findings").find("did you mean finding?"), std::string::npos);
  EXPECT_EQ(complaint("nonsense").find("did you mean"), std::string::npos);
  EXPECT_NE(complaint("nonsense").find("name:nonsense"), std::string::npos);
}

TEST(Selection, TimesAreAHalfOpenInterval) {
  Selection selection;
  selection.from = test::start_time;
  EXPECT_EQ(shown(selection).size(), 7U);
  selection.from = test::start_time + 1;
  EXPECT_EQ(shown(selection), Strings{"\"connection_close\""});
  selection.from.reset();
  selection.to = test::start_time;
  EXPECT_TRUE(shown(selection).empty());
}

TEST(Selection, ConnectionsAreNumberedEvenIfTheirOpeningIsNotShown) {
  const auto renderer = make_renderer(OutputFormat::ndjson, {});
  SelectingSink sink(select({"gap"}), *renderer);
  test::open(sink, test::sample_summary());
  ASSERT_EQ(renderer->output().spans.size(), 1U);
  const OutputSpan& span = renderer->output().spans[0];
  EXPECT_EQ(span.flags, OutputSpan::opens_connection);
  EXPECT_EQ(span.begin, span.end);
  EXPECT_EQ(span.connection, 1U);
}

TEST(Selection, TextKeepsItsHeaders) {
  const auto renderer = make_renderer(OutputFormat::text, {});
  SelectingSink sink(select({"gap"}), *renderer);
  test::open(sink, test::sample_summary());
  sink.on_event(test::video(0, true));
  test::close(sink, test::sample_summary());
  const std::string text = test::take(*renderer);
  EXPECT_NE(text.find("#101"), std::string::npos);
  EXPECT_EQ(text.find("1 frame"), std::string::npos);
}

}  // namespace
}  // namespace rtmpscope::output
