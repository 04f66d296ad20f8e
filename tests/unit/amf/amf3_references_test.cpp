#include <gtest/gtest.h>

#include "unit/amf/described.hpp"

namespace rtmpscope::test {
namespace {

TEST(Amf3References, ArrayOfTwoObjectsOfOneClass) {
  // String table: a, b, hi, x.
  EXPECT_DESCRIBED(amf3("09 05 01 0a 2b 01 03 61 03 62 04 01 06 05 6869 03 78 06 00 01"
                        "0a 01 04 ffffffff 06 04 01"),
                   "array[object{a: integer 1, b: string \"hi\", x: string \"a\"}, "
                   "object{a: integer -1, b: string \"hi\"}]", );
}

TEST(Amf3References, StringReferenceHasTheRangeOfItsOwnBytes) {
  const Tape tape = amf3("06 05 6869 06 00").tape;
  ASSERT_EQ(tape.entries().size(), 2U);
  EXPECT_EQ(tape.entries()[1].range, (Range{4, 2}));
  EXPECT_EQ(as_text(tape.bytes(tape.entries()[1])), "hi");
}

TEST(Amf3References, EmptyStringsAreNotEntered) {
  EXPECT_DESCRIBED(amf3("06 01 06 03 61 06 00 06 02"), "string \"\", string \"a\", string \"a\", null false",
                   "amf3_string_reference_unresolved(1,1)");
}

TEST(Amf3References, EveryKindOfNameIsEntered) {
  // Class name C (0), member m (1), dynamic name d (2), array name n (3), vector type T (4), value v (5).
  EXPECT_DESCRIBED(
      amf3("0a 1b 03 43 03 6d 01 03 64 01 01"
           "09 01 03 6e 01 01"
           "10 01 00 03 54"
           "06 03 76"
           "06 00 06 02 06 04 06 06 06 08 06 0a"),
      "object{class_name \"C\", m: null false, d: null false}, associative_array{n: null false}, "
      "typed_vector{class_name \"T\", dense[]}, string \"v\", "
      "string \"C\", string \"m\", string \"d\", string \"n\", string \"T\", string \"v\"", );
}

TEST(Amf3References, NamesMayBeReferences) {
  EXPECT_DESCRIBED(amf3("06 03 61 0a 1b 00 00 01 00 02 01 09 01 00 01 01 10 03 00 00 01"),
                   "string \"a\", object{class_name \"a\", a: null false, a: boolean false}, "
                   "associative_array{a: null false}, typed_vector{class_name \"a\", dense[null false]}", );
}

TEST(Amf3References, XmlAndByteArraysAreNoStrings) {
  EXPECT_DESCRIBED(amf3("0b 03 61 0c 03 62 06 00"), "xml \"a\", byte_array <1>, null false",
                   "amf3_string_reference_unresolved(0,0)");
}

TEST(Amf3References, EveryKindOfComplexValueIsEnteredInOrder) {
  EXPECT_DESCRIBED(
      amf3("09 01 01 0a 0b 01 01 08 01 0000000000000000 0b 01 07 01 0c 01 0d 01 00 0e 01 00 0f 01 00"
           "10 01 00 01 11 01 00"
           "0a 00 0a 02 08 04 0b 06 07 08 0c 0a 0d 0c 0e 0e 0f 10 10 12 11 14 09 16"),
      "array[], object{}, date 0, xml \"\", xml \"\", byte_array <0>, vector[], vector[], vector[], "
      "vector[], "
      "dictionary[], object_reference 0, object_reference 1, object_reference 2, object_reference 3, "
      "object_reference 4, object_reference 5, object_reference 6, object_reference 7, "
      "object_reference 8, object_reference 9, object_reference 10, object_reference 11",
      "amf3_object_reference_unresolved(11,11)");
}

TEST(Amf3References, ComplexValuesAreEnteredBeforeTheirMembers) {
  EXPECT_DESCRIBED(amf3("09 03 01 09 00"), "array[object_reference 0]", );
  EXPECT_DESCRIBED(amf3("0a 0b 01 03 61 0a 00 01"), "object{a: object_reference 0}", );
}

TEST(Amf3References, TraitsOfNestedObjectsAreEnteredAfterThoseOfTheirParent) {
  // Traits 0 {a}, traits 1 {b}; then one object of each.
  EXPECT_DESCRIBED(amf3("0a 13 01 03 61 0a 13 01 03 62 01 0a 01 02 0a 05 03"),
                   "object{a: object{b: null false}}, object{a: boolean false}, object{b: boolean true}", );
}

TEST(Amf3References, TraitsWithoutTargetEndTheMessage) {
  EXPECT_DESCRIBED(amf3("0a 05 01 01"), "object{unparsed <3>}", "amf3_traits_reference_unresolved(1,0)");
}

TEST(Amf3References, NameWithoutTargetIsEmptyAndNotTheEnd) {
  EXPECT_DESCRIBED(amf3("0a 0b 01 04 02 01 01"), "object{: boolean false}, null false",
                   "amf3_string_reference_unresolved(2,0)");
}

TEST(Amf3References, TablesGoOnOverTheValuesOfAMessage) {
  EXPECT_DESCRIBED(amf0("11 06 05 6869 05 11 06 00"), "string \"hi\", null false, string \"hi\"", );
  EXPECT_DESCRIBED(amf0("11 0a 13 01 03 61 01 11 0a 01 02"),
                   "object{a: null false}, object{a: boolean false}", );
}

TEST(Amf3References, TablesStartAnewWhereOnlyThatMakesSense) {
  // Read with the table of the first value, the second value's traits 0 would be {a} and the message would be
  // too short; with tables of its own they are those of its own first element.
  EXPECT_DESCRIBED(amf0("11 0a 43 01 03 61 03 62 03 63 03 64 01 01 01 01"
                        "11 09 05 01 0a 13 01 03 78 02 0a 01 03"
                        "11 09 05 01 0a 13 01 03 79 02 0a 01 03"),
                   "object{a: null false, b: null false, c: null false, d: null false}, "
                   "array[object{x: boolean false}, object{x: boolean true}], "
                   "array[object{y: boolean false}, object{y: boolean true}]",
                   "amf3_tables_restarted(0,0)");
}

TEST(Amf3References, TablesGoOnIfNothingMakesSense) {
  EXPECT_DESCRIBED(amf0("11 06 03 61 11 06 02 11 06 00"), "string \"a\", null false, string \"a\"",
                   "amf3_string_reference_unresolved(1,1)");
}

TEST(Amf3References, Amf0AndAmf3TablesAreSeparate) {
  EXPECT_DESCRIBED(amf0("11 09 01 01 07 0000"), "array[], reference 0", "amf0_reference_unresolved(0,0)");
  EXPECT_DESCRIBED(amf0("03 000009 11 09 00"), "object{}, object_reference 0",
                   "amf3_object_reference_unresolved(0,0)");
}

}  // namespace
}  // namespace rtmpscope::test
