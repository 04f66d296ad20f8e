#include "reference/fingerprint_tables.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "reference/table.hpp"

namespace rtmpscope::output {
namespace {

using analysis::FingerprintTable;
using analysis::KnownIssue;
using analysis::Limit;
using analysis::LimitKind;
using analysis::Mark;
using analysis::Software;

std::string_view side_name(Direction side) {
  return side == Direction::to_server ? "client" : "server";
}

/// "connect.flashVer is LNX 9,0,124,2 (2)"; the number is the mark's weight.
std::string marks_text(const Software& program) {
  std::string text;
  for (const Mark& mark : program.marks) {
    if (!text.empty()) text.append("; ");
    text.append(fmt::format("{} ({})", mark.test.text(), mark.weight));
  }
  return text;
}

Table programs(const FingerprintTable& known) {
  Table table{{"id", "side", "name", "marks", "known_from", "sources"},
              {"Id", "Side", "Name", "Marks (weight)", "Known from", "Sources"},
              {0},
              {}};
  for (const Software& each : known.programs()) {
    table.rows.push_back(
        {each.id, std::string(side_name(each.side)), each.name, marks_text(each),
         each.note.empty() ? each.confidence : fmt::format("{}: {}", each.confidence, each.note),
         known.references(each.sources)});
  }
  return table;
}

std::string value_text(const Limit& limit) {
  if (limit.kind == LimitKind::message_bytes) return fmt::format("{} bytes", limit.value);
  if (limit.value % 1000 == 0) return fmt::format("{} s", limit.value / 1000);
  return fmt::format("{}.{:03} s", limit.value / 1000, limit.value % 1000);
}

Table limits(const FingerprintTable& known) {
  Table table{{"program", "limit", "value", "versions", "note", "sources"},
              {"Program", "Limit", "Value", "Versions", "Note", "Sources"},
              {0, 1},
              {}};
  for (const Software& program : known.programs()) {
    for (const Limit& each : program.limits) {
      table.rows.push_back({program.id, std::string(name(each.kind)), value_text(each),
                            to_text(each.versions), each.note, known.references(each.sources)});
    }
  }
  return table;
}

Table issues(const FingerprintTable& known) {
  Table table{{"id", "program", "severity", "if", "note", "sources"},
              {"Id", "Program", "Severity", "If", "Note", "Sources"},
              {0, 1},
              {}};
  for (const Software& program : known.programs()) {
    for (const KnownIssue& each : program.issues) {
      table.rows.push_back({each.id, program.id, std::string(name(each.severity)), each.words, each.note,
                            known.references(each.sources)});
    }
  }
  return table;
}

}  // namespace

std::string fingerprints_table(const FingerprintTable& known, TableFormat format) {
  const Table tables[] = {programs(known), limits(known), issues(known)};
  if (format == TableFormat::json) {
    nlohmann::ordered_json document;
    document["programs"] = nlohmann::ordered_json::parse(print(tables[0], format));
    document["limits"] = nlohmann::ordered_json::parse(print(tables[1], format));
    document["known_issues"] = nlohmann::ordered_json::parse(print(tables[2], format));
    return document.dump(2) + "\n";
  }
  std::string text;
  for (const Table& each : tables) {
    if (!text.empty()) text.append("\n");
    text.append(print(each, format));
  }
  return text;
}

}  // namespace rtmpscope::output
