#include "output/json/value_sink.hpp"

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "output/json/json_writer.hpp"
#include "output/time_text.hpp"

namespace rtmpscope::output {
namespace {

using Value = nlohmann::ordered_json;

std::string_view key_of(FieldId id) {
  switch (id) {
    case FieldId::amf_class_name: return "@class";
    case FieldId::amf_ecma_count: return "@count";
    case FieldId::amf3_dense: return "@dense";
    case FieldId::amf3_externalizable: return "@externalizable";
    case FieldId::amf_unparsed: return "@unparsed";
    default: return info(id).key;
  }
}

bool is_reference(FieldId id) {
  return id == FieldId::amf_reference || id == FieldId::amf3_object_reference;
}

bool is_nothing(FieldId id) {
  return id == FieldId::amf_null || id == FieldId::amf_undefined || id == FieldId::amf_unsupported;
}

/// As a parser reads a whole number.
Value whole(std::int64_t value) {
  return value < 0 ? Value(value) : Value(static_cast<std::uint64_t>(value));
}

std::string hex(Bytes bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : bytes) out.append({digits[byte >> 4], digits[byte & 15]});
  return out;
}

}  // namespace

void ValueSink::begin_event(Value& to) {
  levels_.assign(1, &to);
  has_key_ = false;
}

Value& ValueSink::add(FieldId id, Value value) {
  Value& parent = *levels_.back();
  const bool named = has_key_;
  has_key_ = false;
  if (parent.is_array()) {
    parent.push_back(std::move(value));
    return parent.back();
  }
  if (named) return parent[key_] = std::move(value);  // a sender may use a name twice
  // Keys of the tables are unique within their object: nothing has to be searched.
  auto& members = parent.get_ref<Value::object_t&>();
  constexpr std::size_t usual_members = 16;
  if (members.empty()) members.reserve(usual_members);
  const std::string_view key = key_of(id);
  members.Value::object_t::Container::emplace_back(std::string(key), std::move(value));
  return members.back().second;
}

void ValueSink::begin(FieldId id, std::uint32_t) {
  const bool list = info(id).kind == FieldKind::list;
  levels_.push_back(&add(id, list ? Value::array() : Value::object()));
}

void ValueSink::end(FieldId, std::uint32_t) {
  has_key_ = false;
  if (levels_.size() > 1) levels_.pop_back();
}

void ValueSink::key(Range, Bytes name) {
  if (levels_.back()->is_array()) return;
  key_.assign(as_text(name));
  has_key_ = true;
}

void ValueSink::number(FieldId id, Range, std::uint64_t value) {
  if (is_reference(id)) {
    Value reference = Value::object();
    reference["@" + std::string(info(id).key)] = value;
    add(id, std::move(reference));
    return;
  }
  const ValueTable table = info(id).values;
  const ValueInfo* const row = table == ValueTable::none ? nullptr : find_value(table, value);
  add(id, row == nullptr ? Value(value) : Value(std::string(row->name)));
}

void ValueSink::signed_number(FieldId id, Range, std::int64_t value) {
  add(id, whole(value));
}

void ValueSink::real(FieldId id, Range, double value) {
  constexpr double largest_exact_integer = 9007199254740992.0;  // 2^53
  if (id == FieldId::amf_date) {
    if (std::string date = date_text(value); !date.empty()) {
      add(id, std::move(date));
      return;
    }
  }
  if (!std::isfinite(value)) {
    add(id, nullptr);
  } else if (std::fabs(value) <= largest_exact_integer && value == std::trunc(value)) {
    add(id, whole(static_cast<std::int64_t>(value)));
  } else {
    add(id, value);
  }
}

void ValueSink::flag(FieldId id, Range, bool value) {
  add(id, is_nothing(id) ? Value(nullptr) : Value(value));
}

void ValueSink::text(FieldId id, Range, Bytes value) {
  if (is_utf8(value)) {
    add(id, std::string(as_text(value)));
    return;
  }
  Value bytes = Value::object();
  bytes["hex"] = hex(value);
  add(id, std::move(bytes));
}

void ValueSink::blob(FieldId id, Range range, Bytes value) {
  const auto length = std::max<std::size_t>(range.length, value.size());
  Value bytes = Value::object();
  bytes["length"] = static_cast<std::uint64_t>(length);
  if (length <= longest_hex_blob && value.size() == length) bytes["hex"] = hex(value);
  add(id, std::move(bytes));
}

}  // namespace rtmpscope::output
