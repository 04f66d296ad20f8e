// Texts from libpcap.
#pragma once

#include <string>
#include <string_view>

namespace rtmpscope::capture {

/// Line breaks become blanks, so that the text fits an Error's one line.
[[nodiscard]] inline std::string one_line(std::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

}  // namespace rtmpscope::capture
