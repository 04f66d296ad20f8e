#include "rtmfp/wire.hpp"

#include <gtest/gtest.h>

#include "support/bytes.hpp"

namespace rtmpscope::rtmfp::test {
namespace {

using rtmpscope::test::hex;

std::optional<std::uint64_t> vlu(std::string_view text) {
  const auto bytes = hex(text);
  ByteReader reader(bytes);
  return read_vlu(reader);
}

TEST(Vlu, ReadsNumbersOfAnyLength) {
  EXPECT_EQ(vlu("00"), 0U);
  EXPECT_EQ(vlu("7f"), 127U);
  EXPECT_EQ(vlu("8100"), 128U);
  EXPECT_EQ(vlu("8402"), 514U);
  EXPECT_EQ(vlu("ff7f"), 16383U);
  EXPECT_EQ(vlu("818000"), 16384U);
  EXPECT_EQ(vlu("8fffffff7f"), 0xFFFFFFFFU);
  EXPECT_EQ(vlu("80808001"), 1U);  // zeros in front are allowed
  EXPECT_EQ(vlu("81ffffffffffffffff7f"), ~std::uint64_t{0});
}

TEST(Vlu, RefusesNumbersThatAreCutOrTooLarge) {
  EXPECT_EQ(vlu(""), std::nullopt);
  EXPECT_EQ(vlu("8f"), std::nullopt);
  EXPECT_EQ(vlu("82808080808080808000"), std::nullopt);
}

TEST(Counted, IsNotLongerThanWhatThereIs) {
  const auto bytes = hex("02 aabb 03 cc");
  ByteReader reader(bytes);
  const auto first = take_counted(reader);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->size(), 2U);
  EXPECT_FALSE(take_counted(reader));
}

TEST(Options, EndAtTheMarkerOrTheEnd) {
  const auto bytes = hex("02 0a55 01 0b 00 dead");
  ByteReader reader(bytes);
  OptionReader options(reader);
  const auto first = options.next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->type, 0x0AU);
  EXPECT_EQ(first->value.size(), 1U);
  const auto second = options.next();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->type, 0x0BU);
  EXPECT_TRUE(second->value.empty());
  EXPECT_FALSE(options.next());
  EXPECT_FALSE(options.malformed());
  EXPECT_EQ(reader.remaining(), 2U);
}

TEST(Options, SayWhenOneIsCut) {
  for (const std::string_view text : {"05 0a55", "01 8a"}) {
    const auto bytes = hex(text);
    ByteReader reader(bytes);
    OptionReader options(reader);
    EXPECT_FALSE(options.next()) << text;
    EXPECT_TRUE(options.malformed()) << text;
  }
}

TEST(Options, AreFoundByType) {
  const auto bytes = hex("02 0a55 02 0f66 02 0a77");
  const auto found = find_option(bytes, 0x0F);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->front(), 0x66);
  EXPECT_EQ(find_option(bytes, 0x0A)->front(), 0x55);
  EXPECT_FALSE(find_option(bytes, 0x0B));
}

TEST(Address, HasFourOrSixteenBytesAndAnOrigin) {
  const auto bytes = hex("01 c0000201 078f  82 20010db8000000000000000000000001 0050");
  ByteReader reader(bytes);
  const auto first = read_address(reader);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->endpoint.to_string(), "192.0.2.1:1935");
  EXPECT_EQ(first->origin, AddressOrigin::local);
  const auto second = read_address(reader);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->endpoint.to_string(), "[2001:db8::1]:80");
  EXPECT_EQ(second->origin, AddressOrigin::observed);
  EXPECT_FALSE(read_address(reader));
}

}  // namespace
}  // namespace rtmpscope::rtmfp::test
