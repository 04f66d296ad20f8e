#include "output/json/json_writer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>

#include "output/json/json_text.hpp"
#include "support/bytes.hpp"
#include "unit/output/fake_events.hpp"

namespace rtmpscope::output {
namespace {

std::string write(const std::function<void(FieldSink&)>& describe, bool ranges = false) {
  Buffer out;
  JsonFieldWriter writer(out, ranges);
  out.append('{');
  describe(writer);
  writer.finish();
  close_object(out);
  return std::string(out.view());
}

/// Writes values as the elements of a command's argument list, and returns the list.
std::string write_arguments(const std::function<void(FieldSink&)>& describe) {
  const std::string all = write([&](FieldSink& sink) {
    sink.begin(FieldId::command, 0);
    sink.begin(FieldId::command_arguments, 0);
    describe(sink);
    sink.end(FieldId::command_arguments, 0);
    sink.end(FieldId::command, 0);
  });
  const nlohmann::json parsed = nlohmann::json::parse(all);  // whatever it is, it is JSON
  EXPECT_TRUE(parsed["command"]["arguments"].is_array());
  const std::string_view head = R"({"command":{"arguments":)";
  return all.substr(head.size(), all.size() - head.size() - 2);
}

TEST(JsonText, DeceptiveCharactersAreEscapedAsUtf16) {
  const auto written = [](std::string_view text) {
    Buffer out;
    append_json_text(out, as_bytes(text));
    const std::string result(out.view());
    EXPECT_EQ(nlohmann::json::parse(result), std::string(text));
    return result;
  };
  EXPECT_EQ(written("a\xE2\x80\xAE"
                    "b"),
            R"("a\u202eb")");
  EXPECT_EQ(written("\xC2\xAD\xC2\x9B"), R"("\u00ad\u009b")");
  EXPECT_EQ(written("\xF3\xA0\x80\x81"), R"("\udb40\udc01")");
  EXPECT_EQ(written("\xEF\xBF\xBE"), R"("\ufffe")");
  EXPECT_EQ(written("\xC3\xA4 \xF0\x9F\x8E\xA5"), "\"\xC3\xA4 \xF0\x9F\x8E\xA5\"");
}

TEST(JsonText, BytesThatAreNotUtf8DoNotHideWhatIsBehindThem) {
  Buffer out;
  append_json_string(out, "\xFF\xE2\x80\xAE\xC3\xA4");
  EXPECT_EQ(out.view(), "\"\xEF\xBF\xBD\\u202e\xC3\xA4\"");
}

TEST(JsonWriter, AnEventWithoutFieldsIsAnEmptyObject) {
  EXPECT_EQ(write([](FieldSink&) {}), "{}");
}

TEST(JsonWriter, MembersOfNestedObjectsHaveTheKeysOfTheTable) {
  EXPECT_EQ(write([](FieldSink& sink) {
              sink.number(FieldId::message_length, {}, 1234567890123456789U);
              sink.begin(FieldId::control, 0);
              sink.number(FieldId::control_window_size, {0, 4}, 5000000);
              sink.end(FieldId::control, 4);
              sink.flag(FieldId::message_complete, {}, false);
            }),
            R"({"length":1234567890123456789,"control":{"window_size":5000000},"complete":false})");
}

TEST(JsonWriter, NumbersWithNamesPrintTheNameOrElseTheNumber) {
  EXPECT_EQ(write([](FieldSink& sink) {
              sink.number(FieldId::gap_cause, {}, 1);
              sink.number(FieldId::control_limit_type, {}, 200);
            }),
            R"({"cause":"snap_length","limit_type":200})");
}

TEST(JsonWriter, EveryRowOfTheValueTablesPrintsItsName) {
  for (const ValueInfo& value : values()) {
    for (std::size_t i = 0; i < fields().size(); ++i) {
      if (fields()[i].values != value.table) continue;
      const std::string json =
          write([&](FieldSink& sink) { sink.number(static_cast<FieldId>(i), {}, value.number); });
      EXPECT_EQ(nlohmann::json::parse(json).begin().value(), value.name) << json;
      break;
    }
  }
}

TEST(JsonWriter, EveryFieldPrintsItsWholeKey) {
  for (std::size_t i = 0; i < fields().size(); ++i) {
    const FieldInfo& field = fields()[i];
    const std::string json = write([&](FieldSink& sink) { sink.flag(static_cast<FieldId>(i), {}, true); });
    const std::string key = nlohmann::json::parse(json).begin().key();
    const bool amf_member = key == "@class" || (key.front() == '@' && key.substr(1) == field.key);
    EXPECT_TRUE(key == field.key || amf_member) << field.filter << json;
  }
}

TEST(JsonWriter, UnsignedNumbersOfEveryLengthAreExact) {
  std::uint64_t power = 1;
  for (int digits = 0; digits < 20; ++digits, power *= 10) {
    for (const std::uint64_t number : {power - 1, power, power + 1, power * 5 + 37}) {
      Buffer out;
      append_unsigned(out, number);
      EXPECT_EQ(out.view(), std::to_string(number));
    }
  }
  Buffer out;
  append_unsigned(out, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(out.view(), "18446744073709551615");
}

TEST(JsonWriter, SignedNumbersKeepTheirSign) {
  EXPECT_EQ(write_arguments([](FieldSink& sink) {
              sink.signed_number(FieldId::amf_int64, {}, -5);
              sink.signed_number(FieldId::amf_int64, {}, 0);
              sink.signed_number(FieldId::amf_int64, {}, std::numeric_limits<std::int64_t>::min());
            }),
            "[-5,0,-9223372036854775808]");
}

TEST(JsonWriter, WholeRealsPrintAsIntegersAndOthersInShortestForm) {
  EXPECT_EQ(
      write_arguments([](FieldSink& sink) {
        for (const double value : {0.0, -0.0, 25.0, -1000.0, 9007199254740992.0, 29.97, 0.1, 1e300, 5e-324}) {
          sink.real(FieldId::amf_number, {}, value);
        }
      }),
      "[0,0,25,-1000,9007199254740992,29.97,0.1,1e+300,5e-324]");
}

TEST(JsonWriter, RealsAboveTwoToThe53ReadBackAsTheSameDouble) {
  const double value = 18014398509481984.0 * 3;
  const std::string list =
      write_arguments([&](FieldSink& sink) { sink.real(FieldId::amf_number, {}, value); });
  EXPECT_EQ(nlohmann::json::parse(list)[0].get<double>(), value);
}

TEST(JsonWriter, RealsThatAreNoNumbersPrintAsNull) {
  EXPECT_EQ(write_arguments([](FieldSink& sink) {
              sink.real(FieldId::amf_number, {}, std::nan(""));
              sink.real(FieldId::amf_number, {}, HUGE_VAL);
              sink.real(FieldId::amf_number, {}, -HUGE_VAL);
            }),
            "[null,null,null]");
}

TEST(JsonWriter, AmfValuesWithoutContentPrintAsNull) {
  EXPECT_EQ(write_arguments([](FieldSink& sink) {
              sink.flag(FieldId::amf_null, {}, false);
              sink.flag(FieldId::amf_undefined, {}, false);
              sink.flag(FieldId::amf_unsupported, {}, false);
              sink.flag(FieldId::amf_boolean, {}, true);
            }),
            "[null,null,null,true]");
}

TEST(JsonWriter, AmfDatesPrintAsTimesAndImpossibleOnesAsNumbers) {
  EXPECT_EQ(write_arguments([](FieldSink& sink) {
              sink.real(FieldId::amf_date, {}, 1795378385123.0);
              sink.real(FieldId::amf_date, {}, -1.0);
              sink.real(FieldId::amf_date, {}, 1e18);
              sink.real(FieldId::amf_date, {}, std::nan(""));
            }),
            R"(["2026-11-22T20:13:05.123Z","1969-12-31T23:59:59.999Z",1e+18,null])");
}

TEST(JsonWriter, TextIsEscapedAndTerminalControlsNeverPassThrough) {
  EXPECT_EQ(
      write_arguments([](FieldSink& sink) {
        test::text(sink, FieldId::amf_string, "a\"b\\c\n\r\t\x01\x7F");
        test::text(sink, FieldId::amf_string, "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x8E\xA5");
        test::text(sink, FieldId::amf_string, "\xC2\x9B");
        test::text(sink, FieldId::amf_string, "");
      }),
      "[\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u007f\",\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x8E\xA5\",\"\\u009b\",\"\"]");
}

TEST(JsonWriter, TextThatIsNotUtf8PrintsAsHexadecimal) {
  EXPECT_EQ(write_arguments([](FieldSink& sink) { test::text(sink, FieldId::amf_string, "a\xFF\x80"); }),
            R"([{"hex":"61ff80"}])");
}

TEST(JsonWriter, BytesPrintInHexadecimalUnlessTheyAreManyOrWereNotKept) {
  const std::vector<std::uint8_t> bytes(65, 0xAB);
  const Bytes all(bytes);
  const std::string hex_64 = [] {
    std::string text;
    for (int i = 0; i < 64; ++i) text += "ab";
    return text;
  }();
  EXPECT_EQ(write_arguments([&](FieldSink& sink) {
              sink.blob(FieldId::amf3_byte_array, {0, 2}, all.first(2));
              sink.blob(FieldId::amf3_byte_array, {0, 64}, all.first(64));
              sink.blob(FieldId::amf3_byte_array, {0, 65}, all);
              sink.blob(FieldId::amf3_byte_array, {0, 10}, all.first(9));
              sink.blob(FieldId::amf3_byte_array, {0, 0}, {});
            }),
            R"([{"length":2,"hex":"abab"},{"length":64,"hex":")" + hex_64 +
                R"("},{"length":65},{"length":10},{"length":0,"hex":""}])");
}

TEST(JsonWriter, PropertyNamesAreTheKeysOfAmfValues) {
  EXPECT_EQ(write_arguments([](FieldSink& sink) {
              sink.begin(FieldId::amf_typed_object, 0);
              test::text(sink, FieldId::amf_class_name, "flex.Message");
              test::property(sink, "a\"b", "x");
              sink.key({}, as_bytes("list"));
              sink.begin(FieldId::amf_strict_array, 0);
              sink.real(FieldId::amf_number, {}, 1);
              sink.end(FieldId::amf_strict_array, 0);
              sink.key({}, as_bytes("empty"));
              sink.begin(FieldId::amf_object, 0);
              sink.end(FieldId::amf_object, 0);
              sink.begin(FieldId::amf3_dense, 0);
              sink.end(FieldId::amf3_dense, 0);
              sink.end(FieldId::amf_typed_object, 0);
            }),
            R"([{"@class":"flex.Message","a\"b":"x","list":[1],"empty":{},"@dense":[]}])");
}

TEST(JsonWriter, ReferencesAreNoNumbers) {
  EXPECT_EQ(write_arguments([](FieldSink& sink) {
              sink.number(FieldId::amf_reference, {0, 3}, 7);
              sink.begin(FieldId::amf_object, 0);
              sink.key({}, as_bytes("self"));
              sink.number(FieldId::amf3_object_reference, {0, 2}, 0);
              sink.end(FieldId::amf_object, 0);
            }),
            R"([{"@reference":7},{"self":{"@object_reference":0}}])");
}

TEST(JsonWriter, PropertyNamesThatAreNotUtf8KeepTheirReadableParts) {
  EXPECT_EQ(write_arguments([](FieldSink& sink) {
              sink.begin(FieldId::amf_object, 0);
              test::property(sink, "k\xFF\xC3\xA4", "v");
              sink.end(FieldId::amf_object, 0);
            }),
            "[{\"k\xEF\xBF\xBD\xC3\xA4\":\"v\"}]");
}

TEST(JsonWriter, PropertyNameWithoutValueIsLeftOut) {
  EXPECT_EQ(write_arguments([](FieldSink& sink) {
              sink.begin(FieldId::amf_object, 0);
              test::property(sink, "a", "b");
              sink.key({}, as_bytes("cut"));
              sink.end(FieldId::amf_object, 0);
              sink.begin(FieldId::amf_object, 0);
              sink.key({}, as_bytes("cut"));
              sink.key({}, as_bytes("cut too"));
              sink.end(FieldId::amf_object, 0);
              test::text(sink, FieldId::amf_string, "next");
            }),
            R"([{"a":"b"},{},"next"])");
}

TEST(JsonWriter, FindingBetweenNameAndValueChangesNothing) {
  EXPECT_EQ(write_arguments([](FieldSink& sink) {
              sink.begin(FieldId::amf_object, 0);
              sink.key({}, as_bytes("a"));
              sink.finding(FindingId{}, {}, 1, 2);
              sink.real(FieldId::amf_number, {}, 1);
              sink.end(FieldId::amf_object, 0);
            }),
            R"([{"a":1}])");
}

TEST(JsonWriter, ContainersLeftOpenAreClosed) {
  EXPECT_EQ(write([](FieldSink& sink) {
              sink.begin(FieldId::command, 0);
              sink.begin(FieldId::command_arguments, 0);
              sink.begin(FieldId::amf_object, 0);
              sink.key({}, as_bytes("a"));
            }),
            R"({"command":{"arguments":[{}]}})");
}

TEST(JsonWriter, RangesListEveryFieldInWireOrderWithItsRawValue) {
  const std::string json = write(
      [](FieldSink& sink) {
        sink.number(FieldId::message_length, {}, 12);
        sink.begin(FieldId::video, 0);
        sink.number(FieldId::video_frame_type, {0, 1}, 1);
        sink.begin(FieldId::video_metadata, 5);
        sink.key({5, 3}, as_bytes("k\n"));
        sink.begin(FieldId::amf_object, 8);
        test::property(sink, "a", "b");
        sink.end(FieldId::amf_object, 10);
        sink.end(FieldId::video_metadata, 11);
        sink.blob(FieldId::video_data, {11, 100}, {});
        sink.end(FieldId::video, 111);
      },
      true);
  EXPECT_EQ(json,
            R"({"length":12,"video":{"frame_type":"key","metadata":{"k\n":{"a":"b"}},"data":{"length":100}},)"
            R"("ranges":[)"
            R"({"field":"rtmpscope.video","offset":0,"length":111},)"
            R"({"field":"rtmpscope.video.frame_type","offset":0,"length":1,"value":1},)"
            R"({"field":"rtmpscope.video.metadata","offset":5,"length":6},)"
            R"({"field":"rtmpscope.amf.object","key":"k\n","offset":8,"length":2},)"
            R"({"field":"rtmpscope.amf.string","key":"a","offset":0,"length":1,"value":"b"},)"
            R"({"field":"rtmpscope.video.data","offset":11,"length":100,"value":{"length":100}}]})");
}

TEST(JsonWriter, RangesOfOneEventDoNotReachTheNext) {
  Buffer out;
  JsonFieldWriter writer(out, true);
  for (int round = 0; round < 2; ++round) {
    out.clear();
    out.append('{');
    writer.number(FieldId::chunk_format, {0, 1}, 3);
    writer.finish();
    close_object(out);
    EXPECT_EQ(
        out.view(),
        R"({"format":3,"ranges":[{"field":"rtmpscope.chunk.format","offset":0,"length":1,"value":3}]})");
  }
}

TEST(Buffer, KeepsItsContentWhileItGrows) {
  Buffer buffer;
  std::string expected;
  for (int i = 0; i < 5000; ++i) {
    const std::string piece = std::to_string(i);
    buffer.append(piece);
    expected += piece;
  }
  EXPECT_EQ(buffer.view(), expected);
  buffer.truncate(3);
  EXPECT_EQ(buffer.view(), "012");
  buffer.clear();
  EXPECT_TRUE(buffer.empty());
}

}  // namespace
}  // namespace rtmpscope::output
