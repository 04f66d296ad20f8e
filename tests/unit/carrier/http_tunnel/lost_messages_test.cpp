#include "carrier/http_tunnel/lost_messages.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::test {
namespace {

using carrier::body_with_digits;
using carrier::HeadForm;
using carrier::HttpHead;
using carrier::LostMessages;

HttpHead head(std::size_t size, std::string_view target, std::uint64_t body) {
  HttpHead made;
  made.size = size;
  made.target = target;
  made.content_length = body;
  return made;
}

TEST(HeadForm, NumbersAndTargetsMayDiffer) {
  HeadForm form;
  form.add(head(100, "/a", 1));
  EXPECT_FALSE(form.fixed_size().has_value());
  form.add(head(104, "/abc", 100));
  EXPECT_EQ(form.fixed_size(), 97U);
  form.add(head(105, "/abc", 100));
  EXPECT_FALSE(form.fixed_size().has_value());
}

TEST(HeadForm, BodyWithoutALengthTellsNothing) {
  HeadForm form;
  form.add(head(100, "/a", 1));
  form.add(head(100, "/a", 1));
  HttpHead chunked = head(100, "/a", 1);
  chunked.chunked = true;
  form.add(chunked);
  EXPECT_FALSE(form.fixed_size().has_value());
}

TEST(HeadForm, LengthFollowsFromBodyAndDigits) {
  for (const std::uint64_t length : {0U, 1U, 9U, 10U, 99U, 100U, 98'765U}) {
    EXPECT_EQ(body_with_digits(length + carrier::digits_of(length)), length);
  }
  EXPECT_FALSE(body_with_digits(0).has_value());
  EXPECT_FALSE(body_with_digits(11).has_value());  // 9 has one digit, 10 has two
}

TEST(LostMessages, KeepsNoMoreThanItsLimit) {
  std::size_t together = 0;
  LostMessages lost(together);
  lost.begin(0);
  const std::vector<std::uint8_t> bytes(1 << 16);
  std::uint64_t at = 0;
  while (lost.add({at, bytes, {}}, 1 << 30)) at += bytes.size();
  EXPECT_LE(at, LostMessages::most_kept);
  EXPECT_GT(together, LostMessages::most_kept);
  lost.clear();
  EXPECT_EQ(together, 0U);
  together = 1000;
  EXPECT_FALSE(lost.add({0, bytes, {}}, 2000));
}

TEST(LostMessages, GapOfUnknownLengthLeavesNoPlace) {
  std::size_t together = 0;
  LostMessages lost(together);
  HeadForm form;
  for (int i = 0; i < 2; ++i) form.add(head(100, "/a", 1));
  lost.begin(1000);
  lost.add(StreamGap{1000, 50, GapCause::not_captured, {}});
  const auto body = lost.body_of_one(1000 + 97 + 2 + 2 + 15, form, 2);
  ASSERT_TRUE(body.has_value());
  EXPECT_EQ(body->end - body->begin, 15U);
  lost.add(StreamGap{1050, std::nullopt, GapCause::not_captured, {}});
  EXPECT_FALSE(lost.body_of_one(1000 + 97 + 2 + 2 + 15, form, 2).has_value());
}

}  // namespace
}  // namespace rtmpscope::test
