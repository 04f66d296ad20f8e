#include <gmock/gmock.h>

#include "rtmp/message/describe_message.hpp"
#include "schema/tape.hpp"
#include "support/bytes.hpp"
#include "support/chunks.hpp"

namespace rtmpscope::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Tape describe(std::uint8_t type_id, Bytes body, rtmp::MessageHeader header = {.chunk_stream_id = 2}) {
  header.type_id = type_id;
  header.length = static_cast<std::uint32_t>(body.size());
  Tape tape;
  rtmp::describe_message({.header = header, .body = body}, tape);
  return tape;
}

std::string text(std::uint8_t type_id, Bytes body, rtmp::MessageHeader header = {.chunk_stream_id = 2}) {
  return describe(type_id, body, header).to_string();
}

TEST(DescribeMessage, ProtocolControl) {
  EXPECT_EQ(text(1, hex("00001000")), "begin control @0\n  control.chunk_size = 4096 @0+4\nend control @4\n");
  EXPECT_EQ(text(2, hex("00000006")),
            "begin control @0\n  control.chunk_stream_id = 6 @0+4\nend control @4\n");
  EXPECT_EQ(text(3, hex("80000000")),
            "begin control @0\n  control.sequence_number = 2147483648 @0+4\nend control @4\n");
  EXPECT_EQ(text(5, hex("002625a0")),
            "begin control @0\n  control.window_size = 2500000 @0+4\nend control @4\n");
  EXPECT_EQ(text(6, hex("002625a002")),
            "begin control @0\n  control.window_size = 2500000 @0+4\n  control.limit_type = 2 @4+1\nend "
            "control @5\n");
}

TEST(DescribeMessage, SetPeerBandwidthWithoutLimitTypeIsAccepted) {
  EXPECT_THAT(text(6, hex("002625a0")), Not(HasSubstr("finding")));
}

TEST(DescribeMessage, ChunkSizesOutsideTheStandardAreFindings) {
  EXPECT_THAT(text(1, hex("00000000")), HasSubstr("finding chunk_size_zero"));
  EXPECT_THAT(text(1, hex("80000100")), HasSubstr("finding chunk_size_top_bit a=2147483904 b=256"));
  EXPECT_THAT(text(1, hex("01000000")), HasSubstr("finding chunk_size_beyond_messages"));
  EXPECT_THAT(text(1, hex("0000007f")), HasSubstr("finding chunk_size_small"));
  EXPECT_THAT(text(1, hex("00000080")), Not(HasSubstr("finding")));
}

TEST(DescribeMessage, ControlOnAnotherStreamIsANote) {
  EXPECT_THAT(text(1, hex("00001000"), {.chunk_stream_id = 3, .message_stream_id = 1}),
              HasSubstr("finding control_on_wrong_stream a=3 b=1"));
}

TEST(DescribeMessage, UserControlEventsWithTheirParameters) {
  struct Row {
    const char* body;
    const char* field;
  };
  const Row rows[] = {{"0000 00000001", "user_control.message_stream_id = 1 @2+4"},
                      {"0001 00000001", "user_control.message_stream_id = 1 @2+4"},
                      {"0002 00000001", "user_control.message_stream_id = 1 @2+4"},
                      {"0003 00000001 00000bb8", "user_control.buffer_length_ms = 3000 @6+4"},
                      {"0004 00000001", "user_control.message_stream_id = 1 @2+4"},
                      {"0006 01020304", "user_control.timestamp = 16909060 @2+4"},
                      {"0007 01020304", "user_control.timestamp = 16909060 @2+4"},
                      {"001a 01", "user_control.swf_verification_version = 1 @2+1"},
                      {"001f 00000001", "user_control.message_stream_id = 1 @2+4"},
                      {"0020 00000001", "user_control.message_stream_id = 1 @2+4"}};
  for (const Row& row : rows) {
    const std::string seen = text(4, hex(row.body));
    EXPECT_THAT(seen, HasSubstr(row.field)) << row.body;
    EXPECT_THAT(seen, Not(HasSubstr("finding"))) << row.body;
  }
  const auto swf = concat(hex("001b 0101 00001000 00001000"), pattern(32));
  EXPECT_THAT(text(4, swf), HasSubstr("user_control.swf_digest = 32 bytes @12+32"));
  EXPECT_THAT(text(4, swf), HasSubstr("user_control.swf_size2 = 4096 @8+4"));
  EXPECT_THAT(text(4, hex("0008 000000000000000107e934b0")), HasSubstr("user_control.data = 12 bytes @2+12"));
}

TEST(DescribeMessage, ShortBodiesAreFindings) {
  for (const int type : {1, 2, 3, 5, 6}) {
    EXPECT_THAT(text(static_cast<std::uint8_t>(type), hex("0000")), HasSubstr("finding message_body_short"))
        << type;
  }
  for (const char* body : {"00", "0000", "0003 00000001", "0006 00", "001a", "001b 0101"}) {
    EXPECT_THAT(text(4, hex(body)), HasSubstr("finding message_body_short")) << body;
  }
  // What is left is shown, and not said to be too much.
  const std::string seen = text(4, hex("0003 00000001 00"));
  EXPECT_THAT(seen, HasSubstr("user_control.data = 1 bytes @6+1"));
  EXPECT_THAT(seen, Not(HasSubstr("message_body_trailing")));
}

TEST(DescribeMessage, Command) {
  const auto body = concat(hex("02 0007"), bytes_of("connect"), hex("00 3ff0000000000000"), hex("03 0003"),
                           bytes_of("app"), hex("02 0004"), bytes_of("live"), hex("000009"));
  const std::string seen = text(20, body, {.chunk_stream_id = 3});
  EXPECT_THAT(seen, HasSubstr("command.name = \"connect\" @0+10"));
  EXPECT_THAT(seen, HasSubstr("command.transaction_id = 1 @10+9"));
  EXPECT_THAT(seen, HasSubstr("key \"app\""));
  EXPECT_THAT(seen, Not(HasSubstr("finding")));
}

TEST(DescribeMessage, Amf3CommandWithAndWithoutItsFormatByte) {
  const auto call = concat(hex("02 0004"), bytes_of("play"), hex("00 0000000000000000 05"));
  EXPECT_THAT(text(17, concat(hex("00"), call)), HasSubstr("command.format = 0 @0+1"));
  EXPECT_THAT(text(17, concat(hex("00"), call)), HasSubstr("command.name = \"play\" @1+7"));
  EXPECT_THAT(text(17, call), HasSubstr("command.name = \"play\" @0+7"));
}

TEST(DescribeMessage, CommandWithoutNameOrTransaction) {
  EXPECT_THAT(text(20, hex("05 00 0000000000000000 05")), Not(HasSubstr("finding")));  // Flex remoting
  EXPECT_THAT(text(20, hex("00 0000000000000000")), HasSubstr("finding command_name_missing"));
  EXPECT_THAT(text(20, hex("")), HasSubstr("finding command_name_missing"));
  EXPECT_THAT(text(20, hex("02 0001 61 05")), HasSubstr("finding transaction_id_missing"));
  EXPECT_THAT(text(20, hex("02 0001 61")), HasSubstr("finding transaction_id_missing"));
  EXPECT_THAT(text(20, hex("02 0003 6f6e46")), HasSubstr("finding command_name_alone"));
  EXPECT_THAT(text(17, hex("00 02 0003 6f6e46")), HasSubstr("finding command_name_alone"));
  EXPECT_THAT(text(20, hex("02 0003 6f6e46 05")), HasSubstr("finding transaction_id_missing"));
}

TEST(DescribeMessage, DataMessages) {
  const auto body =
      concat(hex("02 000d"), bytes_of("@setDataFrame"), hex("02 000a"), bytes_of("onMetaData"), hex("05"));
  EXPECT_THAT(text(18, body), HasSubstr("data.name = \"@setDataFrame\" @0+16"));
  EXPECT_THAT(text(18, hex("")), HasSubstr("finding data_message_empty"));
  EXPECT_THAT(text(18, hex("00 0000000000000000")), HasSubstr("finding data_name_missing"));
  EXPECT_THAT(text(15, concat(hex("00"), body)), HasSubstr("data.name = \"@setDataFrame\" @1+16"));
}

TEST(DescribeMessage, SharedObjectEvents) {
  const auto body = concat(hex("0002"), bytes_of("so"), hex("00000003 00000002 00000000"),
                           hex("01 00000000"),                                 // Use
                           hex("04 0000000d 0001 61 00 4008000000000000 00"),  // Change, with a rest
                           hex("06 00000006 02 0001 6d 01 01"),                // Send Message
                           hex("07 00000006 0001 63 0001 6c"),                 // Status
                           hex("63 00000002 aabb"));                           // unknown
  const std::string seen = text(19, body, {.chunk_stream_id = 3});
  EXPECT_THAT(seen, HasSubstr("shared_object.name = \"so\" @0+4"));
  EXPECT_THAT(seen, HasSubstr("shared_object.version = 3 @4+4"));
  EXPECT_THAT(seen, HasSubstr("shared_object.events.event.type = 1 @16+1"));
  EXPECT_THAT(seen, HasSubstr("shared_object.events.event.entries.entry.key = \"a\" @26+3"));
  EXPECT_THAT(seen, HasSubstr("amf.number = 3 @29+9"));
  EXPECT_THAT(seen, HasSubstr("shared_object.events.event.data = 1 bytes @38+1"));
  EXPECT_THAT(seen, HasSubstr("amf.string = \"m\""));
  EXPECT_THAT(seen, HasSubstr("entries.entry.key = \"c\""));
  EXPECT_THAT(seen, HasSubstr("shared_object.events.event.data = 2 bytes"));
  EXPECT_THAT(seen, Not(HasSubstr("finding")));
}

TEST(DescribeMessage, Amf3SharedObjectValuesWithAndWithoutTheirMarker) {
  for (const char* value : {"11 04 05", "04 05"}) {
    const auto data = concat(hex("0001 61"), hex(value));
    ByteVector length;
    put_be(length, data.size(), 4);
    const auto body = concat(hex("03 0001 78 00000000 00000000 00000000 04"), length, data);
    EXPECT_THAT(text(16, body), HasSubstr("= 5 @")) << value;
  }
}

TEST(DescribeMessage, SharedObjectLengthsBeyondTheEnd) {
  EXPECT_THAT(text(19, hex("0002 736f 00")), HasSubstr("finding shared_object_name_cut"));
  EXPECT_THAT(text(19, hex("0000 00000000 00000000 00000000 01 ffffffff 00")),
              HasSubstr("finding shared_object_event_length a=4294967295 b=1"));
}

ByteVector sub_message(std::uint8_t type, std::uint32_t time, Bytes body, std::uint32_t back_pointer) {
  ByteVector out{type};
  put_be(out, body.size(), 3);
  put_be(out, time & 0xFFFFFF, 3);
  put_be(out, time >> 24, 1);
  put_be(out, 0, 3);
  out = concat(out, body);
  put_be(out, back_pointer, 4);
  return out;
}

TEST(DescribeMessage, AggregateRebasesTimesAndChecksBackPointers) {
  const auto audio = hex("af01 2110");
  const auto body = concat(sub_message(8, 0x1000010, audio, 15), sub_message(8, 0x1000020, audio, 99));
  const std::string seen = text(22, body, {.chunk_stream_id = 4, .message_stream_id = 1, .timestamp = 5000});
  EXPECT_THAT(seen, HasSubstr("message.timestamp = 16777232 @4+4"));
  EXPECT_THAT(seen, HasSubstr("absolute_timestamp = 5000 @4+0"));
  EXPECT_THAT(seen, HasSubstr("absolute_timestamp = 5016 @23+0"));
  EXPECT_THAT(seen, HasSubstr("finding aggregate_last_back_pointer a=99 b=15 @34+4"));
  EXPECT_THAT(seen, HasSubstr("begin audio @11"));
  EXPECT_THAT(seen, HasSubstr("begin audio @30"));
}

TEST(DescribeMessage, AggregateReportsBackPointersThatSomethingFollows) {
  const auto audio = hex("af01 2110");
  const auto body = concat(sub_message(8, 0, audio, 99), sub_message(8, 0, audio, 15));
  const std::string seen = text(22, body);
  EXPECT_THAT(seen, HasSubstr("finding aggregate_back_pointer a=99 b=15 @15+4"));
  EXPECT_THAT(seen, Not(HasSubstr("aggregate_last_back_pointer")));
}

TEST(DescribeMessage, AggregateToleratesAMissingLastBackPointerAndReportsALongLength) {
  auto body = sub_message(8, 0, hex("af012110"), 15);
  body.erase(body.end() - 4, body.end());
  EXPECT_THAT(text(22, body), HasSubstr("finding aggregate_back_pointer_missing"));
  body.at(3) = 200;
  EXPECT_THAT(text(22, body), HasSubstr("finding aggregate_length a=200 b=4"));
}

TEST(DescribeMessage, AggregateInsideAnAggregateIsNotFollowed) {
  const auto inner = sub_message(8, 0, hex("af012110"), 15);
  const auto body = sub_message(22, 0, inner, 11 + static_cast<std::uint32_t>(inner.size()));
  EXPECT_THAT(text(22, body), HasSubstr("finding aggregate_nested"));
}

TEST(DescribeMessage, UnknownTypesKeepTheirBytes) {
  EXPECT_THAT(text(99, hex("010203")), HasSubstr("finding message_type_unknown a=99"));
  EXPECT_THAT(text(99, hex("010203")), HasSubstr("unknown.data = 3 bytes @0+3"));
}

/// Checks that containers balance and that each range lies in its parent and in the body.
void check_ranges(const Tape& tape, std::size_t size, const std::string& what) {
  std::vector<std::uint32_t> begins;
  for (const Tape::Entry& entry : tape.entries()) {
    EXPECT_LE(entry.range.end(), size) << what;
    if (entry.op == Tape::Op::begin) begins.push_back(entry.range.offset);
    const std::uint32_t least = begins.empty() || entry.range.length == 0 ? 0 : begins.back();
    EXPECT_GE(entry.range.offset, least) << what;
    if (entry.op == Tape::Op::end) {
      ASSERT_FALSE(begins.empty()) << what;
      EXPECT_GE(entry.range.offset, begins.back()) << what;
      begins.pop_back();
    }
  }
  EXPECT_TRUE(begins.empty()) << what;
}

TEST(DescribeMessage, EveryPrefixOfEveryKindKeepsItsRangesInside) {
  const std::vector<std::pair<std::uint8_t, ByteVector>> bodies = {
      {1, hex("00001000")},
      {4, concat(hex("001b 0101 00001000 00001000"), pattern(32))},
      {6, hex("002625a002")},
      {17, concat(hex("00 02 0004"), bytes_of("play"), hex("00 0000000000000000 05 11 0a0b01 0361 0403 01"))},
      {18,
       concat(hex("02 000a"), bytes_of("onMetaData"), hex("08 00000001 0001 61 00 3ff0000000000000 000009"))},
      {19, concat(hex("0002"), bytes_of("so"),
                  hex("00000003 00000002 00000000 04 0000000c 0001 61 00 4008000000000000"))},
      {22, concat(sub_message(8, 16, hex("af012110"), 15),
                  sub_message(9, 32, hex("2701000000 00000001 41"), 21))},
      {8, hex("af00 1210")},
      {9, hex("1700000000 0164001fffe1")}};
  for (const auto& [type, body] : bodies) {
    for (std::size_t size = 0; size <= body.size(); ++size) {
      const Bytes prefix = Bytes(body).first(size);
      const Tape tape = describe(type, prefix);
      check_ranges(tape, size, "type " + std::to_string(type) + " size " + std::to_string(size));
      EXPECT_EQ(tape, describe(type, prefix));
    }
  }
}

}  // namespace
}  // namespace rtmpscope::test
