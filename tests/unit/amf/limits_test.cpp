// Hostile input: work, memory and calls stay in proportion to the bytes.
#include <gtest/gtest.h>

#include "unit/amf/described.hpp"

namespace rtmpscope::test {
namespace {

std::vector<std::uint8_t> repeat(std::string_view digits, std::size_t times) {
  const std::vector<std::uint8_t> unit = hex(digits);
  std::vector<std::uint8_t> all;
  all.reserve(unit.size() * times);
  for (std::size_t i = 0; i < times; ++i) all.insert(all.end(), unit.begin(), unit.end());
  return all;
}

/// Expects a sound tape whose first findings are `expected`.
void expect_findings(const Described& described, const std::vector<std::string>& expected) {
  EXPECT_EQ(described.findings, expected);
  EXPECT_EQ(described.problem.substr(0, 200), "");
}

TEST(AmfLimits, DepthOfOneMillionIsCutOff) {
  const std::vector<std::string> expected = {"amf_depth_limit(64,0)"};
  expect_findings(amf0(repeat("03 0001 61", 1000000)), expected);
  expect_findings(amf0(repeat("08 00000001 0000", 1000000)), expected);
  expect_findings(amf0(repeat("0a 00000001", 1000000)), expected);
  expect_findings(amf0(repeat("10 0000 0001 61", 1000000)), expected);
  expect_findings(amf3(repeat("09 03 01", 1000000)), expected);
  expect_findings(amf3(repeat("09 01 03 61", 1000000)), expected);
  expect_findings(amf3(repeat("0a 0b 01 03 61", 1000000)), expected);
  expect_findings(amf3(repeat("10 03 00 01", 1000000)), expected);
  expect_findings(amf3(repeat("11 03 00", 1000000)), expected);
  const auto list =
      concat(hex("0a 07 43"), bytes_of("flex.messaging.io.ArrayCollection"), repeat("0a 01", 1000000));
  expect_findings(amf3(list), expected);
}

TEST(AmfLimits, DepthCountsBothVersionsTogether) {
  expect_findings(amf0(concat(repeat("0a 00000001", 40), hex("11"), repeat("09 03 01", 40))),
                  {"amf_depth_limit(64,0)"});
}

TEST(AmfLimits, DepthOf64IsRead) {
  const auto arrays = repeat("0a 00000001", amf::max_depth);
  expect_findings(amf0(concat(arrays, hex("05"))), {});
  expect_findings(amf0(concat(arrays, hex("0a 00000000"))), {"amf_depth_limit(64,0)"});
}

TEST(AmfLimits, CountsAreNotTrusted) {
  expect_findings(amf0("0a ffffffff 05"), {"amf_array_short(1,4294967295)"});
  expect_findings(amf0("08 ffffffff 000009"), {"amf0_ecma_count_differs(4294967295,0)"});
  expect_findings(amf3("09 ffffffff 01 01"), {"amf_array_short(1,268435455)"});
  expect_findings(amf3("0d ffffffff 00 00000001"), {"amf_array_short(1,268435455)"});
  expect_findings(amf3("0e ffffffff 00"), {"amf_array_short(0,268435455)"});
  expect_findings(amf3("0f ffffffff 00"), {"amf_array_short(0,268435455)"});
  expect_findings(amf3("10 ffffffff 00 01"), {"amf_array_short(0,268435455)"});
  expect_findings(amf3("11 ffffffff 00"), {"amf_array_short(0,268435455)"});
  expect_findings(amf3("0a fffffffb 01 03 61"), {"amf_value_truncated(0,1)"});
}

TEST(AmfLimits, LengthsAreNotTrusted) {
  expect_findings(amf0("02 ffff 61"), {"amf_value_truncated(1,65535)"});
  expect_findings(amf0("0c ffffffff 61"), {"amf_value_truncated(1,4294967295)"});
  expect_findings(amf0("0f ffffffff"), {"amf_value_truncated(0,4294967295)"});
  expect_findings(amf0("10 ffff"), {"amf_value_truncated(0,65535)"});
  expect_findings(amf3("06 ffffffff 61"), {"amf_value_truncated(1,268435455)"});
  expect_findings(amf3("0b ffffffff"), {"amf_value_truncated(0,268435455)"});
  expect_findings(amf3("0c ffffffff"), {"amf_value_truncated(0,268435455)"});
}

TEST(AmfLimits, ValuesOfAMessageAreCounted) {
  const std::string limit = "amf_value_limit(" + std::to_string(amf::max_values) + ",0)";
  expect_findings(amf0(repeat("05", amf::max_values)), {});
  expect_findings(amf0(repeat("05", amf::max_values + 1)), {limit});
  expect_findings(amf0(repeat("11 01", amf::max_values + 1)), {limit});
  expect_findings(amf3(concat(hex("0d ffffffff 00"), repeat("00000000", amf::max_values))), {limit});
}

TEST(AmfLimits, TableEntriesAreCounted) {
  const std::string limit = "amf_table_limit(" + std::to_string(amf::max_table_entries) + ",0)";
  expect_findings(amf3(repeat("06 03 61", amf::max_table_entries)), {});
  expect_findings(amf3(repeat("06 03 61", amf::max_table_entries + 1)), {limit});
  expect_findings(amf3(concat(hex("09 01"), repeat("03 61 01", amf::max_table_entries + 1))), {limit});
  expect_findings(amf3(repeat("0a 03 01", amf::max_table_entries + 1)), {limit});
  // 2^21 - 1 sealed members, whose names are no entries of the string table.
  expect_findings(amf3(concat(hex("0a ffffff03 01"), repeat("01", amf::max_table_entries + 1))), {limit});
}

TEST(AmfLimits, TextOfReferencesIsCounted) {
  const std::vector<std::uint8_t> text = concat(hex("06 83fd01"), std::vector<std::uint8_t>(32384, 'x'));
  for (const std::string_view use :
       {"06 00", "09 01 00 01 01", "0a 0b 01 00 01 01", "0a 0b 00 01", "10 01 00 00"}) {
    const Described described = amf3(concat(text, repeat(use, 1000)));
    ASSERT_EQ(described.findings.size(), 1U) << use;
    EXPECT_EQ(described.findings[0].substr(0, 20), "amf_expansion_limit(") << use;
    EXPECT_EQ(described.problem.substr(0, 200), "") << use;
  }
}

TEST(AmfLimits, NamesInTraitsAreCounted) {
  const std::vector<std::uint8_t> name = concat(hex("83fd01"), std::vector<std::uint8_t>(32384, 'x'));
  const Described members = amf3(concat(hex("0a 13 01"), name, hex("01"), repeat("0a 01 01", 1000)));
  const Described classes = amf3(concat(hex("0a 03"), name, repeat("0a 01", 1000)));
  for (const Described& described : {members, classes}) {
    ASSERT_EQ(described.findings.size(), 1U);
    EXPECT_EQ(described.findings[0].substr(0, 20), "amf_expansion_limit(");
    EXPECT_EQ(described.problem.substr(0, 200), "");
  }
}

TEST(AmfLimits, OrdinaryReuseOfTraitsIsNoExpansion) {
  // 20,000 objects of a class with 10 members whose names have 10 bytes each.
  std::vector<std::uint8_t> bytes =
      concat(hex("0a 8123 09 41424344"), repeat("15 61616161616161616161", 10), repeat("01", 10));
  for (int i = 0; i < 20000; ++i) {
    const auto object = hex("0a 01 04 01 04 01 04 01 04 01 04 01 04 01 04 01 04 01 04 01 04 01");
    bytes.insert(bytes.end(), object.begin(), object.end());
  }
  expect_findings(amf3(bytes), {});
}

}  // namespace
}  // namespace rtmpscope::test
