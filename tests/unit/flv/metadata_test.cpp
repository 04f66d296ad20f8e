#include "flv/metadata.hpp"

#include <gtest/gtest.h>

#include "support/bytes.hpp"

namespace rtmpscope::flv {
namespace {

using test::hex;

constexpr const char* name = "02000a 6f6e4d65746144617461";
constexpr const char* duration = "0008 6475726174696f6e 00 4024000000000000";

std::optional<std::uint32_t> find(const std::string& body) {
  const auto bytes = hex(body);
  return find_duration(bytes);
}

TEST(FindDuration, FindsItInAnObject) {
  EXPECT_EQ(find(std::string(name) + "03" + duration + "000009"), 13U + 1 + 10 + 1);
}

TEST(FindDuration, FindsItInAnEcmaArrayBehindOtherProperties) {
  EXPECT_EQ(find(std::string(name) + "08 00000002 0005 7769647468 00 4084000000000000" + duration + "000009"),
            13U + 5 + 16 + 10 + 1);
}

TEST(FindDuration, TakesTheOutermostOnly) {
  EXPECT_FALSE(find(std::string(name) + "03 0001 61 03" + duration + "000009 000009"));
}

TEST(FindDuration, TakesNumbersOnly) {
  EXPECT_FALSE(find(std::string(name) + "03 0008 6475726174696f6e 020001 37 000009"));
  EXPECT_FALSE(
      find(std::string(name) + "03 0008 6475726174696f6e 020001 37 0001 61 00 4024000000000000 000009"));
}

TEST(FindDuration, TakesMetadataOnly) {
  EXPECT_FALSE(find(std::string("020001 61 03") + duration + "000009"));
  EXPECT_FALSE(find(""));
  EXPECT_FALSE(find(std::string(name) + "03 0008 6475726174696f6e 00 4024")) << "cut off";
}

}  // namespace
}  // namespace rtmpscope::flv
