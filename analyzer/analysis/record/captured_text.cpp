#include "analysis/record/captured_text.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr char begin_mark = '\x02';  // STX and ETX: no text for people has them
constexpr char end_mark = '\x03';
constexpr std::size_t longest_captured = 240;

}  // namespace

std::string captured(CapturedKind kind, std::string_view text) {
  std::string out{begin_mark, static_cast<char>(kind)};
  for (const char c : text.substr(0, longest_captured)) {
    if (c != begin_mark && c != end_mark) out.push_back(c);
  }
  out.push_back(end_mark);
  return out;
}

std::string with_captured(std::string_view text,
                          const std::function<std::string(CapturedKind, std::string_view)>& show) {
  std::string out;
  while (true) {
    const std::size_t begin = text.find(begin_mark);
    out.append(text.substr(0, begin));
    if (begin == std::string_view::npos || begin + 1 >= text.size()) return out;
    const std::size_t end = std::min(text.find(end_mark, begin), text.size());
    out.append(show(static_cast<CapturedKind>(text[begin + 1]), text.substr(begin + 2, end - begin - 2)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string without_marks(std::string_view text) {
  return with_captured(text, [](CapturedKind, std::string_view piece) { return std::string(piece); });
}

}  // namespace rtmpscope::analysis
