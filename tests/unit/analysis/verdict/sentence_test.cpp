#include "analysis/verdict/sentence.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::analysis {
namespace {

TEST(DurationText, HasTheUnitThatFits) {
  constexpr Timestamp ms = nanoseconds_per_millisecond;
  EXPECT_EQ(duration_text(0), "0 ms");
  EXPECT_EQ(duration_text(-5 * ms), "0 ms");
  EXPECT_EQ(duration_text(499'999), "0 ms");
  EXPECT_EQ(duration_text(500'000), "1 ms");
  EXPECT_EQ(duration_text(999 * ms), "999 ms");
  EXPECT_EQ(duration_text(1000 * ms), "1.0 s");
  EXPECT_EQ(duration_text(1249 * ms), "1.2 s");
  EXPECT_EQ(duration_text(1250 * ms), "1.3 s");
  EXPECT_EQ(duration_text(59'949 * ms), "59.9 s");
  EXPECT_EQ(duration_text(59'950 * ms), "1 min 0 s");
  EXPECT_EQ(duration_text(245'000 * ms), "4 min 5 s");
  EXPECT_EQ(duration_text(11'520'000 * ms), "3 h 12 min");
}

TEST(ClockText, IsTheTimeOfDay) {
  EXPECT_EQ(clock_text(1'795'379'503'656'919'000), "20:31:43.656 UTC");
}

TEST(Quote, MarksTheText) {
  EXPECT_EQ(quote(CapturedKind::code, "cam"), captured(CapturedKind::code, "cam"));
  EXPECT_EQ(quote(CapturedKind::name, "cam"), '"' + captured(CapturedKind::name, "cam") + '"');
  EXPECT_EQ(quote(CapturedKind::name, ""), "?");
}

TEST(Quote, KeepsTheSentenceInOneLine) {
  EXPECT_EQ(without_marks(quote(CapturedKind::text, "a\nb\x1b[31m")), "a b [31m");
}

TEST(Quote, CutsBetweenCharacters) {
  const std::string text = std::string(119, 'x') + "\xC3\xA9";
  EXPECT_EQ(without_marks(quote(CapturedKind::text, text)), std::string(119, 'x') + "…");
  EXPECT_EQ(without_marks(quote(CapturedKind::text, std::string(120, 'x'))), std::string(120, 'x'));
}

TEST(AddressText, PutsColonsInBrackets) {
  EXPECT_EQ(address_text("192.0.2.1", 1935), "192.0.2.1:1935");
  EXPECT_EQ(address_text("2001:db8::1", 1935), "[2001:db8::1]:1935");
}

}  // namespace
}  // namespace rtmpscope::analysis
