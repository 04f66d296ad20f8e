// Text that a person reads: safe for a terminal, with units.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "schema/schema.hpp"

namespace rtmpscope::output {

/// How lines look; the same for everything that one renderer writes.
struct Style {
  bool ascii = false;
  bool colour = false;

  [[nodiscard]] std::string_view arrow(Direction direction) const {
    if (ascii) return direction == Direction::to_server ? "->" : "<-";
    return direction == Direction::to_server ? "\u2192" : "\u2190";
  }
  [[nodiscard]] std::string_view dash() const { return ascii ? "-" : "\u2013"; }
  [[nodiscard]] std::string_view dots() const { return ascii ? "..." : "\u2026"; }
  [[nodiscard]] std::string_view times() const { return ascii ? "x" : "\u00D7"; }

  // ANSI codes; empty without colour.
  [[nodiscard]] std::string_view bold() const { return colour ? "\033[1m" : ""; }
  [[nodiscard]] std::string_view dim() const { return colour ? "\033[2m" : ""; }
  [[nodiscard]] std::string_view reset() const { return colour ? "\033[0m" : ""; }
  [[nodiscard]] std::string_view colour_of(Severity severity) const;
};

/// Appends captured text so that a terminal only shows it: control characters, bidirectional controls and
/// bytes that are not UTF-8 are escaped (\n, \x1B, \u202E); with `ascii` everything beyond ASCII is. Quotes
/// are not escaped.
void append_safe(std::string& out, std::string_view text, bool ascii);
[[nodiscard]] std::string safe(std::string_view text, bool ascii);

/// Number of columns that valid UTF-8 text takes, counting every character as one.
[[nodiscard]] std::size_t columns(std::string_view text);

/// Cuts `text` to `width` columns, with dots at its end if something is missing.
void cut_to_width(std::string& text, std::size_t width, const Style& style);

/// "345 B", "12.3 kB", "4.5 MB" (powers of 1000).
[[nodiscard]] std::string size_text(std::uint64_t bytes);
/// "128 kbit/s".
[[nodiscard]] std::string rate_text(double bits_per_second);
/// "58 ms", "0.4 ms", "2.1 s".
[[nodiscard]] std::string duration_text(double milliseconds);
/// "1 message", "2 messages"; `unit` is the singular.
[[nodiscard]] std::string count_text(std::uint64_t count, std::string_view unit);
/// A real as a person writes it: 25, 29.97, 1e+20, nan.
[[nodiscard]] std::string real_text(double value);

}  // namespace rtmpscope::output
