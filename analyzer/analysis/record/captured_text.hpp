// Marks in the judge's texts what comes from the capture, so that an output can hide it (--redact), or make
// it safe for a terminal, without touching the judge's own words.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace rtmpscope::analysis {

/// What a piece of captured text is; the noun of its pseudonym goes by it.
enum class CapturedKind : char {
  name = 'n',     ///< of a stream or application
  address = 'a',  ///< IP address, or address and port
  host = 'h',
  url = 'u',
  user = 'c',
  software = 's',
  code = 'k',  ///< a status code
  text = 't',  ///< anything else
};

/// The text in its marks. Marks within it are left out; text of more than 240 bytes is cut.
[[nodiscard]] std::string captured(CapturedKind kind, std::string_view text);

/// The whole text, each marked piece replaced by what `show` makes of it.
[[nodiscard]] std::string with_captured(
    std::string_view text, const std::function<std::string(CapturedKind, std::string_view)>& show);

/// The text without its marks.
[[nodiscard]] std::string without_marks(std::string_view text);

}  // namespace rtmpscope::analysis
