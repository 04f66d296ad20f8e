#include "carrier/tls/certificate.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "carrier/tls/hello.hpp"
#include "support/bytes.hpp"

namespace rtmpscope::tls {
namespace {

using test::hex;

std::vector<std::uint8_t> element(std::uint8_t tag, const std::vector<std::uint8_t>& content) {
  std::vector<std::uint8_t> bytes(4 + content.size());
  bytes[0] = tag;
  bytes[1] = 0x82;
  bytes[2] = static_cast<std::uint8_t>(content.size() >> 8);
  bytes[3] = static_cast<std::uint8_t>(content.size());
  std::ranges::copy(content, bytes.begin() + 4);
  return bytes;
}

template <typename... Parts>
std::vector<std::uint8_t> joined(const Parts&... parts) {
  std::vector<std::uint8_t> bytes;
  (bytes.insert(bytes.end(), parts.begin(), parts.end()), ...);
  return bytes;
}

std::vector<std::uint8_t> text(std::string_view characters) {
  return {characters.begin(), characters.end()};
}

std::vector<std::uint8_t> name(const char* type, std::string_view value) {
  return element(0x30,
                 element(0x31, element(0x30, joined(element(0x06, hex(type)), element(0x0C, text(value))))));
}

constexpr const char* common_name = "550403";
constexpr const char* organization = "55040a";

/// `names`: GeneralNames of the subject alternative name.
std::vector<std::uint8_t> certificate(const std::vector<std::uint8_t>& names,
                                      std::string_view not_after = "20491231235959Z") {
  const std::uint8_t time_tag = not_after.size() == 13 ? 0x17 : 0x18;
  const auto validity =
      element(0x30, joined(element(0x17, text("231114221320Z")), element(time_tag, text(not_after))));
  const auto extension = element(0x30, joined(element(0x06, hex("551d11")), element(0x01, hex("ff")),
                                              element(0x04, element(0x30, names))));
  const auto tbs =
      joined(element(0xA0, element(0x02, hex("02"))), element(0x02, hex("01")), element(0x30, {}),
             name(organization, "Test CA"), validity, name(common_name, "media.example"), element(0x30, {}),
             element(0xA3, element(0x30, extension)));
  return element(0x30, joined(element(0x30, tbs), element(0x30, {}), element(0x03, {})));
}

TEST(Certificate, HasNamesAndValidity) {
  const auto der = certificate(joined(element(0x82, text("*.media.example")), element(0x87, hex("c0000207")),
                                      element(0x81, text("mail@example"))));
  const auto read = parse_certificate(der);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->subject, "media.example");
  EXPECT_EQ(read->issuer, "Test CA");
  EXPECT_EQ(read->names, (std::vector<std::string>{"*.media.example", "192.0.2.7"}));
  EXPECT_EQ(read->not_before, Timestamp{1'700'000'000} * 1'000'000'000);
  EXPECT_EQ(read->not_after, Timestamp{2'524'607'999} * 1'000'000'000);
}

TEST(Certificate, IsRefusedWhereverItIsCut) {
  const auto der = certificate(element(0x82, text("a.example")));
  for (std::size_t size = 0; size < der.size(); ++size)
    EXPECT_FALSE(parse_certificate(Bytes(der).first(size)).has_value()) << size;
}

TEST(Certificate, NeedsTimesThatAreSome) {
  EXPECT_TRUE(parse_certificate(certificate({}, "491231235959Z")).has_value());
  EXPECT_TRUE(parse_certificate(certificate({}, "99991231235959Z")).has_value());
  for (const char* time :
       {"20491331235959Z", "20490230000000Z", "2049123123595Z", "20491231235959", "x0491231235959Z"})
    EXPECT_FALSE(parse_certificate(certificate({}, time)).has_value()) << time;
}

TEST(Certificate, KeepsABoundedNumberOfNamesAndOfTheirBytes) {
  std::vector<std::uint8_t> names;
  for (std::size_t i = 0; i < 2 * most_names; ++i)
    names = joined(names, element(0x82, text(std::string(longest_name + 1, 'a'))));
  const auto read = parse_certificate(certificate(names));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->names.size(), most_names);
  EXPECT_EQ(read->names.front().size(), longest_name);
}

/// RFC 9525, section 6.3.
TEST(IsFor, TakesAStarForOneWholeLabel) {
  Certificate one;
  one.names = {"*.media.example", "192.0.2.7"};
  one.subject = "other.example";
  EXPECT_TRUE(is_for(one, "a.media.example"));
  EXPECT_TRUE(is_for(one, "A.Media.Example."));
  EXPECT_TRUE(is_for(one, "192.0.2.7"));
  EXPECT_FALSE(is_for(one, "media.example"));
  EXPECT_FALSE(is_for(one, "a.b.media.example"));
  EXPECT_FALSE(is_for(one, ".media.example"));
  EXPECT_FALSE(is_for(one, "other.example"));  // alternative names are there
  one.names.clear();
  EXPECT_TRUE(is_for(one, "other.example"));
}

}  // namespace
}  // namespace rtmpscope::tls
