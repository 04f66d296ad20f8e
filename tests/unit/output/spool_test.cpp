#include "output/spool.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>
#include <vector>

namespace rtmpscope::output {
namespace {

std::string at(const Spool& spool, SpoolPlace place) {
  Buffer out;
  out.append("before ");
  EXPECT_TRUE(spool.copy(place, out));
  return std::string(out.view().substr(7));
}

TEST(Spool, GivesBackWhatWasAppendedWhereverItLies) {
  for (const std::size_t limit : {0U, 1U, 7U, 100U, 1U << 20}) {
    Spool spool(limit);
    std::vector<std::pair<std::string, SpoolPlace>> all;
    for (std::size_t i = 0; i < 50; ++i) {
      const std::string text(i % 13, static_cast<char>('a' + i % 26));
      all.emplace_back(text, spool.append(text));
    }
    for (const auto& [text, place] : all) EXPECT_EQ(at(spool, place), text) << limit;
    // A place may lie in the file and in memory at once.
    std::string joined;
    for (const auto& [text, place] : all) joined += text;
    EXPECT_EQ(at(spool, {0, joined.size()}), joined) << limit;
    EXPECT_FALSE(spool.failed());
  }
}

TEST(Spool, WithoutAFileItGoesOnInMemoryAndSaysSo) {
  setenv("TMPDIR", "/nonexistent", 1);
  Spool spool(4);
  const SpoolPlace first = spool.append("0123456789");
  unsetenv("TMPDIR");
  EXPECT_TRUE(spool.failed());
  const SpoolPlace second = spool.append("abc");
  EXPECT_EQ(at(spool, first), "0123456789");
  EXPECT_EQ(at(spool, second), "abc");
}

}  // namespace
}  // namespace rtmpscope::output
