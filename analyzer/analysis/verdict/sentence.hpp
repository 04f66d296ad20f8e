// Parts of the sentences of verdicts.
#pragma once

#include <string>
#include <string_view>

#include "analysis/record/captured_text.hpp"
#include "base/bytes.hpp"

namespace rtmpscope::analysis {

/// Text of the wire, marked as such, cut at 120 bytes, names in quotation marks; control characters become
/// spaces. "?" where there is none.
[[nodiscard]] std::string quote(CapturedKind kind, std::string_view text);

/// "44 ms", "12.3 s", "4 min 5 s", "3 h 12 min": rounded half up; 0 if it is negative.
[[nodiscard]] std::string duration_text(Timestamp nanoseconds);

/// "20:31:43.568 UTC": milliseconds, cut.
[[nodiscard]] std::string clock_text(Timestamp time);

/// "192.0.2.1:1935", "[2001:db8::1]:1935"
[[nodiscard]] std::string address_text(std::string_view address, std::uint16_t port);

/// The same, marked as an address.
[[nodiscard]] std::string quote_address(std::string_view address, std::uint16_t port);

}  // namespace rtmpscope::analysis
