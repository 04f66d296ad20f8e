#include <gtest/gtest.h>

#include "unit/amf/described.hpp"

namespace rtmpscope::test {
namespace {

TEST(Amf0, NumberIsABigEndianDouble) {
  EXPECT_DESCRIBED(amf0("00 3ff8000000000000"), "number 1.5", );
}

TEST(Amf0, NumberThatIsNotFiniteIsNoted) {
  EXPECT_DESCRIBED(amf0("00 7ff8000000000000"), "number nan", "amf_number_not_finite(0,0)");
  EXPECT_DESCRIBED(amf0("00 fff0000000000000"), "number -inf", "amf_number_not_finite(0,0)");
}

TEST(Amf0, AnyBooleanButZeroIsTrue) {
  EXPECT_DESCRIBED(amf0("0100 0101"), "boolean false, boolean true", );
  EXPECT_DESCRIBED(amf0("0180"), "boolean true", "amf0_boolean_odd(128,0)");
}

TEST(Amf0, StringsMayContainNulBytesAndMayBeEmpty) {
  EXPECT_DESCRIBED(amf0("02 0003 610000"), std::string("string \"a\0\0\"", 12), );
  EXPECT_DESCRIBED(amf0("02 0000"), "string \"\"", );
}

TEST(Amf0, TextThatIsNotUtf8IsNotedAndShown) {
  EXPECT_DESCRIBED(amf0("02 0002 e968"), "string \"\xE9h\"", "amf_text_not_utf8(2,0)");
  EXPECT_DESCRIBED(amf0("03 0001 ff 05 000009"), "object{\xFF: null false}", "amf_text_not_utf8(1,0)");
}

TEST(Amf0, LongStringMayBeShort) {
  EXPECT_DESCRIBED(amf0("0c 00000002 6869"), "string \"hi\"", );
}

TEST(Amf0, LongStringOfMoreThan65535BytesIsWhole) {
  const std::string text(70000, 'x');
  EXPECT_DESCRIBED(amf0(concat(hex("0c 00011170"), bytes_of(text))), "string \"" + text + "\"", );
}

TEST(Amf0, XmlDocumentIsText) {
  EXPECT_DESCRIBED(amf0("0f 00000004 3c612f3e"), "xml \"<a/>\"", );
}

TEST(Amf0, MarkersWithoutBody) {
  EXPECT_DESCRIBED(amf0("05 06 0d 05"), "null false, undefined false, unsupported false, null false", );
}

TEST(Amf0, Int64IsSigned) {
  EXPECT_DESCRIBED(amf0("22 ffffffffffffffff"), "int64 -1", );
}

TEST(Amf0, DateIsMillisecondsAndItsTimeZoneANote) {
  EXPECT_DESCRIBED(amf0("0b 4059000000000000 0000"), "date 100", );
  EXPECT_DESCRIBED(amf0("0b 4059000000000000 003c"), "date 100", "amf0_date_time_zone(60,0)");
  EXPECT_DESCRIBED(amf0("0b 4059000000000000 8000"), "date 100", "amf0_date_time_zone(32768,1)");
}

TEST(Amf0, ObjectKeepsOrderAndDuplicateKeys) {
  EXPECT_DESCRIBED(amf0("03 0001 62 05 0001 61 0101 0001 62 0100 000009"),
                   "object{b: null false, a: boolean true, b: boolean false}", );
}

TEST(Amf0, EmptyKeyIsANameUnlessTheEndMarkerFollows) {
  EXPECT_DESCRIBED(amf0("03 0000 05 000009"), "object{: null false}", );
}

TEST(Amf0, EcmaArrayCountIsAHint) {
  EXPECT_DESCRIBED(amf0("08 00000001 0001 61 05 000009"), "ecma_array{count 1, a: null false}", );
  EXPECT_DESCRIBED(amf0("08 00000000 0001 61 00 3ff0000000000000 000009"), "ecma_array{count 0, a: number 1}",
                   "amf0_ecma_count_differs(0,1)");
  EXPECT_DESCRIBED(amf0("08 00000014 0001 61 05 000009 05"),
                   "ecma_array{count 20, a: null false}, null false", "amf0_ecma_count_differs(20,1)");
}

TEST(Amf0, EcmaArrayMayEndWithTheMessageAfterTheAnnouncedMembers) {
  EXPECT_DESCRIBED(amf0("08 00000001 0001 61 05"), "ecma_array{count 1, a: null false}",
                   "amf0_ecma_terminator_missing(1,0)");
  EXPECT_DESCRIBED(amf0("08 00000002 0001 61 05"), "ecma_array{count 2, a: null false}",
                   "amf0_object_unterminated(1,0)");
}

TEST(Amf0, ObjectMayEndWithTheMessage) {
  EXPECT_DESCRIBED(amf0("03 0001 61 05"), "object{a: null false}", "amf0_object_unterminated(1,0)");
  EXPECT_DESCRIBED(amf0("03 0001 61 05 0000"), "object{a: null false}", "amf0_object_unterminated(1,0)");
  EXPECT_DESCRIBED(amf0("03 0001 61 03 0001 62 05"), "object{a: object{b: null false}}",
                   "amf0_object_unterminated(1,0)");
}

TEST(Amf0, AnObjectThatOnlyLacksItsTerminatorCountsAsDelimited) {
  const auto bytes = hex("03 0001 61 05");
  ByteReader reader(bytes);
  amf::References references;
  NullSink sink;
  EXPECT_TRUE(amf::describe_amf0_value(reader, references, sink));
}

TEST(Amf0, KeyWithoutValueIsUnparsed) {
  EXPECT_DESCRIBED(amf0("03 0001 61"), "object{unparsed <3>}", "amf_value_truncated(1,2)");
  EXPECT_DESCRIBED(amf0("03 0005 61"), "object{unparsed <3>}", "amf_value_truncated(1,6)");
  EXPECT_DESCRIBED(amf0("03 00"), "object{unparsed <1>}", "amf_value_truncated(1,2)");
}

TEST(Amf0, StrictArrayHasItsCount) {
  EXPECT_DESCRIBED(amf0("0a 00000002 05 06 05"), "strict_array[null false, undefined false], null false", );
  EXPECT_DESCRIBED(amf0("0a 00000000 05"), "strict_array[], null false", );
  EXPECT_DESCRIBED(amf0("0a 00000003 05"), "strict_array[null false]", "amf_array_short(1,3)");
}

TEST(Amf0, TypedObjectBeginsWithItsClassName) {
  EXPECT_DESCRIBED(amf0("10 0003 412e42 0001 61 05 000009"),
                   "typed_object{class_name \"A.B\", a: null false}", );
}

TEST(Amf0, ReferencesCountComplexValuesFromZeroIncludingTheOneTheyAreIn) {
  EXPECT_DESCRIBED(amf0("03 0001 61 07 0000 000009 0a 00000001 07 0001"),
                   "object{a: reference 0}, strict_array[reference 1]", );
  EXPECT_DESCRIBED(amf0("08 00000000 000009 10 0000 000009 07 0001 07 0002"),
                   "ecma_array{count 0}, typed_object{class_name \"\"}, reference 1, reference 2",
                   "amf0_reference_unresolved(2,2)");
}

TEST(Amf0, ReferencesStartAnewWithEachMessage) {
  EXPECT_DESCRIBED(amf0("07 0000"), "reference 0", "amf0_reference_unresolved(0,0)");
}

TEST(Amf0, ReservedMarkersEndTheMessage) {
  EXPECT_DESCRIBED(amf0("04 05"), "unsupported false, unparsed <1>", "amf0_marker_reserved(4,0)");
  EXPECT_DESCRIBED(amf0("0e"), "unsupported false", "amf0_marker_reserved(14,0)");
}

TEST(Amf0, UnknownMarkersEndTheMessage) {
  for (unsigned marker = 0x12; marker <= 0xFF; ++marker) {
    if (marker == 0x22) continue;
    EXPECT_DESCRIBED(amf0(std::vector<std::uint8_t>{static_cast<std::uint8_t>(marker), 0x05}), "unparsed <2>",
                     "amf0_marker_unknown(" + std::to_string(marker) + ",0)");
  }
}

TEST(Amf0, ObjectEndWithoutAnEmptyKeyIsSkipped) {
  EXPECT_DESCRIBED(amf0("03 0001 61 09 000009 05"), "object{a: unsupported false}, null false",
                   "amf0_object_end_misplaced(0,0)");
}

TEST(Amf0, SwitchToAmf3CoversOneValue) {
  EXPECT_DESCRIBED(amf0("02 0001 78 11 04 05 05"), "string \"x\", integer 5, null false", );
}

TEST(Amf0, SwitchToAmf3InsideAnObjectCoversOneValue) {
  EXPECT_DESCRIBED(amf0("03 0001 61 11 0a 0b 01 03 62 02 01 0001 63 0101 000009"),
                   "object{a: object{b: boolean false}, c: boolean true}", );
}

TEST(Amf0, RangeOfAnAmf3ValueBeginsAtTheSwitch) {
  const Tape tape = amf0("05 11 04 05").tape;
  ASSERT_EQ(tape.entries().size(), 2U);
  EXPECT_EQ(tape.entries()[1].range, (Range{1, 3}));
}

TEST(Amf0, RangesCoverMarkerLengthAndContent) {
  const Tape tape = amf0("02 0001 78 03 0002 6161 0101 000009").tape;
  ASSERT_EQ(tape.entries().size(), 5U);
  EXPECT_EQ(tape.entries()[0].range, (Range{0, 4}));
  EXPECT_EQ(tape.entries()[1].range.offset, 4U);
  EXPECT_EQ(tape.entries()[2].range, (Range{5, 4}));
  EXPECT_EQ(tape.entries()[3].range, (Range{9, 2}));
  EXPECT_EQ(tape.entries()[4].range.offset, 14U);
}

TEST(Amf0, ReaderMayBeginInTheMiddleOfTheBody) {
  const auto bytes = hex("ffff 05 0101");
  ByteReader reader(bytes);
  reader.take(2);
  amf::References references;
  Tape tape;
  EXPECT_TRUE(amf::describe_amf0_value(reader, references, tape));
  EXPECT_EQ(reader.position(), 3U);
  EXPECT_EQ(tape.entries()[0].range, (Range{2, 1}));
}

TEST(Amf0, NoValueAtTheEndIsAFinding) {
  ByteReader reader({});
  amf::References references;
  Tape tape;
  EXPECT_FALSE(amf::describe_amf0_value(reader, references, tape));
  EXPECT_FALSE(amf::describe_amf3_value(reader, references, tape));
  ASSERT_EQ(tape.entries().size(), 2U);
  EXPECT_EQ(tape.entries()[0].finding, FindingId::amf_value_truncated);
  EXPECT_EQ(tape.entries()[1].finding, FindingId::amf_value_truncated);
}

TEST(Amf0, NoValuesInAnEmptyMessage) {
  EXPECT_DESCRIBED(amf0(""), "", );
}

TEST(Amf0, CutTextIsShownAsFarAsItGoes) {
  EXPECT_DESCRIBED(amf0("02 0005 6162"), "string \"ab\"", "amf_value_truncated(2,5)");
  EXPECT_DESCRIBED(amf0("03 0001 6b 0c 00000009 61"), "object{k: string \"a\"}", "amf_value_truncated(1,9)");
}

}  // namespace
}  // namespace rtmpscope::test
