// The tables of fields, values, findings and events for people and scripts, and the JSON Schema of the
// output.
#pragma once

#include <cstdint>
#include <string>

namespace rtmpscope::output {

enum class TableFormat : std::uint8_t {
  text,      ///< aligned columns, for a terminal
  markdown,  ///< a page of the manual: docs/ is made from it
  json,      ///< a list of objects, one a row
};

[[nodiscard]] std::string fields_table(TableFormat format);
[[nodiscard]] std::string findings_table(TableFormat format);
[[nodiscard]] std::string values_table(TableFormat format);
[[nodiscard]] std::string events_table(TableFormat format);
/// Why connections end, in the order in which the judge tries the causes.
[[nodiscard]] std::string causes_table(TableFormat format);
/// The limits of the judge, by name.
[[nodiscard]] std::string thresholds_table(TableFormat format);

/// JSON Schema (draft 2020-12) of one event: of a line of NDJSON and of an element of the document's
/// "events". The document itself is "$defs/document". Other members than those of the tables are not allowed,
/// but for AMF values, whose names are data.
[[nodiscard]] std::string json_schema();

}  // namespace rtmpscope::output
