#include <fmt/format.h>

#include <vector>

#include "analysis/finding/judge_rules.hpp"
#include "analysis/finding/thresholds.hpp"
#include "reference/reference.hpp"
#include "reference/table.hpp"
#include "schema/schema.hpp"

namespace rtmpscope::output {
namespace {

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
  Table table{{"id", "severity", "priority", "text", "explanation", "what_to_do", "needs", "reference"},
              {"Id", "Severity", "Priority", "Text", "Explanation", "What to do", "Needs", "Reference"},
              {0},
              {}};
  for (std::size_t i = 0; i < findings().size(); ++i) {
    const FindingInfo& finding = findings()[i];
    const analysis::JudgeRule& rule = analysis::rule_of(static_cast<FindingId>(i));
    // Findings of the decoder have no rule.
    const bool is_judged = !rule.what_to_do.empty();
    table.rows.push_back({std::string(finding.id), std::string(name(finding.severity)),
                          is_judged ? fmt::format("{}", rule.priority) : "", std::string(finding.text),
                          std::string(finding.explanation), std::string(rule.what_to_do),
                          std::string(rule.needs), std::string(finding.reference)});
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

std::string thresholds_table(TableFormat format) {
  Table table{{"threshold", "value", "unit", "what", "source"},
              {"Threshold", "Value", "Unit", "What it limits", "Source"},
              {0},
              {}};
  for (const analysis::ThresholdInfo& threshold : analysis::thresholds) {
    table.rows.push_back({std::string(threshold.name), fmt::format("{:g}", threshold.value),
                          std::string(threshold.unit), std::string(threshold.what),
                          std::string(threshold.source)});
  }
  return print(table, format);
}

}  // namespace rtmpscope::output
