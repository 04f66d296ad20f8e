#include "analysis/verdict/session_times.hpp"

#include <gtest/gtest.h>

#include "analysis/verdict/closer.hpp"
#include "unit/analysis/verdict/story.hpp"

namespace rtmpscope::analysis {
namespace {

std::optional<Timestamp> expiry(const char* name) {
  const auto found = key_expiry(test::Story().connected().publish(name).history);
  return found ? std::optional(*found / nanoseconds_per_second) : std::nullopt;
}

TEST(KeyExpiry, IsReadFromTheUsualParameters) {
  EXPECT_EQ(expiry("cam?expire=1795379503&sign=abc"), 1'795'379'503);
  EXPECT_EQ(expiry("cam?txSecret=abc&txTime=6B035B2F"), 0x6B035B2F);
  EXPECT_EQ(expiry("cam?wsSecret=abc&wsTime=6b035b2f"), 0x6B035B2F);
  EXPECT_EQ(expiry("cam?auth_key=1795379503-0-0-abcdef"), 1'795'379'503);
}

TEST(KeyExpiry, IsNothingWhereNoTimeIsSaid) {
  EXPECT_FALSE(expiry("cam"));
  EXPECT_FALSE(expiry("expire=1795379503")) << "no query";
  EXPECT_FALSE(expiry("cam?expire=3600")) << "no time since 1970";
  EXPECT_FALSE(expiry("cam?expire=99999999999999"));
  EXPECT_FALSE(expiry("cam?expired=1795379503"));
  EXPECT_FALSE(expiry("cam?expire"));
}

TEST(KeyExpiry, IsTakenFromTheApplicationToo) {
  EXPECT_TRUE(key_expiry(test::Story().connected("live?expire=1795379503").publish().history));
}

}  // namespace
}  // namespace rtmpscope::analysis
