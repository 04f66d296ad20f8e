#include "output/report/markdown_text.hpp"

namespace rtmpscope::output {

std::string markdown(std::string_view text) {
  constexpr std::string_view special = "\\`*_{}[]<>#|~&!";
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) out.push_back('\\');
    out.push_back(c == '\n' ? ' ' : c);
  }
  return out;
}

std::string markdown_code(std::string_view text) {
  if (text.empty()) return {};
  std::string out = "`";
  // In a table, a bar ends the cell even within a code span; a backtick would end the span.
  for (const char c : text) out.push_back(c == '`' ? '\'' : c == '|' || c == '\n' ? '/' : c);
  out.push_back('`');
  return out;
}

}  // namespace rtmpscope::output
