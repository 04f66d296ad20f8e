#include "analysis/history/history_builder.hpp"
#include "unit/analysis/json_values.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::analysis {
namespace {

Record command(Direction direction, Timestamp time, const char* members) {
  Record record;
  record.kind = EventKind::message;
  record.direction = direction;
  record.at = {time, static_cast<std::uint64_t>(time)};
  record.members = kept(Json::parse(members));
  return record;
}

constexpr const char* publish =
    R"({"type_id": 20, "message_stream_id": 1, "complete": true,
        "command": {"name": "publish", "transaction_id": 5, "arguments": [null, "a", "live"]}})";
constexpr const char* publish_start =
    R"({"type_id": 20, "message_stream_id": 1, "complete": true,
        "command": {"name": "onStatus", "transaction_id": 0,
                    "arguments": [null, {"level": "status", "code": "NetStream.Publish.Start"}]}})";
constexpr const char* create_stream =
    R"({"type_id": 20, "message_stream_id": 0, "complete": true,
        "command": {"name": "createStream", "transaction_id": 4, "arguments": [null]}})";
constexpr const char* created =
    R"({"type_id": 20, "message_stream_id": 0, "complete": true,
        "command": {"name": "_result", "transaction_id": 4, "arguments": [null, 1]}})";

void expect_answers_at_2_and_4(const History& history) {
  ASSERT_EQ(history.requests.size(), 2U);
  ASSERT_TRUE(history.requests[0].answered);
  EXPECT_EQ(history.requests[0].answered->at.time, 2);
  ASSERT_TRUE(history.requests[1].answered);
  EXPECT_EQ(history.requests[1].answered->at.time, 4);
}

TEST(HistoryBuilder, AnswersComeBehindTheirRequests) {
  HistoryBuilder builder;
  builder.on_record(command(Direction::to_server, 1, create_stream));
  builder.on_record(command(Direction::to_client, 2, created));
  builder.on_record(command(Direction::to_server, 3, publish));
  builder.on_record(command(Direction::to_client, 4, publish_start));
  expect_answers_at_2_and_4(builder.history());
}

// Bytes before a request were missing at first: its event comes when these are given up, with its own time.
TEST(HistoryBuilder, ARequestThatWasHeldFindsTheAnswerBeforeIt) {
  HistoryBuilder builder;
  builder.on_record(command(Direction::to_client, 2, created));
  builder.on_record(command(Direction::to_client, 4, publish_start));
  builder.on_record(command(Direction::to_server, 1, create_stream));
  builder.on_record(command(Direction::to_server, 3, publish));
  expect_answers_at_2_and_4(builder.history());
}

TEST(HistoryBuilder, AnAnswerFromBeforeIsNone) {
  HistoryBuilder builder;
  builder.on_record(command(Direction::to_client, 4, publish_start));
  builder.on_record(command(Direction::to_server, 5, publish));
  ASSERT_EQ(builder.history().requests.size(), 1U);
  EXPECT_FALSE(builder.history().requests[0].answered);
}

constexpr const char* other_publish =
    R"({"type_id": 20, "message_stream_id": 1, "complete": true,
        "command": {"name": "publish", "transaction_id": 9, "arguments": [null, "b", "live"]}})";
constexpr const char* metadata =
    R"({"type_id": 18, "message_stream_id": 1, "complete": true,
        "data": {"name": "@setDataFrame", "arguments": ["onMetaData", {"width": 1280}]}})";

// What came behind the request was told before it: it is one stream.
TEST(HistoryBuilder, ARequestThatWasHeldHasTheStreamBeforeIt) {
  HistoryBuilder builder;
  builder.on_record(command(Direction::to_client, 4, publish_start));
  builder.on_record(command(Direction::to_server, 5, metadata));
  builder.on_record(command(Direction::to_server, 3, publish));
  ASSERT_EQ(builder.history().streams.size(), 1U);
  const StreamHistory& stream = builder.history().streams[0];
  EXPECT_EQ(stream.use, StreamUse::publish);
  EXPECT_EQ(stream.name, "a");
  EXPECT_TRUE(stream.metadata_at);
  ASSERT_TRUE(stream.started);
  EXPECT_EQ(stream.started->time, 4);
}

TEST(HistoryBuilder, ASecondPublishIsAnotherStream) {
  HistoryBuilder builder;
  builder.on_record(command(Direction::to_server, 3, publish));
  builder.on_record(command(Direction::to_client, 4, publish_start));
  builder.on_record(command(Direction::to_server, 5, metadata));
  builder.on_record(command(Direction::to_server, 6, other_publish));
  EXPECT_EQ(builder.history().streams.size(), 2U);
}

}  // namespace
}  // namespace rtmpscope::analysis
