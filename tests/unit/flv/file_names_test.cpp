#include "flv/file_names.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::flv {
namespace {

TEST(NamePart, KeepsOrdinaryText) {
  EXPECT_EQ(name_part("room-1_a.b"), "room-1_a.b");
  EXPECT_EQ(name_part("h\u00e9llo \u4e16\u754c"), "h\u00e9llo \u4e16\u754c");
}

TEST(NamePart, HasNoPathSeparators) {
  EXPECT_EQ(name_part("../../etc/passwd"), "_._.._etc_passwd");
  EXPECT_EQ(name_part("a\\b:c*d?e\"f<g>h|i%j"), "a_b_c_d_e_f_g_h_i_j");
}

TEST(NamePart, HasNoControlCharactersAndIsUtf8) {
  EXPECT_EQ(name_part("a\nb"), "a_nb");
  EXPECT_EQ(name_part(std::string_view("a\0b", 3)), "a_x00b");
  EXPECT_EQ(name_part("a\x1B[31m"), "a_x1B[31m");
  EXPECT_EQ(name_part("a\xFF"), "a_xFF");
  EXPECT_EQ(name_part("a\u202Eb"), "a_u202Eb");
}

TEST(NamePart, IsNeitherHiddenNorAnOption) {
  EXPECT_EQ(name_part(".."), "_.");
  EXPECT_EQ(name_part("-rf"), "_rf");
}

TEST(NamePart, IsCutBetweenCharacters) {
  EXPECT_EQ(name_part(std::string(1000, 'x')).size(), 96U);
  std::string text;
  for (int i = 0; i < 100; ++i) text += "\u4e16";
  EXPECT_EQ(name_part("a" + text).size(), 94U);
}

TEST(FileNames, AreMadeOfApplicationAndStream) {
  FileNames names;
  EXPECT_EQ(names.name({"live", "room", 1, 1}, nullptr), "live_room.flv");
  EXPECT_EQ(names.name({"", "room", 1, 1}, nullptr), "room.flv");
  EXPECT_EQ(names.name({"live", "", 7, 1}, nullptr), "live_stream7.flv");
  EXPECT_EQ(names.name({"", "", std::nullopt, 1}, nullptr), "stream0.flv");
}

TEST(FileNames, AreHandedOutOnce) {
  FileNames names;
  EXPECT_EQ(names.name({"live", "room", 1, 1}, nullptr), "live_room.flv");
  EXPECT_EQ(names.name({"live", "room", 1, 2}, nullptr), "live_room-2.flv");
  EXPECT_EQ(names.name({"live", "room", 1, 2}, nullptr), "live_room-2-2.flv");
  EXPECT_EQ(names.name({"live", "room", 1, 3}, nullptr), "live_room-3.flv");
  EXPECT_EQ(names.name({"live", "room-3", 1, 4}, nullptr), "live_room-3-4.flv")
      << "a name that was made up for another";
}

TEST(FileNames, StayBelowTheLengthOfUsualFileSystems) {
  FileNames names;
  const std::string longest(10'000, 'x');
  for (std::uint32_t i = 0; i < 100; ++i)
    EXPECT_LT(names.name({longest, longest, 1, 0xFFFFFFFF}, nullptr).size(), 255U);
}

TEST(FileNames, AreMadeOfPseudonymsIfAsked) {
  const std::uint8_t key[] = {1};
  const output::Redaction redaction(key, false);
  FileNames names;
  const std::string name = names.name({"live", "mp4:room?key=1", 1, 1}, &redaction);
  EXPECT_EQ(name, redaction.file_part(FieldId::document_app, "live") + "_" +
                      redaction.file_part(FieldId::document_stream_name, "room") + ".flv");
  EXPECT_EQ(names.name({"", "", 1, 1}, &redaction), "stream1.flv");
  EXPECT_EQ(names.name({"", "?key=1", 2, 1}, &redaction), "stream2.flv");
}

}  // namespace
}  // namespace rtmpscope::flv
