// Small inputs that together make every call and every finding of amf/; cut, changed and repeated in every
// way.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "unit/amf/described.hpp"

namespace rtmpscope::test {
namespace {

struct Sample {
  AmfVersion version;
  std::vector<std::uint8_t> bytes;
};

std::vector<Sample> samples() {
  std::vector<Sample> all;
  for (const std::string_view digits : {
           "00 3ff8000000000000 0101 02 0002 6869 05 06 0d 0c 00000002 6869 0f 00000004 3c612f3e 22 "
           "ffffffffffffffff",
           "0b 4059000000000000 003c 00 7ff8000000000000 0180 02 0001 e9",
           "03 0001 61 08 00000002 0001 62 0a 00000002 05 07 0001 000009 0000 10 0003 412e42 0001 63 05 "
           "000009 000009 07 0009",
           "03 0001 61 09 0001 62 08 00000001 0001 63 05",
           "03 0001 61 05 0000",
           "0a 00000005 05",
           "04 05",
           "fe 05",
           "02 0005 61",
           "02 0001 78 11 04 05 05 11 06 05 6869 11 06 00 11 06 04",
           "11 0a 43 01 03 61 03 62 03 63 03 64 01 01 01 01 11 09 05 01 0a 13 01 03 78 02 0a 01 03",
       }) {
    all.push_back({AmfVersion::amf0, hex(digits)});
  }
  for (const std::string_view digits : {
           "00 01 02 03 04 ffffffff 05 3ff8000000000000 06 05 6869 06 00 07 09 3c612f3e 0b 03 61 0c 07 "
           "010203 08 01 0000000000000000",
           "09 05 01 0a 2b 01 03 61 03 62 04 01 06 05 6869 03 78 06 00 01 0a 01 04 ffffffff 06 04 01 0a 02 "
           "0a 0e",
           "09 03 03 61 01 03 62 02 01 04 07 0a 1b 05 4343 03 61 04 01 03 62 02 01",
           "0d 05 00 ffffffff 00000002 0e 03 01 ffffffff 0f 03 00 3ff0000000000000 10 05 00 01 01 04 01 10 "
           "03 00 05 4343 01",
           "11 05 00 04 01 02 06 03 61 03 01",
           "0a 05 01 01",
           "fe",
       }) {
    all.push_back({AmfVersion::amf3, hex(digits)});
  }
  const auto list =
      concat(hex("0a 07 37"), bytes_of("flex.messaging.io.ArrayList"), hex("09 03 01 01 0a 01 02"));
  const auto acknowledge =
      concat(hex("0a 07 07"), bytes_of("DSK"), hex("d1 03 02 03 00 0c 03aa 0c 03bb 01 04 01 40 01 01"));
  const auto unknown = concat(hex("0a 07 03"), bytes_of("X"), hex("010203"));
  for (const auto& bytes : {list, acknowledge, unknown}) all.push_back({AmfVersion::amf3, bytes});
  return all;
}

TEST(AmfSamples, AreSound) {
  for (const Sample& sample : samples()) EXPECT_EQ(find_amf_problem(sample.version, sample.bytes), "");
}

TEST(AmfSamples, UseEveryRowOfTheTables) {
  std::set<std::string_view> used;
  for (const Sample& sample : samples()) {
    const Tape tape = describe_amf(sample.version, sample.bytes);
    for (const Tape::Entry& entry : tape.entries()) {
      if (entry.op == Tape::Op::finding) {
        used.insert(info(entry.finding).id);
      } else if (entry.op != Tape::Op::key) {
        used.insert(info(entry.id).filter);
      }
    }
  }
  for (const FieldInfo& field : fields()) {
    if (field.filter.starts_with("amf.") || field.filter.starts_with("amf3.")) {
      EXPECT_TRUE(used.contains(field.filter)) << field.filter;
    }
  }
  for (const FindingInfo& finding : findings()) {
    const bool limit = finding.id.starts_with("amf_") && finding.id.ends_with("_limit");  // limits_test.cpp
    const bool ours =
        finding.id.starts_with("amf_") || finding.id.starts_with("amf0_") || finding.id.starts_with("amf3_");
    if (ours && !limit) {
      EXPECT_TRUE(used.contains(finding.id)) << finding.id;
    }
  }
}

TEST(AmfSamples, EveryPrefixIsSoundForBothVersions) {
  for (const Sample& sample : samples()) {
    for (std::size_t size = 0; size <= sample.bytes.size(); ++size) {
      for (const AmfVersion version : {AmfVersion::amf0, AmfVersion::amf3}) {
        ASSERT_EQ(find_amf_problem(version, Bytes(sample.bytes).first(size)), "");
      }
    }
  }
}

TEST(AmfSamples, EveryByteMayHaveEveryValue) {
  for (const Sample& sample : samples()) {
    std::vector<std::uint8_t> bytes = sample.bytes;
    for (std::uint8_t& byte : bytes) {
      const std::uint8_t original = byte;
      for (unsigned value = 0; value < 256; ++value) {
        byte = static_cast<std::uint8_t>(value);
        ASSERT_EQ(find_amf_problem(sample.version, bytes), "");
      }
      byte = original;
    }
  }
}

TEST(AmfSamples, RandomBytesAreSound) {
  std::mt19937 random(20121221);  // NOLINT: reproducible on purpose
  for (int round = 0; round < 20000; ++round) {
    std::vector<std::uint8_t> bytes(random() % 64);
    // Mostly markers and small numbers: random bytes alone would seldom get past the first value.
    for (std::uint8_t& byte : bytes)
      byte = static_cast<std::uint8_t>(random() % (random() % 4 == 0 ? 256 : 20));
    for (const AmfVersion version : {AmfVersion::amf0, AmfVersion::amf3}) {
      ASSERT_EQ(find_amf_problem(version, bytes), "");
    }
  }
}

/// The value at the beginning of a message is described in the same way whatever follows it.
TEST(AmfSamples, WhatFollowsAValueDoesNotChangeIt) {
  for (const Sample& sample : samples()) {
    ByteReader reader(sample.bytes);
    amf::References references;
    Tape first;
    if (sample.version == AmfVersion::amf0 ? !amf::describe_amf0_value(reader, references, first)
                                           : !amf::describe_amf3_value(reader, references, first)) {
      continue;
    }
    if (reader.at_end()) continue;
    EXPECT_EQ(first, describe_amf(sample.version, Bytes(sample.bytes).first(reader.position())));
  }
}

}  // namespace
}  // namespace rtmpscope::test
