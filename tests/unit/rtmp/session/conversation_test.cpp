#include "rtmp/session/conversation.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::test {
namespace {

using rtmp::CommandFacts;

CommandFacts facts(std::string name, double transaction_id, std::optional<std::string> text = {}) {
  CommandFacts f;
  f.name = std::move(name);
  f.transaction_id = transaction_id;
  f.first_text = std::move(text);
  return f;
}

struct ConversationTest : ::testing::Test {
  rtmp::ConnectionSummary summary;
  rtmp::Conversation conversation{summary};

  auto call(Direction direction, const CommandFacts& f, std::uint32_t stream = 0, std::uint64_t packet = 1) {
    return conversation.on_command(direction, stream, f, {packet, 0});
  }
};

TEST_F(ConversationTest, ResponsesAnswerTheRequestOfTheOtherDirection) {
  call(Direction::to_server, facts("connect", 1), 0, 10);
  call(Direction::to_client, facts("onBWDone", 1), 0, 11);  // its own number space
  const auto request = call(Direction::to_client, facts("_result", 1), 0, 12);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->direction, Direction::to_server);
  EXPECT_EQ(request->packet.number, 10U);
}

TEST_F(ConversationTest, EachRequestIsAnsweredOnce) {
  call(Direction::to_server, facts("createStream", 4));
  EXPECT_TRUE(call(Direction::to_client, facts("_result", 4)));
  EXPECT_FALSE(call(Direction::to_client, facts("_result", 4)));
}

TEST_F(ConversationTest, RepeatedTransactionIdsAreAnsweredInOrder) {
  call(Direction::to_server, facts("a", 7), 0, 20);
  call(Direction::to_server, facts("b", 7), 0, 21);
  EXPECT_EQ(call(Direction::to_client, facts("_result", 7))->packet.number, 20U);
  EXPECT_EQ(call(Direction::to_client, facts("_error", 7))->packet.number, 21U);
}

TEST_F(ConversationTest, UnansweredRequestsAreForgotten) {
  call(Direction::to_client, facts("onBWDone", 3));
  for (int i = 1; i <= 1000; ++i) call(Direction::to_server, facts("FCPublish", i));
  EXPECT_TRUE(call(Direction::to_server, facts("_result", 3))) << "those of the other direction are not";
  EXPECT_FALSE(call(Direction::to_client, facts("_result", 1)));
  EXPECT_TRUE(call(Direction::to_client, facts("_result", 1000)));
}

TEST_F(ConversationTest, ARefusedCallThatIsNotNeededIsNoErrorOfTheConnection) {
  const auto refuse = [&](const std::string& name, double id) {
    call(Direction::to_server, facts(name, id), 1);
    CommandFacts error = facts("_error", id);
    error.level = "error";
    error.code = "NetConnection.Call.Failed";
    EXPECT_TRUE(call(Direction::to_client, error, 1));
  };
  for (const char* name : {"_checkbw", "FCPublish", "releaseStream", "getStreamLength", "mine"})
    refuse(name, 9);
  EXPECT_EQ(summary.error, "");
  refuse("publish", 10);
  EXPECT_EQ(summary.error, "NetConnection.Call.Failed");
}

TEST_F(ConversationTest, PublishNamesItsMessageStream) {
  call(Direction::to_server, facts("publish", 5, "room"), 1);
  EXPECT_EQ(conversation.find(1)->name, "room");
  EXPECT_EQ(summary.streams.at(0).use, rtmp::StreamUse::publish);
}

TEST_F(ConversationTest, MediaOnStreamZeroBelongsToTheOnlyOpenStream) {
  call(Direction::to_server, facts("play", 5, "room"), 1);
  EXPECT_EQ(conversation.find(0)->name, "room");
  EXPECT_EQ(conversation.media_stream(0)->message_stream_id, 1U);
}

TEST_F(ConversationTest, AnEmptyNameIsAName) {
  call(Direction::to_server, facts("play", 5, ""), 1);
  EXPECT_EQ(summary.streams.at(0).use, rtmp::StreamUse::play);
  EXPECT_TRUE(summary.streams.at(0).named);
  call(Direction::to_server, facts("publish", 6), 2);
  EXPECT_FALSE(summary.streams.at(1).named) << "publish(false)";
}

TEST_F(ConversationTest, AStatusOnStreamZeroBelongsToTheStreamThatAsked) {
  const auto status = [&](std::string code) {
    CommandFacts f = facts("onStatus", 0);
    f.code = std::move(code);
    call(Direction::to_client, f, 0);
  };
  call(Direction::to_server, facts("publish", 5, "a"), 1);
  status("NetStream.Publish.Start");
  call(Direction::to_server, facts("publish", 6, "b"), 2);
  call(Direction::to_server, facts("play", 7, "c"), 3);
  status("NetStream.Play.Start");
  status("NetStream.Publish.BadName");
  EXPECT_EQ(summary.streams.at(0).status, "NetStream.Publish.Start");
  EXPECT_EQ(summary.streams.at(1).status, "NetStream.Publish.BadName");
  EXPECT_EQ(summary.streams.at(2).status, "NetStream.Play.Start");
  CommandFacts remove = facts("deleteStream", 8);
  remove.first_number = 1;
  call(Direction::to_server, remove);
  status("NetStream.Unpublish.Success");
  EXPECT_EQ(summary.streams.at(0).status, "NetStream.Unpublish.Success");
  status("NetConnection.Call.Failed");
  EXPECT_EQ(summary.streams.at(2).status, "NetStream.Play.Start") << "not about a stream";
}

TEST_F(ConversationTest, StreamIdsOfCreateStreamMayBeAnything) {
  for (const double id : {-1.0, 1e300, std::numeric_limits<double>::quiet_NaN()}) {
    call(Direction::to_server, facts("createStream", 2));
    CommandFacts result = facts("_result", 2);
    result.first_number = id;
    call(Direction::to_client, result);
  }
  EXPECT_TRUE(summary.streams.empty());
}

TEST_F(ConversationTest, StreamsAreBounded) {
  for (std::uint32_t id = 1; id < 5000; ++id) conversation.media_stream(id);
  EXPECT_EQ(summary.streams.size(), rtmp::maximum_streams);
  EXPECT_EQ(conversation.media_stream(6000), nullptr);
}

TEST_F(ConversationTest, ErrorsAreKeptForTheSummary) {
  CommandFacts error = facts("_error", 1);
  error.level = "error";
  error.code = "NetConnection.Connect.Rejected";
  error.description = "no";
  call(Direction::to_client, error);
  EXPECT_EQ(summary.error, "NetConnection.Connect.Rejected: no");
}

TEST_F(ConversationTest, MediaOfAnUnknownStreamBelongsToTheFirstThatIsTold) {
  EXPECT_FALSE(conversation.media_stream({})->id_known);
  EXPECT_EQ(conversation.media_stream({}), conversation.media_stream(7));
  EXPECT_TRUE(summary.streams.front().id_known);
  EXPECT_EQ(summary.streams.front().message_stream_id, 7U);
  EXPECT_EQ(conversation.media_stream({}), &summary.streams.front());
  EXPECT_EQ(conversation.media_stream(8)->message_stream_id, 8U);
  EXPECT_FALSE(conversation.media_stream({})->id_known);  // of which of the two?
  EXPECT_EQ(summary.streams.size(), 3U);
}

TEST_F(ConversationTest, AnUnknownStreamMayBeThatOfId0) {
  conversation.media_stream({});
  EXPECT_EQ(conversation.media_stream(0U)->message_stream_id, 0U);
  EXPECT_TRUE(summary.streams.front().id_known);
  EXPECT_EQ(summary.streams.size(), 1U);
}

}  // namespace
}  // namespace rtmpscope::test
