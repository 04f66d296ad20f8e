// Writing bytes in tests.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace rtmpscope::test {

/// Bytes from hexadecimal text; blanks are ignored: hex("02 0007") has three bytes.
inline std::vector<std::uint8_t> hex(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  int digits = 0;
  unsigned value = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\n') continue;
    const unsigned digit =
        c <= '9' ? static_cast<unsigned>(c - '0') : static_cast<unsigned>((c | 0x20) - 'a' + 10);
    value = value * 16 + digit;
    if (++digits % 2 == 0) {
      bytes.push_back(static_cast<std::uint8_t>(value));
      value = 0;
    }
  }
  return bytes;
}

/// Concatenation of byte containers and views.
template <typename... Parts>
std::vector<std::uint8_t> concat(const Parts&... parts) {
  std::vector<std::uint8_t> all;
  (all.insert(all.end(), parts.begin(), parts.end()), ...);
  return all;
}

inline std::vector<std::uint8_t> bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

}  // namespace rtmpscope::test
