#include "analysis/record/value_builder.hpp"

#include <gmock/gmock.h>

#include <array>
#include <limits>

#include "analysis/record/json.hpp"
#include "analysis/record/kept_text.hpp"
#include "analysis/record/record.hpp"
#include "unit/analysis/json_values.hpp"

namespace rtmpscope::analysis {
namespace {

using testing::ElementsAre;

TEST(Value, AbsentAnswersAsNull) {
  const Value nothing;
  EXPECT_FALSE(nothing);
  EXPECT_TRUE(nothing.is_null());
  EXPECT_EQ(nothing.size(), 0u);
  EXPECT_EQ(nothing.text(), "");
  EXPECT_FALSE(nothing.number());
  EXPECT_FALSE(nothing.member("a"));
  EXPECT_FALSE(nothing.element(0));
  EXPECT_EQ(nothing.elements().begin(), nothing.elements().end());
  EXPECT_EQ(nothing, kept(nullptr));
  EXPECT_TRUE(kept(nullptr));
}

TEST(Value, ScalarsAreOfOneType) {
  EXPECT_EQ(kept(31).whole(), 31u);
  EXPECT_EQ(kept(31.0), kept(31));
  EXPECT_EQ(kept(-3).negative(), -3);
  EXPECT_FALSE(kept(-3).whole());
  EXPECT_EQ(kept(-3).number(), -3);
  EXPECT_EQ(kept(0.5).number(), 0.5);
  EXPECT_FALSE(kept(0.5).whole());
  EXPECT_EQ(kept(std::numeric_limits<std::uint64_t>::max()).whole(),
            std::numeric_limits<std::uint64_t>::max());
  EXPECT_TRUE(kept(true).flag());
  EXPECT_TRUE(kept(false).is_flag());
  EXPECT_FALSE(kept("true").flag());
  EXPECT_EQ(kept("a").text(), "a");
  EXPECT_FALSE(kept("1").number());
}

TEST(Value, NumbersThatAreNotFiniteAreNull) {
  ValueBuilder builder;
  builder.real(std::numeric_limits<double>::quiet_NaN());
  EXPECT_TRUE(builder.value().is_null());
}

TEST(Value, TextsAndNamesMayBeLong) {
  for (const std::size_t length : {0u, 1u, 127u, 128u, 16383u, 16384u, 70000u}) {
    const std::string text(length, 'x');
    const Value value = kept({{text, text}, {"last", length}});
    EXPECT_EQ(value.member(text).text(), text);
    EXPECT_EQ(value.member("last").whole(), length);
    EXPECT_EQ(value.size(), 2u);
  }
}

TEST(Value, ElementsAndMembersAreInOrder) {
  const Value list = kept(Json::parse(R"([1, [2, {"a": [3]}], "b", null, {}])"));
  EXPECT_EQ(list.size(), 5u);
  std::vector<std::string> texts;
  for (const Value each : list.elements()) texts.push_back(json_text(each));
  EXPECT_THAT(texts, ElementsAre("1", R"([2,{"a":[3]}])", R"("b")", "null", "{}"));
  EXPECT_EQ(list.element(2).text(), "b");
  EXPECT_FALSE(list.element(5));
  std::vector<std::string> names;
  const Value object = kept(Json::parse(R"({"b": 1, "": 2, "a": {"b": 3}})"));
  for (const auto& [name, value] : object.members()) names.emplace_back(name);
  EXPECT_THAT(names, ElementsAre("b", "", "a"));
  EXPECT_EQ(object.member("").whole(), 2u);
}

TEST(Value, OfSeveralMembersOfANameTheFirstOneCounts) {
  ValueBuilder builder;
  builder.begin_object();
  builder.name("a");
  builder.whole(1);
  builder.name("a");
  builder.whole(2);
  EXPECT_EQ(builder.value().member("a").whole(), 1u);
  EXPECT_EQ(builder.value().size(), 2u);
}

TEST(Value, PathsGoThroughObjects) {
  const Value from = kept(Json::parse(R"({"a": {"b": {"c": 7}}, "x": "t"})"));
  EXPECT_EQ(unsigned_at(from, "a.b.c"), 7u);
  EXPECT_FALSE(member(from, "a.b.d"));
  EXPECT_FALSE(member(from, "x.b"));
  EXPECT_EQ(text_at(from, "x"), "t");
}

TEST(Value, WhatIsOpenIsClosed) {
  ValueBuilder builder;
  builder.begin_object();
  builder.name("a");
  builder.begin_array();
  builder.whole(1);
  EXPECT_TRUE(builder.in_array());
  EXPECT_EQ(json_text(builder.value()), R"({"a":[1]})");
}

TEST(OwnedValue, IsACopy) {
  ValueBuilder builder;
  builder.begin_array();
  builder.text("kept");
  OwnedValue owned(builder.value());
  builder.clear();
  builder.text("other text that lies where the value lay");
  EXPECT_EQ(json_text(owned), R"(["kept"])");
  OwnedValue other = owned;
  owned = other.view().element(0);
  other = Value();
  EXPECT_EQ(owned.view().text(), "kept");
  EXPECT_FALSE(other);
  owned = owned.view();  // of its own bytes
  EXPECT_EQ(owned.view().text(), "kept");
}

TEST(Bounded, SmallValuesAreCopied) {
  const Value small = kept({{"a", {1, 2}}, {"b", "text"}});
  EXPECT_EQ(bounded(small, 1000).view(), small);
  EXPECT_FALSE(bounded(Value(), 1000));
}

TEST(Bounded, LargeValuesLoseWhatDoesNotFit) {
  const std::string text = std::string(5000, 'x');
  const Value large = kept({{"a", 1}, {"long", text}, {"list", std::vector<int>(1000, 7)}, {"b", 2}});
  const OwnedValue small = bounded(large, 1000);
  EXPECT_LE(small.view().byte_size(), 1100u);
  EXPECT_EQ(small.view().member("a").whole(), 1u);
  EXPECT_EQ(small.view().member("long").text(), text.substr(0, 250));
  EXPECT_GT(small.view().member("list").size(), 10u);
  EXPECT_EQ(small.view().member("b").whole(), 2u);
}

TEST(Bounded, HoldsForAnyForm) {
  Json deep = "end";
  for (int i = 0; i < 200; ++i) deep = Json::array({deep, std::string(100, 'y'), {{"a", deep.is_string()}}});
  Json wide = Json::object();
  for (int i = 0; i < 3000; ++i) wide["name " + std::to_string(i)] = i;
  for (const Json& each : {deep, wide, Json(std::string(70000, 'z')), Json::array({wide, wide})}) {
    for (const std::size_t limit : {0u, 1u, 9u, 40u, 500u, 5000u}) {
      const OwnedValue value = bounded(kept(each), limit);
      EXPECT_LE(value.view().byte_size(), limit + 200) << limit;
      EXPECT_FALSE(json_text(value).empty());
    }
  }
}

TEST(Bounded, TextsAreCutBehindWholeCharacters) {
  EXPECT_EQ(cut_text("aé", 2), "a");
  EXPECT_EQ(cut_text("aé", 3), "aé");
  EXPECT_EQ(cut_text("é", 0), "");
}

TEST(Bounded, OnlyMembersOfTheseNames) {
  constexpr std::array<std::string_view, 2> names = {"b", "c"};
  const OwnedValue some = bounded_members(kept({{"a", 1}, {"b", 2}}), names, 100);
  EXPECT_EQ(json_text(some), R"({"b":2})");
}

TEST(KeptText, IsTextAndBounded) {
  KeptText text;
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(text, "");
  text = std::string(999, 'a') + "é";
  EXPECT_EQ(text.view().size(), 999u);
  const KeptText copy = text;
  text = "short";
  EXPECT_EQ(text, "short");
  EXPECT_EQ(copy.view().size(), 999u);
  text = KeptText(text);
  EXPECT_TRUE(text.starts_with("sh"));
}

TEST(MessageMembers, AreThoseOfTheMessage) {
  Record record;
  record.kind = EventKind::message;
  record.members = kept(Json::parse(R"({"type_id": 20, "stream_offset": 7, "length": 9, "complete": true,
      "message_stream_id": 1, "chunk_stream_id": 8, "request_frame": 3, "response_time_ms": 0.5,
      "command": {"name": "_result", "transaction_id": 4, "arguments": [null]}})"));
  const MessageMembers& message = record.message();
  EXPECT_EQ(message.type_id, 20u);
  EXPECT_EQ(message.stream_offset, 7u);
  EXPECT_EQ(message.length, 9u);
  EXPECT_TRUE(message.complete);
  EXPECT_EQ(message.message_stream_id, 1u);
  EXPECT_EQ(message.chunk_stream_id, 8u);
  EXPECT_EQ(message.request_frame, 3u);
  EXPECT_EQ(message.response_time_ms, 0.5);
  EXPECT_EQ(message.command_name, "_result");
  EXPECT_EQ(message.transaction_id, 4);
  EXPECT_EQ(message.arguments.size(), 1u);
  record.members = kept(Json::parse(R"({"type_id": 18, "data": {"name": "onMetaData", "arguments": []}})"));
  EXPECT_EQ(record.message().name, "onMetaData");
  EXPECT_EQ(record.message().command_name, "");
  EXPECT_FALSE(record.message().length);
  EXPECT_FALSE(record.message().command);
}

}  // namespace
}  // namespace rtmpscope::analysis
