#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "reference/reference.hpp"
#include "schema/schema.hpp"

namespace rtmpscope::output {
namespace {

/// One table: names of the columns (as JSON keys and as headings) and the rows.
struct Table {
  std::vector<std::string_view> keys;
  std::vector<std::string_view> headings;
  std::vector<std::size_t> code_columns;  ///< shown as code in Markdown
  std::vector<std::vector<std::string>> rows;
};

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

std::string print(const Table& table, TableFormat format) {
  switch (format) {
    case TableFormat::text: return as_text_columns(table);
    case TableFormat::markdown: return as_markdown(table);
    case TableFormat::json: return as_json(table);
  }
  return {};
}

std::string_view kind_name(FieldKind kind) {
  constexpr std::string_view names[] = {"object", "list", "boolean", "u8",   "u16",  "u24",  "u32",
                                        "u64",    "s32",  "s64",     "real", "text", "bytes"};
  return names[static_cast<std::size_t>(kind)];
}

std::string_view table_name(ValueTable table) {
  static constexpr std::string_view names[] = {
#define VALUE_TABLE(table) #table,
#define VALUE(table, number, name, text)
#include "schema/tables/values.def"
#undef VALUE_TABLE
#undef VALUE
  };
  return names[static_cast<std::size_t>(table)];
}

}  // namespace

std::string fields_table(TableFormat format) {
  Table table{{"name", "key", "kind", "values", "title", "description"},
              {"Name", "JSON key", "Kind", "Values", "Title", "Description"},
              {0, 1, 3},
              {}};
  for (const FieldInfo& field : fields()) {
    const bool named = field.values != ValueTable::none;
    table.rows.push_back({fmt::format("rtmpscope.{}", field.filter), std::string(field.key),
                          std::string(kind_name(field.kind)),
                          named ? std::string(table_name(field.values)) : "", std::string(field.title),
                          std::string(field.description)});
  }
  return print(table, format);
}

std::string findings_table(TableFormat format) {
  Table table{{"id", "severity", "text", "explanation", "reference"},
              {"Id", "Severity", "Text", "Explanation", "Reference"},
              {0},
              {}};
  for (const FindingInfo& finding : findings()) {
    table.rows.push_back({std::string(finding.id), std::string(name(finding.severity)),
                          std::string(finding.text), std::string(finding.explanation),
                          std::string(finding.reference)});
  }
  return print(table, format);
}

std::string values_table(TableFormat format) {
  Table table{{"table", "number", "name", "text"}, {"Table", "Number", "Name", "Text"}, {0, 2}, {}};
  for (const ValueInfo& value : values()) {
    table.rows.push_back({std::string(table_name(value.table)), fmt::format("{}", value.number),
                          std::string(value.name), std::string(value.text)});
  }
  return print(table, format);
}

std::string events_table(TableFormat format) {
  Table table{{"event", "description"}, {"Event", "Description"}, {0}, {}};
  for (const EventInfo& event : events()) {
    table.rows.push_back({std::string(event.name), std::string(event.description)});
  }
  return print(table, format);
}

std::string causes_table(TableFormat format) {
  Table table{{"cause", "title", "explanation"}, {"Cause", "Title", "Explanation"}, {0}, {}};
#define CAUSE(number, identifier, title, explanation) table.rows.push_back({#identifier, title, explanation});
#include "schema/tables/causes.def"
#undef CAUSE
  return print(table, format);
}

}  // namespace rtmpscope::output
