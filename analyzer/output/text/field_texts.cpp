#include "output/text/field_texts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "output/time_text.hpp"

namespace rtmpscope::output {
namespace {

using Op = Tape::Op;

std::string number_text(FieldId id, std::uint64_t value) {
  const FieldInfo& field = info(id);
  const ValueInfo* row = field.values == ValueTable::none ? nullptr : find_value(field.values, value);
  return row == nullptr ? fmt::format("{}", value) : std::string(row->text);
}

}  // namespace

std::string quoted(Bytes bytes, const Style& style) {
  std::string out = "\"";
  append_safe(out, as_text(bytes.first(std::min(bytes.size(), style.longest_quoted()))), style.ascii);
  if (bytes.size() > style.longest_quoted()) out.append(style.dots());
  return out.append("\"");
}

std::string value_text(const Tape& tape, const Tape::Entry& entry, const Style& style) {
  switch (entry.op) {
    case Op::number:
      if (entry.id == FieldId::amf_reference || entry.id == FieldId::amf3_object_reference) {
        return fmt::format("reference {}", entry.number);
      }
      return number_text(entry.id, entry.number);
    case Op::signed_number: return fmt::format("{}", static_cast<std::int64_t>(entry.number));
    case Op::real: {
      const std::string date = entry.id == FieldId::amf_date ? date_text(entry.real) : std::string();
      return date.empty() ? real_text(entry.real) : date;
    }
    case Op::flag:
      if (entry.id == FieldId::amf_null || entry.id == FieldId::amf_undefined ||
          entry.id == FieldId::amf_unsupported) {
        return "null";
      }
      return entry.number != 0 ? "true" : "false";
    case Op::text: return quoted(tape.bytes(entry), style);
    case Op::blob:
      return fmt::format("<{} bytes>", std::max<std::size_t>(entry.range.length, entry.bytes_length));
    default: return {};
  }
}

const Tape::Entry* FieldTexts::find(FieldId id) const {
  for (const Tape::Entry& entry : event_.entries()) {
    const bool has_id = entry.op != Op::key && entry.op != Op::finding && entry.op != Op::end;
    if (has_id && entry.id == id) return &entry;
  }
  return nullptr;
}

std::string FieldTexts::operator[](FieldId id) const {
  const Tape::Entry* entry = find(id);
  return entry == nullptr ? std::string() : text(*entry);
}

std::string FieldTexts::text(const Tape::Entry& entry) const {
  return entry.op == Op::text ? safe(as_text(event_.bytes(entry)), style_.ascii)
                              : value_text(event_, entry, style_);
}

std::uint64_t FieldTexts::number(FieldId id) const {
  const Tape::Entry* entry = find(id);
  return entry == nullptr ? 0 : entry->number;
}

std::string FieldTexts::duration(FieldId id) const {
  const Tape::Entry* entry = find(id);
  return entry == nullptr || entry->op != Op::real ? std::string() : duration_text(entry->real);
}

}  // namespace rtmpscope::output
