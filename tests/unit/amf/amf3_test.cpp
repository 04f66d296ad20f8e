#include <gtest/gtest.h>

#include "unit/amf/described.hpp"

namespace rtmpscope::test {
namespace {

TEST(Amf3, MarkersWithoutBody) {
  EXPECT_DESCRIBED(amf3("00 01 02 03"), "undefined false, null false, boolean false, boolean true", );
}

TEST(Amf3, IntegersHaveOneToFourBytesAnd29SignedBits) {
  EXPECT_DESCRIBED(amf3("04 7f"), "integer 127", );
  EXPECT_DESCRIBED(amf3("04 8100"), "integer 128", );
  EXPECT_DESCRIBED(amf3("04 ff7f"), "integer 16383", );
  EXPECT_DESCRIBED(amf3("04 818000"), "integer 16384", );
  EXPECT_DESCRIBED(amf3("04 ffff7f"), "integer 2097151", );
  EXPECT_DESCRIBED(amf3("04 80c08000"), "integer 2097152", );
  EXPECT_DESCRIBED(amf3("04 bfffffff"), "integer 268435455", );
  EXPECT_DESCRIBED(amf3("04 c0808000"), "integer -268435456", );
  EXPECT_DESCRIBED(amf3("04 ffffffff"), "integer -1", );
}

TEST(Amf3, DoubleIsBigEndian) {
  EXPECT_DESCRIBED(amf3("05 3ff8000000000000"), "number 1.5", );
  EXPECT_DESCRIBED(amf3("05 7ff0000000000000"), "number inf", "amf_number_not_finite(0,0)");
}

TEST(Amf3, StringsXmlAndByteArraysHaveALength) {
  EXPECT_DESCRIBED(amf3("06 05 6869 06 01"), "string \"hi\", string \"\"", );
  EXPECT_DESCRIBED(amf3("07 09 3c612f3e 0b 09 3c622f3e"), "xml \"<a/>\", xml \"<b/>\"", );
  EXPECT_DESCRIBED(amf3("0c 07 010203 01"), "byte_array <3>, null false", );
  EXPECT_DESCRIBED(amf3("06 03 ff"), "string \"\xFF\"", "amf_text_not_utf8(1,0)");
}

TEST(Amf3, RangeOfAByteArrayIsThatOfItsBytes) {
  const Tape tape = amf3("0c 07 010203 0c 0b 6162").tape;
  EXPECT_EQ(tape.entries()[0].range, (Range{2, 3}));
  EXPECT_EQ(tape.entries().back().range, (Range{7, 2}));  // cut: what there is
}

TEST(Amf3, DateIsMilliseconds) {
  EXPECT_DESCRIBED(amf3("08 01 4059000000000000 01"), "date 100, null false", );
}

TEST(Amf3, ArrayWithoutNamesIsAList) {
  EXPECT_DESCRIBED(amf3("09 05 01 04 01 03 01"), "array[integer 1, boolean true], null false", );
  EXPECT_DESCRIBED(amf3("09 01 01"), "array[]", );
}

TEST(Amf3, ArrayWithNamesIsAnObjectWithItsElementsLast) {
  EXPECT_DESCRIBED(amf3("09 03 03 61 01 03 62 02 01 04 07 01"),
                   "associative_array{a: null false, b: boolean false, dense[integer 7]}, null false", );
  EXPECT_DESCRIBED(amf3("09 01 03 61 01 01 01"), "associative_array{a: null false}, null false", );
}

TEST(Amf3, ObjectsHaveSealedThenDynamicMembers) {
  EXPECT_DESCRIBED(amf3("0a 1b 05 4343 03 61 04 01 03 62 02 01 01"),
                   "object{class_name \"CC\", a: integer 1, b: boolean false}, null false", );
  EXPECT_DESCRIBED(amf3("0a 0b 01 01"), "object{}", );
  EXPECT_DESCRIBED(amf3("0a 03 01 01"), "object{}, null false", );
}

TEST(Amf3, DynamicMembersKeepOrderAndDuplicates) {
  EXPECT_DESCRIBED(amf3("0a 0b 01 03 62 01 03 61 02 00 03 01"),
                   "object{b: null false, a: boolean false, b: boolean true}", );
}

TEST(Amf3, SealedMembersHaveNoBytesForTheirNames) {
  const Tape tape = amf3("0a 13 01 03 61 04 01").tape;
  ASSERT_EQ(tape.entries().size(), 4U);
  EXPECT_EQ(tape.entries()[1].op, Tape::Op::key);
  EXPECT_EQ(tape.entries()[1].range, (Range{5, 0}));
  EXPECT_EQ(tape.entries()[2].range, (Range{5, 2}));
}

TEST(Amf3, VectorsOfNumbers) {
  EXPECT_DESCRIBED(amf3("0d 05 00 ffffffff 00000002 01"), "vector[int -1, int 2], null false", );
  EXPECT_DESCRIBED(amf3("0e 03 01 ffffffff 01"), "vector[uint 4294967295], null false", );
  EXPECT_DESCRIBED(amf3("0f 03 00 3ff0000000000000 01"), "vector[number 1], null false", );
}

TEST(Amf3, VectorsOfObjectsHaveATypeName) {
  EXPECT_DESCRIBED(amf3("10 05 00 01 01 04 01 01"), "vector[null false, integer 1], null false", );
  EXPECT_DESCRIBED(amf3("10 03 00 03 2a 04 01 01"), "vector[integer 1], null false", );
  EXPECT_DESCRIBED(amf3("10 03 00 05 4343 01 02"),
                   "typed_vector{class_name \"CC\", dense[null false]}, boolean false", );
}

TEST(Amf3, DictionaryKeysAreValues) {
  EXPECT_DESCRIBED(
      amf3("11 05 00 04 01 02 06 03 61 03 01"),
      "dictionary[entry[integer 1, boolean false], entry[string \"a\", boolean true]], null false", );
}

TEST(Amf3, UnknownMarkersEndTheMessage) {
  for (unsigned marker = 0x12; marker <= 0xFF; ++marker) {
    EXPECT_DESCRIBED(
        amf3(std::vector<std::uint8_t>{0x09, 0x05, 0x01, 0x01, static_cast<std::uint8_t>(marker), 0x01}),
        "array[null false, unparsed <2>]", "amf3_marker_unknown(" + std::to_string(marker) + ",0)");
  }
}

TEST(Amf3, CutValuesShowWhatIsThere) {
  EXPECT_DESCRIBED(amf3("04 81"), "unparsed <2>", "amf_value_truncated(0,1)");
  EXPECT_DESCRIBED(amf3("05 3ff0"), "unparsed <3>", "amf_value_truncated(2,8)");
  EXPECT_DESCRIBED(amf3("06 0b 6162"), "string \"ab\"", "amf_value_truncated(2,5)");
  EXPECT_DESCRIBED(amf3("0c 0b 6162"), "byte_array <2>", "amf_value_truncated(2,5)");
  EXPECT_DESCRIBED(amf3("09 07 01 01"), "array[null false]", "amf_array_short(1,3)");
  EXPECT_DESCRIBED(amf3("0d 07 00 00000001 0000"), "vector[int 1, unparsed <2>]", "amf_array_short(1,3)");
  EXPECT_DESCRIBED(amf3("11 05 00 01 01"), "dictionary[entry[null false, null false]]",
                   "amf_array_short(1,2)");
  EXPECT_DESCRIBED(amf3("11 05 00 01"), "dictionary[entry[null false]]", "amf_array_short(1,2)");
  EXPECT_DESCRIBED(amf3("10 03 00"), "unparsed <3>", "amf_value_truncated(0,1)");
  EXPECT_DESCRIBED(amf3("0a 0b 01 03 61"), "object{unparsed <2>}", "amf_value_truncated(0,1)");
  EXPECT_DESCRIBED(amf3("0a 13 01 03 61"), "object{}", "amf_value_truncated(0,1)");
  EXPECT_DESCRIBED(amf3("09 01 05 61"), "unparsed <4>", "amf_value_truncated(1,2)");
}

}  // namespace
}  // namespace rtmpscope::test
