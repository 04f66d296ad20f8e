#include "analysis/fingerprint/version.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::analysis {
namespace {

TEST(CompareVersions, GoesNumberByNumber) {
  EXPECT_LT(compare_versions("29.0.2", "30.1"), 0);
  EXPECT_LT(compare_versions("9.1", "10.0"), 0);
  EXPECT_GT(compare_versions("28.1", "28.0"), 0);
  EXPECT_EQ(compare_versions("28", "28.0"), 0);
}

TEST(CompareVersions, EndsWhereThereIsNoNumber) {
  EXPECT_EQ(compare_versions("29.0.2+dfsg", "29.0.2"), 0);
  EXPECT_EQ(compare_versions("", "0"), 0);
  EXPECT_EQ(compare_versions("99999999999999999999999.1", "0"), 0);
}

TEST(VersionRange, OneVersionAlone) {
  const VersionRange range = exactly("29.0.2+dfsg");
  EXPECT_EQ(to_text(range), "29.0.2");
  EXPECT_TRUE(overlap(range, {"29.0", "30"}));
  EXPECT_FALSE(overlap(range, {"29.0.3", ""}));
  EXPECT_FALSE(overlap(range, {"", "29.0.2"}));
  EXPECT_FALSE(exactly("new").known());
}

TEST(VersionRange, OpenEndsOverlapAll) {
  EXPECT_TRUE(overlap({}, {"1", "2"}));
  EXPECT_TRUE(overlap({"25.0", ""}, {"", "30.1"}));
  EXPECT_FALSE(overlap({"30.1", ""}, {"", "30.1"}));
}

TEST(VersionRange, NarrowerBoundsRemain) {
  EXPECT_EQ(both({"25.0", ""}, {"27.2", "30.0"}), (VersionRange{"27.2", "30.0"}));
  EXPECT_EQ(both({"28", "29"}, {"", "30"}), (VersionRange{"28", "29"}));
}

TEST(VersionRange, IsSaid) {
  EXPECT_EQ(to_text({}), "");
  EXPECT_EQ(to_text({"25.0", ""}), "25.0 or later");
  EXPECT_EQ(to_text({"", "30.0"}), "before 30.0");
  EXPECT_EQ(to_text({"27.2", "30.0"}), "27.2 to before 30.0");
}

}  // namespace
}  // namespace rtmpscope::analysis
