#include "rtmfp/user_data.hpp"

#include <gtest/gtest.h>

#include "support/bytes.hpp"

namespace rtmpscope::rtmfp::test {
namespace {

using rtmpscope::test::hex;

Chunk chunk(std::uint8_t type, const std::vector<std::uint8_t>& payload) {
  return {type, payload, false};
}

TEST(Fragments, HaveNumbersOptionsAndData) {
  const auto payload = hex("91 02 05 03 05 0054430401 02 0a09 00 6869");
  FragmentReader reader;
  const auto fragment = reader.read(chunk(user_data, payload));
  ASSERT_TRUE(fragment);
  EXPECT_EQ(fragment->flow, 2U);
  EXPECT_EQ(fragment->sequence, 5U);
  EXPECT_EQ(fragment->forward, 2U);
  EXPECT_EQ(fragment->place, FragmentPlace::begin);
  EXPECT_TRUE(fragment->final);
  EXPECT_FALSE(fragment->abandoned);
  ASSERT_TRUE(fragment->metadata);
  EXPECT_EQ(parse_flow_metadata(*fragment->metadata).message_stream_id, 1U);
  EXPECT_EQ(fragment->return_of, 9U);
  EXPECT_EQ(as_text(fragment->data), "hi");
}

TEST(Fragments, GoOnFromTheChunkBefore) {
  FragmentReader reader;
  const auto first = hex("10 02 05 03 61");
  const auto next = hex("20 62");
  ASSERT_TRUE(reader.read(chunk(user_data, first)));
  const auto second = reader.read(chunk(next_user_data, next));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->flow, 2U);
  EXPECT_EQ(second->sequence, 6U);
  EXPECT_EQ(second->forward, 2U);
  EXPECT_EQ(second->place, FragmentPlace::end);
  EXPECT_EQ(as_text(second->data), "b");
  EXPECT_EQ(reader.read(chunk(next_user_data, next))->sequence, 7U);
  reader.interrupt();
  EXPECT_FALSE(reader.read(chunk(next_user_data, next)));
}

TEST(Fragments, ThatContradictThemselvesAreRefused) {
  for (const std::string_view text :
       {"10 02", "10 02 05 06 61", "90 02 05 01 09 00", "10 02 ffffffffffffffff7f 00"}) {
    const auto payload = hex(text);
    EXPECT_FALSE(FragmentReader().read(chunk(user_data, payload))) << text;
  }
  const auto whole = hex("10 02 05 01 61");
  EXPECT_FALSE(FragmentReader().read({user_data, whole, true}));
}

TEST(FlowMetadata, SaysWhatTheFlowIsFor) {
  const FlowMetadata control = parse_flow_metadata(hex("54430400"));
  EXPECT_EQ(control.kind, FlowKind::rtmp);
  EXPECT_EQ(control.message_stream_id, 0U);
  EXPECT_FALSE(control.arrival_order);
  const FlowMetadata media = parse_flow_metadata(hex("5443058402"));
  EXPECT_EQ(media.message_stream_id, 514U);
  EXPECT_TRUE(media.arrival_order);
  EXPECT_EQ(parse_flow_metadata(hex("544300")).kind, FlowKind::rtmp);
  EXPECT_FALSE(parse_flow_metadata(hex("544300")).message_stream_id);
  EXPECT_EQ(parse_flow_metadata(hex("5443")).kind, FlowKind::other);
  EXPECT_EQ(parse_flow_metadata(hex("544304")).kind, FlowKind::other);
  EXPECT_EQ(parse_flow_metadata(hex("474300")).kind, FlowKind::group);
  EXPECT_EQ(parse_flow_metadata(hex("475200")).kind, FlowKind::group_peer);
  EXPECT_EQ(parse_flow_metadata({}).kind, FlowKind::other);
}

TEST(Acknowledgement, HasFlowBufferAndNumber) {
  const auto read = parse_acknowledgement(hex("02 8100 07 ff"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->flow, 2U);
  EXPECT_EQ(read->buffer, 128U);
  EXPECT_EQ(read->cumulative, 7U);
  EXPECT_FALSE(parse_acknowledgement(hex("02 81")));
}

TEST(FlowException, HasFlowAndCode) {
  const auto read = parse_flow_exception(hex("03 05"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->flow, 3U);
  EXPECT_EQ(read->code, 5U);
  EXPECT_FALSE(parse_flow_exception(hex("03")));
}

}  // namespace
}  // namespace rtmpscope::rtmfp::test
