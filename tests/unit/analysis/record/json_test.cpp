#include "analysis/record/json.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::analysis {
namespace {

JsonFault::Kind fault_of(std::string_view text) {
  ValueBuilder builder;
  const auto fault = read_json(text, builder);
  EXPECT_TRUE(fault) << text;
  return fault.value_or(JsonFault{}).kind;
}

TEST(Json, ReadsAndWritesAllTypes) {
  constexpr std::string_view text = R"({"a":[null,true,false,1,-2,0.5,"é\n"],"b":{}})";
  ValueBuilder builder;
  EXPECT_FALSE(read_json(text, builder));
  EXPECT_EQ(json_text(builder.value()), text);
}

TEST(Json, SaysWhatIsWrong) {
  EXPECT_EQ(fault_of("{"), JsonFault::Kind::syntax);
  EXPECT_EQ(fault_of("1 2"), JsonFault::Kind::syntax);
  EXPECT_EQ(fault_of(""), JsonFault::Kind::syntax);
  EXPECT_EQ(fault_of("1e999"), JsonFault::Kind::number);
}

TEST(Json, DepthIsBounded) {
  const std::string deep(deepest_json, '['), deeper(deepest_json + 1, '[');
  ValueBuilder builder;
  EXPECT_FALSE(read_json(deep + std::string(deepest_json, ']'), builder));
  EXPECT_EQ(fault_of(deeper + std::string(deepest_json + 1, ']')), JsonFault::Kind::depth);
  EXPECT_EQ(fault_of(std::string(1'000'000, '[')), JsonFault::Kind::depth);
}

TEST(Json, BytesThatAreNoUtf8AreReplaced) {
  ValueBuilder builder;
  builder.text("a\xff");
  EXPECT_EQ(json_text(builder.value()), "\"a\xef\xbf\xbd\"");
}

}  // namespace
}  // namespace rtmpscope::analysis
