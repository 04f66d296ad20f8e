#include "rtmp/handshake/random_texts.hpp"

#include <gmock/gmock.h>

#include <random>
#include <string>

namespace rtmpscope::rtmp {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::size_t block = 1528;

std::string random_bytes(std::mt19937& random, std::size_t size = block) {
  std::string bytes;
  while (bytes.size() < size) {
    const auto four = static_cast<std::uint32_t>(random());
    for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<char>(four >> shift));
  }
  return bytes;
}

std::vector<std::string> texts_of(const std::string& bytes) {
  std::vector<std::string> texts;
  for (const Range range : find_random_texts(as_bytes(bytes)))
    texts.push_back(bytes.substr(range.offset, range.length));
  return texts;
}

/// Random bytes without any letter, and `texts` at equal distances between them.
std::string with(const std::vector<std::string>& texts) {
  std::string bytes(block, '\x80');
  for (std::size_t i = 0; i < texts.size(); ++i) bytes.replace(100 * (i + 1), texts[i].size(), texts[i]);
  return bytes;
}

TEST(RandomTexts, FindsNamesAndVersionsWhereverTheyLie) {
  EXPECT_THAT(texts_of(with({"SRS(ossrs.net)", "lal v0.37.4 server"})),
              ElementsAre("SRS(ossrs.net)", "lal v0.37.4 server"));
  EXPECT_THAT(texts_of("mediaserver" + std::string(10, '\0') + "mistserver"),
              ElementsAre("mediaserver", "mistserver"));
}

TEST(RandomTexts, AShortRunMustBeAWord) {
  EXPECT_THAT(texts_of(with({"wordword", "Wordword"})), ElementsAre("wordword", "Wordword"));
  EXPECT_THAT(texts_of(with({"wordwor", "WOrdword", "aB3dE5gH1jK"})), IsEmpty());
  EXPECT_THAT(texts_of(with({"aB3dE5gH1jKl"})), ElementsAre("aB3dE5gH1jKl"));
  EXPECT_THAT(texts_of(with({"SRS(7.0)", "SRS(7.0", "SRS(.70)"})), ElementsAre("SRS(7.0)"));
}

TEST(RandomTexts, AreFewAndShort) {
  EXPECT_THAT(texts_of(std::string(block, 'S')), ElementsAre(std::string(longest_random_text, 'S')));
  EXPECT_THAT(texts_of(with({"thefirst", "thefirst", "thesecond", "thethird", "thefourth", "thefifth"})),
              ElementsAre("thefirst", "thesecond", "thethird", "thefourth"));
}

TEST(RandomTexts, RandomBlocksHardlyHaveAny) {
  std::mt19937 random(1);  // NOLINT: reproducible on purpose
  constexpr int blocks = 12'000;
  int with_text = 0;
  for (int i = 0; i < blocks; ++i) {
    if (!texts_of(random_bytes(random)).empty()) ++with_text;
  }
  // One of some 2300, as the header says.
  EXPECT_GT(with_text, 0);
  EXPECT_LT(with_text, blocks / 1000);
}

}  // namespace
}  // namespace rtmpscope::rtmp
