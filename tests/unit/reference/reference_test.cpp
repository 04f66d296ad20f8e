#include "reference/reference.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "analysis/finding/thresholds.hpp"
#include "schema/schema.hpp"
#include "unit/output/fake_events.hpp"

namespace rtmpscope::output {
namespace {

using nlohmann::json;

const json& schema() {
  static const json parsed = json::parse(json_schema());
  return parsed;
}

TEST(Reference, TablesHaveOneRowForEachRowOfTheDefFiles) {
  EXPECT_EQ(json::parse(fields_table(TableFormat::json)).size(), fields().size());
  EXPECT_EQ(json::parse(findings_table(TableFormat::json)).size(), findings().size());
  EXPECT_EQ(json::parse(values_table(TableFormat::json)).size(), values().size());
  EXPECT_EQ(json::parse(events_table(TableFormat::json)).size(), events().size());
  const auto lines = [](const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  };
  EXPECT_EQ(lines(fields_table(TableFormat::text)), fields().size() + 1);
  EXPECT_EQ(lines(fields_table(TableFormat::markdown)), fields().size() + 2);
  EXPECT_EQ(lines(findings_table(TableFormat::markdown)), findings().size() + 2);
  EXPECT_EQ(json::parse(thresholds_table(TableFormat::json)).size(), analysis::thresholds.size());
}

TEST(Reference, FindingsOfTheJudgeSayWhatToDo) {
  std::size_t judged = 0;
  for (const json& row : json::parse(findings_table(TableFormat::json))) {
    const bool has_rule = row["priority"] != "";
    EXPECT_EQ(has_rule, row["what_to_do"] != "") << row["id"];
    judged += has_rule ? 1 : 0;
    if (row["id"] == "starved") {
      EXPECT_EQ(row["needs"], "exact_time, no_hole");
    }
    if (row["id"] == "tls_no_keys") {
      EXPECT_FALSE(has_rule);
    }
  }
  EXPECT_GE(judged, 70U);
}

TEST(Reference, EveryRowOfAMarkdownTableHasAsManyCellsAsItsHead) {
  for (const std::string& page : {fields_table(TableFormat::markdown), findings_table(TableFormat::markdown),
                                  values_table(TableFormat::markdown), events_table(TableFormat::markdown),
                                  thresholds_table(TableFormat::markdown)}) {
    std::size_t begin = 0;
    std::ptrdiff_t cells = 0;
    while (begin < page.size()) {
      const std::size_t end = page.find('\n', begin);
      std::ptrdiff_t bars = 0;
      for (std::size_t i = begin; i < end; ++i)
        bars += page[i] == '|' && (i == begin || page[i - 1] != '\\') ? 1 : 0;
      if (cells == 0) cells = bars;
      EXPECT_EQ(bars, cells) << page.substr(begin, end - begin);
      begin = end + 1;
    }
  }
}

TEST(Schema, EveryReferenceHasItsDefinition) {
  const std::function<void(const json&)> check = [&](const json& node) {
    if (node.is_object() && node.contains("$ref") && node["$ref"].is_string()) {
      const std::string target = node["$ref"];
      ASSERT_TRUE(target.starts_with("#/$defs/")) << target;
      EXPECT_TRUE(schema()["$defs"].contains(target.substr(8))) << target;
    }
    if (node.is_structured()) {
      for (const json& child : node) check(child);
    }
  };
  check(schema());
}

/// Looks a filter name up in the schema, as a reader of an event would: through properties and items.
bool knows(const json& node, std::string_view path) {
  if (node.contains("$ref")) return knows(schema()["$defs"][node["$ref"].get<std::string>().substr(8)], path);
  if (path.empty()) return true;
  if (node.contains("anyOf")) {
    for (const json& each : node["anyOf"]) {
      if (knows(each, path)) return true;
    }
    return false;
  }
  const std::string_view first = path.substr(0, path.find('.'));
  const std::string_view rest = first.size() == path.size() ? "" : path.substr(first.size() + 1);
  if (node.contains("items")) return knows(node["items"], rest);
  return node.contains("properties") && node["properties"].contains(first) &&
         knows(node["properties"][std::string(first)], rest);
}

TEST(Schema, EveryFieldHasItsPlace) {
  const json& defs = schema()["$defs"];
  for (const FieldInfo& field : fields()) {
    const std::string_view top = field.filter.substr(0, field.filter.find('.'));
    if (top == "amf" || top == "amf3") continue;
    const std::string_view rest =
        field.filter.size() == top.size() ? "" : field.filter.substr(top.size() + 1);
    const std::string event = "event_" + std::string(top == "capture" ? "capture_end"
                                                     : top == "event" ? "gap"
                                                                      : top);
    const bool is_event = defs.contains(event);
    EXPECT_TRUE(knows(defs[is_event ? event : std::string(top)], rest)) << field.filter;
  }
}

TEST(Schema, EveryEventHasItsDefinition) {
  for (const EventInfo& event : events()) {
    const json& definition = schema()["$defs"]["event_" + std::string(event.name)];
    EXPECT_EQ(definition["properties"]["event"]["const"], event.name);
    EXPECT_EQ(definition["additionalProperties"], false);
  }
  EXPECT_EQ(schema()["$defs"]["event"]["oneOf"].size(), events().size());
}

TEST(Schema, OwnKeysOfAnEventAreNotThoseOfItsHead) {
  for (const FieldInfo& head : fields()) {
    if (!head.filter.starts_with("event.")) continue;
    for (const EventInfo& event : events()) {
      for (const FieldInfo& field : fields()) {
        EXPECT_NE(field.filter, std::string(event.name) + "." + std::string(head.key));
      }
    }
  }
}

TEST(Schema, NumbersWithNamesMayBeEitherNameOrNumber) {
  const json& cause = schema()["$defs"]["event_gap"]["properties"]["cause"]["anyOf"];
  EXPECT_EQ(cause[0]["enum"][1], "snap_length");
  EXPECT_EQ(cause[1]["maximum"], 255);
}

TEST(Schema, AMessageMayHaveEachBodyAndASubMessageToo) {
  for (const char* body : {"command", "data", "video", "audio", "control", "user_control", "shared_object",
                           "aggregate", "unknown"}) {
    EXPECT_TRUE(schema()["$defs"]["event_message"]["properties"].contains(body)) << body;
  }
  EXPECT_TRUE(knows(schema()["$defs"]["aggregate"], "messages.message.video.frame_type"));
}

}  // namespace
}  // namespace rtmpscope::output
