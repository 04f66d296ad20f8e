// Values from JSON text, and as JSON text (RFC 8259).
#pragma once

#include <string>
#include <string_view>

#include "analysis/record/value_builder.hpp"

namespace rtmpscope::analysis {

/// Why a text is no value.
struct JsonFault {
  enum class Kind { syntax, number, depth } kind{};  ///< a number is too large; it is nested too deeply
  std::size_t offset = 0;                            ///< in the text, where that was seen
};

constexpr std::size_t deepest_json = 256;  // levels; AMF is read no deeper

/// Adds the value that the whole text is. Otherwise the fault; then `to` has a part of it.
[[nodiscard]] std::optional<JsonFault> read_json(std::string_view text, ValueBuilder& to);

/// Without blanks. Bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string json_text(Value value);

}  // namespace rtmpscope::analysis
