#include "app/text_style.hpp"

#include <sys/ioctl.h>

#include <cstdlib>

#include "base/text.hpp"

namespace rtmpscope::app {

std::optional<std::uint32_t> terminal_columns(int descriptor) {
  if (const char* value = std::getenv("COLUMNS"); value != nullptr) {  // NOLINT(concurrency-mt-unsafe)
    const auto columns = whole_number<std::uint32_t>(value);
    if (columns && *columns > 0) return columns;
  }
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return std::nullopt;
}

bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread starts
    if (value == nullptr || *value == '\0') continue;
    const std::string_view locale(value);
    return locale.find("UTF-8") != std::string_view::npos || locale.find("utf8") != std::string_view::npos;
  }
  return false;
}

}  // namespace rtmpscope::app
