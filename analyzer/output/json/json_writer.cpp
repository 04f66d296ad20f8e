#include "output/json/json_writer.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "output/json/json_text.hpp"
#include "output/time_text.hpp"

namespace rtmpscope::output {

namespace {

/// Values that do not print as what the call says.
enum class Special : std::uint8_t { none, null, date, reference };

constexpr std::size_t key_room = 56;
constexpr std::size_t keys_count = 0
#define FIELD(identifier, filter, kind, values, title, description) +1
#include "schema/tables/fields.def"
#undef FIELD
    ;

constexpr std::array<std::string_view, keys_count> identifiers = {
#define FIELD(identifier, filter, kind, values, title, description) #identifier,
#include "schema/tables/fields.def"
#undef FIELD
};

/// Members of AMF objects that are not the sender's; the at sign keeps them apart from names that are data.
constexpr std::pair<std::string_view, std::string_view> amf_members[] = {
    {"amf_class_name", "@class"},  {"amf_ecma_count", "@count"},
    {"amf3_dense", "@dense"},      {"amf3_externalizable", "@externalizable"},
    {"amf_unparsed", "@unparsed"},
};

}  // namespace

/// What the writer needs of a field, in one cache line. The key is copied with a fixed size, which is cheaper
/// than a copy of its exact length.
struct alignas(64) JsonFieldText {
  std::array<char, key_room> key{};  ///< "\"frame_type\":"
  std::uint8_t key_length = 0;
  bool list = false;
  Special special = Special::none;
  ValueTable values = ValueTable::none;
};

namespace {

struct FieldTexts {
  std::array<JsonFieldText, keys_count> rows{};

  FieldTexts() {
    for (std::size_t i = 0; i < keys_count; ++i) {
      const FieldInfo& field = fields()[i];
      std::string_view key = field.key;
      for (const auto& [identifier, member] : amf_members) {
        if (identifiers[i] == identifier) key = member;
      }
      JsonFieldText& row = rows[i];
      const std::size_t length = std::min(key.size(), key_room - 3);
      row.key[0] = '"';
      std::copy_n(key.begin(), length, row.key.begin() + 1);
      row.key[length + 1] = '"';
      row.key[length + 2] = ':';
      row.key_length = static_cast<std::uint8_t>(length + 3);
      row.list = field.kind == FieldKind::list;
      row.values = field.values;
      if (identifiers[i] == "amf_null" || identifiers[i] == "amf_undefined" ||
          identifiers[i] == "amf_unsupported") {
        row.special = Special::null;
      } else if (identifiers[i] == "amf_date") {
        row.special = Special::date;
      } else if (identifiers[i] == "amf_reference" || identifiers[i] == "amf3_object_reference") {
        row.special = Special::reference;
      }
    }
  }
};

const JsonFieldText* field_texts() {
  static const FieldTexts texts;
  return texts.rows.data();
}

/// Rows of values.def with numbers too large for find_value's constant-time path (FourCCs), sorted.
const ValueInfo* find_large_value(ValueTable table, std::uint64_t number) {
  static const std::vector<const ValueInfo*> sorted = [] {
    std::vector<const ValueInfo*> rows;
    for (const ValueInfo& value : values()) rows.push_back(&value);
    std::sort(rows.begin(), rows.end(), [](const ValueInfo* a, const ValueInfo* b) {
      return a->table != b->table ? a->table < b->table : a->number < b->number;
    });
    return rows;
  }();
  const auto at =
      std::lower_bound(sorted.begin(), sorted.end(), number, [table](const ValueInfo* row, std::uint64_t n) {
        return row->table != table ? row->table < table : row->number < n;
      });
  return at != sorted.end() && (*at)->table == table && (*at)->number == number ? *at : nullptr;
}

const ValueInfo* value_row(ValueTable table, std::uint64_t number) {
  return number < 64 ? find_value(table, number) : find_large_value(table, number);
}

constexpr std::size_t name_room = 48;

/// A name with its quotes, to be copied with a fixed size as keys are.
struct NameText {
  std::array<char, name_room> text{};
  std::size_t length = 0;
};

const NameText& name_text(const ValueInfo& row) {
  static const std::vector<NameText> names = [] {
    std::vector<NameText> all(values().size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::string_view name = values()[i].name.substr(0, name_room - 2);
      all[i].text[0] = '"';
      std::copy(name.begin(), name.end(), all[i].text.begin() + 1);
      all[i].text[name.size() + 1] = '"';
      all[i].length = name.size() + 2;
    }
    return all;
  }();
  return names[static_cast<std::size_t>(&row - values().data())];
}

void append_blob(Buffer& out, Range range, Bytes value) {
  const auto length = std::max<std::size_t>(range.length, value.size());
  out.append("{\"length\":");
  append_unsigned(out, length);
  if (length <= longest_hex_blob && value.size() == length) {
    out.append(",\"hex\":\"");
    append_hex(out, value);
    out.append('"');
  }
  out.append('}');
}

}  // namespace

JsonFieldWriter::JsonFieldWriter(Buffer& out, bool ranges)
    : out_(out), fields_(field_texts()), ranges_(ranges) {}

inline char* JsonFieldWriter::begin_value(const JsonFieldText& field, std::size_t room) {
  char* p = out_.room(key_room + room);
  if (!no_key_) {
    std::memcpy(p, field.key.data(), key_room);
    p += field.key_length;
  }
  no_key_ = in_list_;
  key_at_ = none;
  return p;
}

void JsonFieldWriter::drop_key_without_value() {
  if (key_at_ == none) return;
  out_.truncate(key_at_);
  key_at_ = none;
  no_key_ = in_list_;
}

void JsonFieldWriter::finish() {
  drop_key_without_value();
  while (!levels_.empty()) end(FieldId{}, 0);
  if (ranges_) write_ranges();
}

void JsonFieldWriter::begin(FieldId id, std::uint32_t offset) {
  const JsonFieldText& field = fields_[static_cast<std::size_t>(id)];
  char* p = begin_value(field, 1);
  *p++ = field.list ? '[' : '{';
  out_.commit(p);
  std::size_t entry = none;
  if (ranges_ && begin_range(id, {offset, 0})) entry = range_entries_.size() - 1;
  if (entry != none) end_range();
  levels_.push_back({field.list, entry});
  in_list_ = no_key_ = field.list;
}

void JsonFieldWriter::end(FieldId, std::uint32_t end_offset) {
  if (levels_.empty()) return;
  drop_key_without_value();
  const Level level = levels_.back();
  levels_.pop_back();
  const char close = level.list ? ']' : '}';
  if (out_.back() == ',') {
    out_.back() = close;
  } else {
    out_.append(close);
  }
  out_.append(',');
  in_list_ = no_key_ = !levels_.empty() && levels_.back().list;
  if (level.range_entry != none) {
    Range& range = range_entries_[level.range_entry].range;
    if (end_offset >= range.offset) range.length = end_offset - range.offset;
  }
}

void JsonFieldWriter::key(Range, Bytes name) {
  drop_key_without_value();
  if (in_list_) return;  // an element has no key, whatever the caller thinks
  key_at_ = out_.size();
  append_json_string(out_, as_text(name));
  out_.append(':');
  no_key_ = true;
  if (ranges_) {
    range_key_.assign(as_text(name));
    has_range_key_ = true;
  }
}

void JsonFieldWriter::number(FieldId id, Range range, std::uint64_t value) {
  const JsonFieldText& field = fields_[static_cast<std::size_t>(id)];
  if (field.special == Special::reference) return reference(id, range, value);
  char* p = begin_value(field, name_room + 1);
  const ValueInfo* row = field.values == ValueTable::none ? nullptr : value_row(field.values, value);
  if (row == nullptr) {
    p = write_unsigned(p, value);
  } else {
    const NameText& name = name_text(*row);
    std::memcpy(p, name.text.data(), name_room);
    p += name.length;
  }
  *p++ = ',';
  out_.commit(p);
  if (ranges_ && begin_range(id, range)) {
    append_unsigned(range_text_, value);
    end_range();
  }
}

/// A number alone could be one that the sender wrote.
void JsonFieldWriter::reference(FieldId id, Range range, std::uint64_t index) {
  out_.commit(begin_value(fields_[static_cast<std::size_t>(id)], 0));
  out_.append("{\"@");
  out_.append(info(id).key);
  out_.append("\":");
  append_unsigned(out_, index);
  out_.append("},");
  if (ranges_ && begin_range(id, range)) {
    append_unsigned(range_text_, index);
    end_range();
  }
}

void JsonFieldWriter::signed_number(FieldId id, Range range, std::int64_t value) {
  char* p = begin_value(fields_[static_cast<std::size_t>(id)], longest_unsigned + 2);
  p = write_signed(p, value);
  *p++ = ',';
  out_.commit(p);
  if (ranges_ && begin_range(id, range)) {
    range_text_.commit(write_signed(range_text_.room(longest_unsigned + 1), value));
    end_range();
  }
}

void JsonFieldWriter::real(FieldId id, Range range, double value) {
  const JsonFieldText& field = fields_[static_cast<std::size_t>(id)];
  out_.commit(begin_value(field, 0));
  const std::string date = field.special == Special::date ? date_text(value) : std::string();
  if (date.empty()) {
    append_real(out_, value);
  } else {
    append_json_string(out_, date);
  }
  out_.append(',');
  if (ranges_ && begin_range(id, range)) {
    append_real(range_text_, value);
    end_range();
  }
}

void JsonFieldWriter::flag(FieldId id, Range range, bool value) {
  const JsonFieldText& field = fields_[static_cast<std::size_t>(id)];
  constexpr std::size_t fixed = 8;
  // Padded, so that the copy has a fixed size; the padding is overwritten by what follows.
  const char* const padded = field.special == Special::null ? "null,   " : value ? "true,   " : "false,  ";
  const std::string_view text(padded, padded[4] == ',' ? 5 : 6);
  char* p = begin_value(field, fixed);
  std::memcpy(p, padded, fixed);
  out_.commit(p + text.size());
  if (ranges_ && begin_range(id, range)) {
    range_text_.append(text.substr(0, text.size() - 1));
    end_range();
  }
}

void JsonFieldWriter::text(FieldId id, Range range, Bytes value) {
  out_.commit(begin_value(fields_[static_cast<std::size_t>(id)], 0));
  append_json_text(out_, value);
  out_.append(',');
  if (ranges_ && begin_range(id, range)) {
    append_json_text(range_text_, value);
    end_range();
  }
}

void JsonFieldWriter::blob(FieldId id, Range range, Bytes value) {
  out_.commit(begin_value(fields_[static_cast<std::size_t>(id)], 0));
  append_blob(out_, range, value);
  out_.append(',');
  if (ranges_ && begin_range(id, range)) {
    append_blob(range_text_, range, value);
    end_range();
  }
}

/// Whether the field is listed; its value then goes to the end of range_text_, followed by end_range.
bool JsonFieldWriter::begin_range(FieldId id, Range range) {
  const FieldKind kind = info(id).kind;
  const bool container = kind == FieldKind::object || kind == FieldKind::list;
  if (levels_.empty() && range.length == 0 && !container) return false;
  RangeEntry entry{.id = id, .range = range};
  if (has_range_key_) append_json_string(range_text_, range_key_);
  has_range_key_ = false;
  entry.key_end = range_text_.size();
  range_entries_.push_back(entry);
  return true;
}

void JsonFieldWriter::end_range() {
  range_entries_.back().value_end = range_text_.size();
}

void JsonFieldWriter::write_ranges() {
  out_.append("\"ranges\":[");
  std::size_t at = 0;
  for (const RangeEntry& entry : range_entries_) {
    out_.append("{\"field\":\"rtmpscope.");
    out_.append(info(entry.id).filter);
    out_.append('"');
    if (entry.key_end != at) {
      out_.append(",\"key\":");
      out_.append(range_text_.view(at, entry.key_end));
    }
    out_.append(",\"offset\":");
    append_unsigned(out_, entry.range.offset);
    out_.append(",\"length\":");
    append_unsigned(out_, entry.range.length);
    if (entry.value_end != entry.key_end) {
      out_.append(",\"value\":");
      out_.append(range_text_.view(entry.key_end, entry.value_end));
    }
    out_.append("},");
    at = entry.value_end;
  }
  if (range_entries_.empty()) {
    out_.append(']');
  } else {
    out_.back() = ']';
  }
  out_.append(',');
  range_entries_.clear();
  range_text_.clear();
  has_range_key_ = false;
}

void close_object(Buffer& out) {
  if (!out.empty() && out.back() == ',') {
    out.back() = '}';
  } else {
    out.append('}');
  }
}

}  // namespace rtmpscope::output
