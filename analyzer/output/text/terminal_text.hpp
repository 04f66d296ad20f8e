// Text that a person reads: safe for a terminal, with units.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "output/render_options.hpp"
#include "schema/schema.hpp"

namespace rtmpscope::output {

/// How lines look; the same for everything that one renderer writes.
struct Style {
  bool ascii = false;
  bool colour = false;
  bool full = false;  ///< lines are not cut

  /// Characters. A line is cut to the terminal's width later; what lies far beyond need not be made.
  [[nodiscard]] std::size_t longest_line() const { return full ? std::size_t{1} << 20 : 1000; }
  /// Characters of one captured text within a line.
  [[nodiscard]] std::size_t longest_quoted() const { return full ? std::size_t{1} << 20 : 200; }

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

[[nodiscard]] inline Style style_of(const RenderOptions& options) {
  return {options.ascii, options.colour, options.full};
}

/// Appends captured text so that a terminal only shows it: deceptive characters (base/text.hpp) and bytes
/// that are not UTF-8 are escaped (\n, \x1B, \u202E); with `ascii` everything beyond ASCII is. Quotes are not
/// escaped.
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
/// "25 fps", "29.97 fps".
[[nodiscard]] std::string frame_rate_text(double frames_per_second);
/// "58 ms", "0.4 ms", "2.1 s".
[[nodiscard]] std::string duration_text(double milliseconds);
/// "1 message", "2 messages"; `unit` is the singular.
[[nodiscard]] std::string count_text(std::uint64_t count, std::string_view unit);
/// The word for a number, as a person reads it; "unknown" where the table has none.
[[nodiscard]] std::string_view value_word(ValueTable table, std::uint64_t number);
/// A real as a person writes it: 25, 29.97, 1e+20, nan.
[[nodiscard]] std::string real_text(double value);

}  // namespace rtmpscope::output
