// Real numbers, strings and bytes as JSON text (RFC 8259).
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "output/buffer.hpp"
#include "output/digits.hpp"

namespace rtmpscope::output {

/// Whole numbers up to 2^53 as integers, others as the shortest decimal that reads back as the same double;
/// NaN and infinities, which JSON does not have, as null.
void append_real(Buffer& out, double value);

/// Lower-case hexadecimal without quotes.
void append_hex(Buffer& out, Bytes bytes);

/// A quoted string. Deceptive characters (base/text.hpp) are escaped, so that neither a terminal nor a
/// person is misled. Bytes that are not UTF-8 become U+FFFD: for names that cannot be anything but a string.
void append_json_string(Buffer& out, std::string_view text);

/// A quoted string, or {"hex":"…"} if `text` is not UTF-8, so that no byte is lost.
void append_json_text(Buffer& out, Bytes text);

}  // namespace rtmpscope::output
