// AMF0 values as bytes.
#pragma once

#include <bit>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "support/bytes.hpp"
#include "support/chunks.hpp"

namespace rtmpscope::test {

inline ByteVector amf_text(std::string_view text) {
  ByteVector out{2};
  put_be(out, text.size(), 2);
  return concat(out, text);
}
inline ByteVector amf_number(double value) {
  ByteVector out{0};
  put_be(out, std::bit_cast<std::uint64_t>(value), 8);
  return out;
}
inline ByteVector amf_object(std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
  ByteVector out{3};
  for (const auto& [key, value] : members) {
    put_be(out, key.size(), 2);
    out = concat(out, key, amf_text(value));
  }
  return concat(out, hex("000009"));
}
inline const ByteVector amf_null{5};

}  // namespace rtmpscope::test
