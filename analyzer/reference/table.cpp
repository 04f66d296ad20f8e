#include "reference/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace rtmpscope::output {
namespace {

std::string markdown_cell(std::string_view text, bool code) {
  if (text.empty()) return {};
  std::string out = code ? "`" : "";
  for (const char c : text) {
    if (c == '|') out.push_back('\\');
    if (!code && (c == '<' || c == '*' || c == '_')) out.push_back('\\');
    out.push_back(c);
  }
  if (code) out.push_back('`');
  return out;
}

std::string as_markdown(const Table& table) {
  std::string out = "|";
  for (const std::string_view heading : table.headings) out.append(fmt::format(" {} |", heading));
  out.append("\n|");
  for (std::size_t i = 0; i < table.headings.size(); ++i) out.append("---|");
  out.append("\n");
  for (const auto& row : table.rows) {
    out.append("|");
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool code =
          std::find(table.code_columns.begin(), table.code_columns.end(), i) != table.code_columns.end();
      out.append(fmt::format(" {} |", markdown_cell(row[i], code)));
    }
    out.append("\n");
  }
  return out;
}

/// The last column is as long as its text.
std::string as_text_columns(const Table& table) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < table.headings.size(); ++i) {
    std::size_t width = table.headings[i].size();
    for (const auto& row : table.rows) width = std::max(width, row[i].size());
    widths.push_back(i + 1 == table.headings.size() ? 0 : width);
  }
  std::string out;
  const auto add_row = [&](const auto& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line.append(fmt::format("{:<{}}  ", row[i], widths[i]));
    line.erase(line.find_last_not_of(' ') + 1);
    out.append(line).append("\n");
  };
  add_row(table.headings);
  for (const auto& row : table.rows) add_row(row);
  return out;
}

std::string as_json(const Table& table) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const auto& row : table.rows) {
    nlohmann::ordered_json object;
    for (std::size_t i = 0; i < row.size(); ++i) object[std::string(table.keys[i])] = row[i];
    list.push_back(std::move(object));
  }
  return list.dump(2) + "\n";
}

}  // namespace

std::string print(const Table& table, TableFormat format) {
  switch (format) {
    case TableFormat::text: return as_text_columns(table);
    case TableFormat::markdown: return as_markdown(table);
    case TableFormat::json: return as_json(table);
  }
  return {};
}

}  // namespace rtmpscope::output
