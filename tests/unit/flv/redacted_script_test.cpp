#include "flv/redacted_script.hpp"

#include <gtest/gtest.h>

#include "support/bytes.hpp"

namespace rtmpscope::flv {
namespace {

using test::hex;

constexpr const char* name = "02000a 6f6e4d65746144617461";  // onMetaData

const output::Redaction& redaction() {
  static const std::uint8_t key[] = {1};
  static const output::Redaction instance(Bytes(key), false);
  return instance;
}

std::vector<std::uint8_t> script(const std::string& values) {
  const auto body = hex(name + values);
  return redact_script(body, redaction());
}

std::string digits(std::string_view text) {
  std::string out;
  for (const char c : text) out += "0123456789abcdef"[c >> 4 & 15], out += "0123456789abcdef"[c & 15];
  return out;
}

/// With its length in two bytes, in hexadecimal digits.
std::string text(std::string_view text) {
  return std::string("00") + digits(std::string(1, static_cast<char>(text.size()))) + digits(text);
}

TEST(RedactedScript, StaysAsItIsWithoutTexts) {
  for (const char* values : {"00 4084000000000000", "03 0005 7769647468 00 4084000000000000 000009",
                             "08 00000001 0005 7769647468 00 4084000000000000 000009", "0a 00000002 05 06",
                             "01 01", "0b 4084000000000000 0000", "0a 00000001 0a 00000001 07 0000", "0d"}) {
    EXPECT_EQ(script(values), hex(std::string(name) + values)) << values;
  }
}

TEST(RedactedScript, ShowsPseudonymsInPlaceOfTexts) {
  const std::string shown = redaction().pseudonym("text", "ab");
  EXPECT_EQ(script("02 0002 6162"), hex(std::string(name) + "02" + text(shown)));
  EXPECT_EQ(
      script("03 0002 6162 02 0002 6162 000009"),
      hex(std::string(name) + "03" + text(redaction().property_name("ab")) + "02" + text(shown) + "000009"));
  EXPECT_EQ(script("10 0002 6162 0005 7769647468 05 000009"),
            hex(std::string(name) + "10" + text(redaction().pseudonym("class", "ab")) +
                "0005 7769647468 05 000009"));
  EXPECT_EQ(script("0f 00000002 6162"),
            hex(std::string(name) + "0f 0000" + text(redaction().pseudonym("xml", "ab"))));
}

TEST(RedactedScript, IsEmptyWhereSomethingCannotBeWritten) {
  for (const char* values :
       {"00 4084", "42", "11 04 05", "11 0a 0b 01 03 61 04 05 01", "22 0000000000000001"}) {
    EXPECT_TRUE(script(values).empty()) << values;
  }
}

}  // namespace
}  // namespace rtmpscope::flv
