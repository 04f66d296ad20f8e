// Reads files of JSON: tables of facts, built-in ones and those of users.
#pragma once

#include <string>
#include <string_view>

#include "analysis/record/record.hpp"
#include "base/error.hpp"

namespace rtmpscope::analysis {

/// The bytes of a file, at most 16 MiB. The error (open_input) names the file.
[[nodiscard]] Expected<std::string> read_whole_file(const std::string& path);

/// The value that a text is. The error (open_input) begins with `name` and says the line and column.
[[nodiscard]] Expected<OwnedValue> parse_json(std::string_view text, std::string_view name);

}  // namespace rtmpscope::analysis
