// What the environment says about text: its width, its characters.
#pragma once

#include <cstdint>
#include <optional>

namespace rtmpscope::app {

/// Columns of the terminal behind `descriptor`: COLUMNS if the environment has it, else what the terminal
/// says; nothing if neither does.
[[nodiscard]] std::optional<std::uint32_t> terminal_columns(int descriptor);

/// Whether the locale (LC_ALL, LC_CTYPE, LANG, as POSIX orders them) has UTF-8.
[[nodiscard]] bool locale_is_utf8();

}  // namespace rtmpscope::app
