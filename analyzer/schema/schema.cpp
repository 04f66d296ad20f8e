#include "schema/schema.hpp"

#include <array>

namespace rtmpscope {
namespace {

constexpr std::string_view last_component(std::string_view filter) {
  const std::size_t dot = filter.rfind('.');
  return dot == std::string_view::npos ? filter : filter.substr(dot + 1);
}

constexpr FieldInfo field_table[] = {
#define FIELD(identifier, filter, kind, values, title, description) \
  {filter, last_component(filter), FieldKind::kind, ValueTable::values, title, description},
#include "schema/tables/fields.def"
#undef FIELD
};

constexpr ValueInfo value_table[] = {
#define VALUE_TABLE(table)
#define VALUE(table, number, name, text) {ValueTable::table, number, name, text},
#include "schema/tables/values.def"
#undef VALUE_TABLE
#undef VALUE
};

constexpr FindingInfo finding_table[] = {
#define FINDING(identifier, severity, text, explanation, reference) \
  {#identifier, Severity::severity, text, explanation, reference},
#include "schema/tables/findings.def"
#undef FINDING
};

constexpr EventInfo event_table[] = {
#define EVENT(identifier, description) {#identifier, description},
#include "schema/tables/events.def"
#undef EVENT
};

constexpr std::size_t value_table_count = 0
#define VALUE_TABLE(table) +1
#define VALUE(table, number, name, text)
#include "schema/tables/values.def"
#undef VALUE_TABLE
#undef VALUE
    ;

constexpr std::size_t indexed_numbers = 64;

/// Row index plus one for each small number of each table, so that the hot path needs no search.
constexpr auto small_numbers = [] {
  std::array<std::array<std::uint16_t, indexed_numbers>, value_table_count> index{};
  for (std::size_t row = 0; row < std::size(value_table); ++row) {
    const ValueInfo& value = value_table[row];
    if (value.number < indexed_numbers) {
      index[static_cast<std::size_t>(value.table)][value.number] = static_cast<std::uint16_t>(row + 1);
    }
  }
  return index;
}();

}  // namespace

const FieldInfo& info(FieldId id) {
  return field_table[static_cast<std::size_t>(id)];
}
const FindingInfo& info(FindingId id) {
  return finding_table[static_cast<std::size_t>(id)];
}
const EventInfo& info(EventKind kind) {
  return event_table[static_cast<std::size_t>(kind)];
}

std::string_view name(Severity severity) {
  constexpr std::string_view names[] = {"note", "warning", "error"};
  return names[static_cast<std::size_t>(severity)];
}

const ValueInfo* find_value(ValueTable table, std::uint64_t number) {
  if (number < indexed_numbers) {
    const std::uint16_t row = small_numbers[static_cast<std::size_t>(table)][number];
    return row == 0 ? nullptr : &value_table[row - 1U];
  }
  for (const ValueInfo& value : value_table) {
    if (value.table == table && value.number == number) return &value;
  }
  return nullptr;
}

std::span<const FieldInfo> fields() {
  return field_table;
}
std::span<const ValueInfo> values() {
  return value_table;
}
std::span<const FindingInfo> findings() {
  return finding_table;
}
std::span<const EventInfo> events() {
  return event_table;
}

}  // namespace rtmpscope
