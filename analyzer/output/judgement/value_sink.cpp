#include "output/judgement/value_sink.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "output/json/json_writer.hpp"
#include "output/time_text.hpp"

namespace rtmpscope::output {
namespace {

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

constexpr std::size_t longest_text = 64U << 10U;  // bytes: more says nothing new of a connection

}  // namespace

void ValueSink::begin_event() {
  values_.clear();
  values_.begin_object();
  has_key_ = false;
}

void ValueSink::add_text(std::string_view name, std::string_view value) {
  values_.name(name);
  values_.text(value);
}

void ValueSink::begin_value(FieldId id) {
  if (!values_.in_array()) values_.name(has_key_ ? std::string_view(key_) : key_of(id));
  has_key_ = false;
}

void ValueSink::hex(Bytes bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  hex_.resize(2 * bytes.size());
  char* at = hex_.data();
  for (const std::uint8_t byte : bytes) {
    *at++ = digits[byte >> 4];
    *at++ = digits[byte & 15];
  }
  values_.name("hex");
  values_.text(hex_);
}

void ValueSink::begin(FieldId id, std::uint32_t) {
  begin_value(id);
  if (info(id).kind == FieldKind::list) {
    values_.begin_array();
  } else {
    values_.begin_object();
  }
}

void ValueSink::end(FieldId, std::uint32_t) {
  has_key_ = false;
  if (values_.depth() > 1) values_.end();
}

void ValueSink::key(Range, Bytes name) {
  if (values_.in_array()) return;
  key_.assign(as_text(name));
  has_key_ = true;
}

void ValueSink::number(FieldId id, Range, std::uint64_t value) {
  begin_value(id);
  if (is_reference(id)) {
    values_.begin_object();
    values_.name("@" + std::string(info(id).key));
    values_.whole(value);
    return values_.end();
  }
  const ValueTable table = info(id).values;
  const ValueInfo* const row = table == ValueTable::none ? nullptr : find_value(table, value);
  if (row == nullptr) {
    values_.whole(value);
  } else {
    values_.text(row->name);
  }
}

void ValueSink::signed_number(FieldId id, Range, std::int64_t value) {
  begin_value(id);
  values_.negative_or_whole(value);
}

void ValueSink::real(FieldId id, Range, double value) {
  begin_value(id);
  const std::string date = id == FieldId::amf_date ? date_text(value) : std::string();
  if (date.empty()) {
    values_.real(value);
  } else {
    values_.text(date);
  }
}

void ValueSink::flag(FieldId id, Range, bool value) {
  begin_value(id);
  if (is_nothing(id)) {
    values_.null();
  } else {
    values_.flag(value);
  }
}

void ValueSink::text(FieldId id, Range, Bytes value) {
  begin_value(id);
  if (is_utf8(value)) return values_.text(analysis::cut_text(as_text(value), longest_text));
  values_.begin_object();
  hex(value.first(std::min(value.size(), longest_text / 2)));
  values_.end();
}

void ValueSink::blob(FieldId id, Range range, Bytes value) {
  begin_value(id);
  const auto length = std::max<std::size_t>(range.length, value.size());
  values_.begin_object();
  values_.name("length");
  values_.whole(length);
  if (length <= longest_hex_blob && value.size() == length) hex(value);
  values_.end();
}

}  // namespace rtmpscope::output
