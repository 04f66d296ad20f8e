#include "analysis/data/json_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "analysis/record/json.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr std::size_t longest_file = 16U << 20U;

tl::unexpected<Error> failure(std::string message) {
  return tl::unexpected(Error{ErrorKind::open_input, std::move(message)});
}

/// Where in a text a byte is, for people.
std::string line_and_column(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = std::ranges::count(before, '\n') + 1;
  const std::size_t newline = before.rfind('\n');
  const std::size_t column = newline == std::string_view::npos ? before.size() + 1 : before.size() - newline;
  return fmt::format("line {}, column {}", line, column);
}

}  // namespace

Expected<std::string> read_whole_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  if (file) {
    text.resize(longest_file + 1);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad() || !file.eof()) {
    if (text.size() > longest_file) return failure(fmt::format("{}: is larger than 16 MiB", path));
    return failure(fmt::format("{}: cannot be read", path));
  }
  return text;
}

Expected<OwnedValue> parse_json(std::string_view text, std::string_view name) {
  ValueBuilder builder;
  const auto fault = read_json(text, builder);
  if (!fault) return builder.take();
  switch (fault->kind) {
    case JsonFault::Kind::syntax:
      return failure(fmt::format("{}: {}: this is no JSON", name, line_and_column(text, fault->offset)));
    case JsonFault::Kind::number: return failure(fmt::format("{}: a number is too large", name));
    case JsonFault::Kind::depth: return failure(fmt::format("{}: is nested too deeply", name));
  }
  return failure(fmt::format("{}: this is no JSON", name));
}

}  // namespace rtmpscope::analysis
