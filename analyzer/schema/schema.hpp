// The tables of fields, values, findings and events, as C++ sees them.
//
// Every name that rtmpscope prints comes from schema/tables/*.def: JSON keys, JSON Schema, manual tables and
// Wireshark filter names. The look-ups below return references to static data; they never fail for an
// enumerator.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace rtmpscope {

enum class FieldKind : std::uint8_t {
  object,
  list,
  boolean,
  u8,
  u16,
  u24,
  u32,
  u64,
  s32,
  s64,
  real,
  text,
  bytes
};

enum class ValueTable : std::uint8_t {
#define VALUE_TABLE(table) table,
#define VALUE(table, number, name, text)
#include "schema/tables/values.def"
#undef VALUE_TABLE
#undef VALUE
};

enum class FieldId : std::uint16_t {
#define FIELD(identifier, filter, kind, values, title, description) identifier,
#include "schema/tables/fields.def"
#undef FIELD
};

enum class Severity : std::uint8_t { note, warning, error };

enum class FindingId : std::uint16_t {
#define FINDING(identifier, severity, text, explanation, reference) identifier,
#include "schema/tables/findings.def"
#undef FINDING
};

enum class EventKind : std::uint8_t {
#define EVENT(identifier, description) identifier,
#include "schema/tables/events.def"
#undef EVENT
};

/// One row of fields.def.
struct FieldInfo {
  std::string_view filter;  ///< "video.frame_type"; Wireshark's name is this with "rtmpscope." in front
  std::string_view key;     ///< JSON key: the last component of `filter`
  FieldKind kind;
  ValueTable values;  ///< ValueTable::none unless numbers have names
  std::string_view title;
  std::string_view description;
};

struct ValueInfo {
  ValueTable table;
  std::uint64_t number;
  std::string_view name;  ///< the word in JSON
  std::string_view text;  ///< what a person reads
};

struct FindingInfo {
  std::string_view id;
  Severity severity;
  std::string_view text;  ///< with {a} and {b} for the two numbers
  std::string_view explanation;
  std::string_view reference;
};

struct EventInfo {
  std::string_view name;
  std::string_view description;
};

[[nodiscard]] const FieldInfo& info(FieldId id);
[[nodiscard]] const FindingInfo& info(FindingId id);
[[nodiscard]] const EventInfo& info(EventKind kind);
[[nodiscard]] std::string_view name(Severity severity);

/// The row that names `number`, or null. Constant time for numbers below 64.
[[nodiscard]] const ValueInfo* find_value(ValueTable table, std::uint64_t number);

/// Whole tables, in the order of the .def files (fields() is indexed by FieldId, and so on).
[[nodiscard]] std::span<const FieldInfo> fields();
[[nodiscard]] std::span<const ValueInfo> values();
[[nodiscard]] std::span<const FindingInfo> findings();
[[nodiscard]] std::span<const EventInfo> events();

}  // namespace rtmpscope
