#include "rtmp/evidence/body_structure.hpp"

#include <gtest/gtest.h>

#include "support/bytes.hpp"

namespace rtmpscope::rtmp {
namespace {

using test::hex;

constexpr int beyond_doubt = 36;

int weigh(Bytes body) {
  std::uint64_t parts = 0;
  const int bits = weigh_video_structure(body, parts);
  EXPECT_TRUE(bits == 0 || parts > 0);
  EXPECT_LE(parts, body.size() / 2);
  return bits;
}

int weigh(const char* body) {
  return weigh(hex(body));
}

/// Whole it speaks for itself; with bytes missing at the end, or more of them, it does not.
void expect_whole_only(const char* text) {
  const std::vector<std::uint8_t> body = hex(text);
  EXPECT_GE(weigh(body), beyond_doubt) << text;
  for (std::size_t size = 0; size < body.size(); ++size) {
    EXPECT_EQ(weigh(Bytes(body).first(size)), 0) << text << " cut to " << size;
    if (size >= 5) {
      EXPECT_TRUE(may_have_structure(Bytes(body).first(size), body.size()))
          << text << " begins with " << size;
    }
  }
  std::vector<std::uint8_t> longer = body;
  longer.push_back(0);
  EXPECT_EQ(weigh(longer), 0) << text << " with one more";
}

TEST(BodyStructure, NalUnits) {
  expect_whole_only("27 01 000028 00000003 41aabb");
  expect_whole_only("1c 01 000000 00000003 2601aa");        // HEVC by its number
  expect_whole_only("91 68766331 000050 00000003 2601aa");  // HEVC, coded frames
  expect_whole_only("a3 68766331 00000003 0201aa");         // without a composition time
  expect_whole_only("a1 61766331 000000 00000002 41aa");
  expect_whole_only("83 68766331 00000003 0201aa");  // frame type 0: gortmplib
}

TEST(BodyStructure, SeveralNalUnits) {
  EXPECT_GE(weigh("17 01 000000 00000002 09f0 00000004 65aabbcc"), beyond_doubt);
  EXPECT_GE(weigh("17 01 000000 00000002 09f0"), beyond_doubt);  // the end of a unit may be that of the body
  EXPECT_EQ(weigh("17 01 000000 00000002 09f0 00000004 65aabb"), 0);
  EXPECT_EQ(weigh("17 01 000000 00000002 09f0 000000"), 0);
}

TEST(BodyStructure, ScreenVideoBlocks) {
  // Blocks of 64 by 64 pixels, pictures of 100 by 60: two blocks.
  expect_whole_only("13 3064 303c 0003 789c01 0002 78da");
  expect_whole_only("23 3064 303c 0000 0002 78da");
  expect_whole_only("26 3064 303c 00 0003 10aabb 0000");  // version 2
}

TEST(BodyStructure, WhatLeadsElsewhere) {
  EXPECT_EQ(weigh("27 01 000028 00000004 41aabb"), 0);  // longer than there is
  EXPECT_EQ(weigh("27 01 000028 00000003 c1aabb"), 0);  // forbidden_zero_bit
  EXPECT_EQ(weigh("27 01 000028 00000000 00000003 41aabb"), 0);
  EXPECT_EQ(weigh("23 3064 303c 0000 0000"), 0);            // no block has changed
  EXPECT_EQ(weigh("23 3064 303c 0003 aabbcc 0000"), 0);     // not zlib
  EXPECT_EQ(weigh("26 3064 303c 00 0003 f0aabb 0000"), 0);  // reserved bits
}

TEST(BodyStructure, BeginsWithAPartThatFits) {
  EXPECT_TRUE(may_have_structure(hex("27 01 000028 00000300 41"), 1000));
  EXPECT_FALSE(may_have_structure(hex("27 01 000028 00000400 41"), 1000));
  EXPECT_TRUE(may_have_structure(hex("13 3064 303c 0300 78"), 1000));
  EXPECT_FALSE(may_have_structure(hex("13 3064 303c 0400 78"), 1000));
  EXPECT_FALSE(may_have_structure(hex("13 3064 303c 0300 41"), 1000));
}

TEST(BodyStructure, WhatHasNone) {
  for (const char* body :
       {"", "27", "17 00 000000 0164001f", "22 000084 1c80", "a1 61763031 0a0b", "57 00", "07 01 000000"}) {
    std::uint64_t parts = 0;
    EXPECT_EQ(weigh_video_structure(hex(body), parts), 0) << body;
    EXPECT_EQ(parts, 0U) << body;
    EXPECT_FALSE(may_have_structure(hex(body), 1000)) << body;
  }
}

}  // namespace
}  // namespace rtmpscope::rtmp
