#include "output/text/terminal_text.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::output {
namespace {

TEST(PersonText, ControlCharactersAreShownNotObeyed) {
  EXPECT_EQ(safe("a\033[2Jb\n\r\t\x7F\x01", false), "a\\x1B[2Jb\\n\\r\\t\\x7F\\x01");
  EXPECT_EQ(safe("\xC2\x9B"
                 "31m",
                 false),
            "\\u009B31m");
}

TEST(PersonText, BidirectionalControlsAreEscaped) {
  EXPECT_EQ(safe("x\xE2\x80\xAEy\xE2\x81\xA6", false), "x\\u202Ey\\u2066");
  EXPECT_EQ(safe("a\xC2\xAD"
                 "b\xEF\xBF\xBF"
                 "c\xF3\xA0\x80\x81",
                 false),
            "a\\u00ADb\\uFFFFc\\uE0001");
}

TEST(PersonText, Utf8StaysAndOtherBytesAreEscaped) {
  EXPECT_EQ(safe("\xC3\xA4 \xF0\x9F\x8E\xA5 \xFF\xC3", false), "\xC3\xA4 \xF0\x9F\x8E\xA5 \\xFF\\xC3");
  EXPECT_EQ(safe("\xC0\x80\xED\xA0\x80", false), "\\xC0\\x80\\xED\\xA0\\x80");
}

TEST(PersonText, AsciiOutputHasNoOtherByte) {
  EXPECT_EQ(safe("\xC3\xA4\xF0\x9F\x8E\xA5", true), "\\u00E4\\u1F3A5");
}

TEST(PersonText, LinesAreCutByColumnsNotBytes) {
  const Style style;
  std::string text = "\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4";
  cut_to_width(text, 4, style);
  EXPECT_EQ(text, "\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4");
  cut_to_width(text, 3, style);
  EXPECT_EQ(text, "\xC3\xA4\xC3\xA4\xE2\x80\xA6");
  text = "abcdefgh";
  cut_to_width(text, 5, Style{.ascii = true});
  EXPECT_EQ(text, "ab...");
}

TEST(PersonText, SizesHaveUnits) {
  EXPECT_EQ(size_text(0), "0 B");
  EXPECT_EQ(size_text(999), "999 B");
  EXPECT_EQ(size_text(1000), "1.0 kB");
  EXPECT_EQ(size_text(345'678), "346 kB");
  EXPECT_EQ(size_text(999'600), "1.0 MB");
  EXPECT_EQ(size_text(UINT64_MAX), "18.4 EB");
}

TEST(PersonText, SizesAreRoundedAsRealsAre) {
  const std::pair<std::uint64_t, std::string_view> texts[] = {{1049, "1.0 kB"},
                                                              {1050, "1.1 kB"},
                                                              {1051, "1.1 kB"},
                                                              {1250, "1.2 kB"},
                                                              {9949, "9.9 kB"},
                                                              {9951, "10.0 kB"},
                                                              {99'949, "99.9 kB"},
                                                              {99'950, "100 kB"},
                                                              {100'500, "100 kB"},
                                                              {101'500, "102 kB"},
                                                              {999'499, "999 kB"},
                                                              {999'500, "1.0 MB"},
                                                              {99'950'000, "100 MB"},
                                                              {999'499'999, "999 MB"},
                                                              {999'500'000, "1.0 GB"},
                                                              {998'999'999'999, "999 GB"},
                                                              {999'000'000'000, "999 GB"},
                                                              {999'500'000'000, "1.0 TB"}};
  for (const auto& [bytes, text] : texts) EXPECT_EQ(size_text(bytes), text) << bytes;
}

TEST(PersonText, RatesNeedASpanOfTime) {
  EXPECT_EQ(rate_text(1'000'000), "1.0 Mbit/s");
}

TEST(PersonText, DurationsChangeTheirUnit) {
  EXPECT_EQ(duration_text(0.42), "0.4 ms");
  EXPECT_EQ(duration_text(58.2), "58 ms");
  EXPECT_EQ(duration_text(10'042), "10.042 s");
}

TEST(PersonText, CountsHaveTheirPlural) {
  EXPECT_EQ(count_text(1, "message"), "1 message");
  EXPECT_EQ(count_text(0, "message"), "0 messages");
}

TEST(PersonText, ColoursAreCodesOnlyIfWanted) {
  EXPECT_EQ(Style{}.bold(), "");
  EXPECT_EQ(Style{}.colour_of(Severity::error), "");
  EXPECT_EQ((Style{.colour = true}.colour_of(Severity::error)), "\033[31m");
}

}  // namespace
}  // namespace rtmpscope::output
