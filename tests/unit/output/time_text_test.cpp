#include "output/time_text.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::output {
namespace {

TEST(TimeText, PrintsNineFractionalDigitsInUtc) {
  EXPECT_EQ(time_text(1'795'378'385'123'456'789), "2026-11-22T20:13:05.123456789Z");
  EXPECT_EQ(time_text(0), "1970-01-01T00:00:00.000000000Z");
  EXPECT_EQ(time_text(951'782'400'000'000'001), "2000-02-29T00:00:00.000000001Z");
}

TEST(TimeText, TimesBefore1970CountBackwards) {
  EXPECT_EQ(time_text(-1), "1969-12-31T23:59:59.999999999Z");
}

TEST(TimeText, TheWholeRangeOfTimesHasItsText) {
  EXPECT_EQ(time_text(INT64_MAX), "2262-04-11T23:47:16.854775807Z");
  EXPECT_EQ(time_text(INT64_MIN), "1677-09-21T00:12:43.145224192Z");
}

TEST(TimeText, AWriterThatHasSeenAnotherSecondWritesTheRightOne) {
  TimeWriter writer;
  char text[time_length];
  for (const Timestamp time :
       {Timestamp{0}, Timestamp{999'999'999}, Timestamp{1'000'000'000}, Timestamp{5}}) {
    writer.write(text, time);
    EXPECT_EQ(std::string(text, time_length), time_text(time));
  }
}

TEST(DateText, AmfDatesHaveMilliseconds) {
  EXPECT_EQ(date_text(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(date_text(-62167219200000.0), "0000-01-01T00:00:00.000Z");
  EXPECT_EQ(date_text(253402300799999.0), "9999-12-31T23:59:59.999Z");
}

TEST(DateText, WhatRfc3339CannotSayHasNoText) {
  EXPECT_EQ(date_text(-62167219200001.0), "");
  EXPECT_EQ(date_text(253402300800000.0), "");
  EXPECT_EQ(date_text(std::numeric_limits<double>::quiet_NaN()), "");
  EXPECT_EQ(date_text(std::numeric_limits<double>::infinity()), "");
}

}  // namespace
}  // namespace rtmpscope::output
