#include "amf/walk.hpp"

namespace rtmpscope::amf {
namespace {

// AMF3 3.1.
enum Marker : std::uint8_t {
  undefined = 0x00,
  null = 0x01,
  boolean_false = 0x02,
  boolean_true = 0x03,
  integer = 0x04,
  number = 0x05,
  string = 0x06,
  xml_document = 0x07,
  date = 0x08,
  array = 0x09,
  object = 0x0A,
  xml = 0x0B,
  byte_array = 0x0C,
  vector_int = 0x0D,
  vector_uint = 0x0E,
  vector_double = 0x0F,
  vector_object = 0x10,
  dictionary = 0x11,
};

bool push_integer(Walk& walk, std::uint32_t start) {
  const std::optional<std::uint32_t> value = read_u29(walk.reader);
  if (!value) return walk.stop_truncated(start, 1);
  // Bit 28 is the sign.
  const auto extended = static_cast<std::int32_t>(*value << 3) >> 3;
  walk.sink.signed_number(FieldId::amf3_integer, walk.since(start), extended);
  return true;
}

bool push_number(Walk& walk, FieldId id, std::uint32_t start) {
  if (walk.reader.remaining() < 8) return walk.stop_truncated(start, 8);
  const double value = walk.reader.real();
  walk.real(id, walk.since(start), value);
  return true;
}

/// The text that a string reference stands for; empty text and a finding if it stands for none.
std::optional<Bytes> resolve_string(Walk& walk, std::uint32_t index, Range range) {
  const std::optional<Bytes> text = walk.references.string(index);
  if (!text) {
    walk.unresolved_reference = true;
    walk.sink.finding(FindingId::amf3_string_reference_unresolved, range, index,
                      walk.references.string_count());
  }
  return text;
}

bool push_string(Walk& walk, std::uint32_t start) {
  const std::optional<std::uint32_t> header = read_u29(walk.reader);
  if (!header) return walk.stop_truncated(start, 1);
  const std::uint32_t value = *header >> 1;
  if ((*header & 1U) == 0) {
    const std::optional<Bytes> text = resolve_string(walk, value, walk.since(start));
    if (!text) {
      walk.sink.flag(FieldId::amf_null, walk.since(start), false);
      return true;
    }
    if (!walk.count_expansion(start, *text)) return false;
    walk.sink.text(FieldId::amf_string, walk.since(start), *text);
    return true;
  }
  if (value > 0 && value <= walk.reader.remaining() &&
      !walk.references.add_string(walk.reader.rest().first(value))) {
    return walk.stop(FindingId::amf_table_limit, start, max_table_entries);
  }
  return walk.take_text(FieldId::amf_string, start, value);
}

/// Reads the U29 that complex values begin with. If it is a reference, pushes that. `count` is what else it
/// says.
enum class Header : std::uint8_t { over, reference, inline_value };
Header read_header(Walk& walk, std::uint32_t start, std::uint32_t& count) {
  const std::optional<std::uint32_t> header = read_u29(walk.reader);
  if (!header) {
    walk.stop_truncated(start, 1);
    return Header::over;
  }
  count = *header >> 1;
  if ((*header & 1U) == 0) {
    push_object_reference(walk, start, count);
    return Header::reference;
  }
  walk.references.add_object();
  return Header::inline_value;
}

bool push_byte_array(Walk& walk, std::uint32_t start, std::uint32_t length) {
  const std::uint32_t content = walk.reader.position();
  const std::size_t available = walk.reader.remaining();
  const Bytes bytes = walk.reader.take(length);
  if (available < length) {
    walk.sink.finding(FindingId::amf_value_truncated, walk.since(start), available, length);
  }
  // Without marker and length: the length of a range of bytes is how many bytes there are.
  walk.sink.blob(FieldId::amf3_byte_array, walk.since(content), bytes);
  return available >= length;
}

bool walk_values(Walk& walk, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t start = walk.reader.position();
    if (walk.reader.at_end()) return walk.stop(FindingId::amf_array_short, start, i, count);
    if (!walk_amf3(walk, start)) return false;
  }
  return true;
}

bool walk_array(Walk& walk, std::uint32_t start, std::uint32_t count) {
  Name name;
  if (!read_name(walk, name, start)) return false;
  if (name.end_of_names()) {
    return walk.container(FieldId::amf3_array, start, [&] { return walk_values(walk, count); });
  }
  return walk.container(FieldId::amf3_associative_array, start, [&] {
    while (!name.end_of_names()) {
      if (!walk_amf3_member(walk, name) || !read_name(walk, name, walk.reader.position())) return false;
    }
    if (count == 0) return true;
    return walk.container(FieldId::amf3_dense, walk.reader.position(),
                          [&] { return walk_values(walk, count); });
  });
}

bool walk_number_vector(Walk& walk, std::uint8_t marker, std::uint32_t count) {
  ByteReader& reader = walk.reader;
  const std::uint32_t size = marker == vector_double ? 8 : 4;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t start = reader.position();
    if (reader.remaining() < size) return walk.stop(FindingId::amf_array_short, start, i, count);
    if (!walk.count_value(start)) return false;
    const Range range{start, size};
    if (marker == vector_int) {
      walk.sink.signed_number(FieldId::amf3_vector_int, range, static_cast<std::int32_t>(reader.u32()));
    } else if (marker == vector_uint) {
      walk.sink.number(FieldId::amf3_vector_uint, range, reader.u32());
    } else {
      walk.real(FieldId::amf_number, range, reader.real());
    }
  }
  return true;
}

bool walk_vector(Walk& walk, std::uint8_t marker, std::uint32_t start, std::uint32_t count) {
  if (walk.reader.at_end()) return walk.stop_truncated(start, 1);
  walk.reader.u8();  // whether the length is fixed: nothing that the values show
  if (marker != vector_object) {
    return walk.container(FieldId::amf3_vector, start,
                          [&] { return walk_number_vector(walk, marker, count); });
  }
  Name type;
  if (!read_name(walk, type, start)) return false;
  if (type.text.empty() || as_text(type.text) == "*") {
    return walk.container(FieldId::amf3_vector, start, [&] { return walk_values(walk, count); });
  }
  if (type.by_reference && !walk.count_expansion(start, type.text)) return false;
  return walk.container(FieldId::amf3_typed_vector, start, [&] {
    walk.sink.text(FieldId::amf_class_name, type.range, type.text);
    return walk.container(FieldId::amf3_dense, walk.reader.position(),
                          [&] { return walk_values(walk, count); });
  });
}

bool walk_dictionary(Walk& walk, std::uint32_t start, std::uint32_t count) {
  if (walk.reader.at_end()) return walk.stop_truncated(start, 1);
  walk.reader.u8();  // whether keys are weak references: nothing that the values show
  return walk.container(FieldId::amf3_dictionary, start, [&] {
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t entry = walk.reader.position();
      if (walk.reader.at_end()) return walk.stop(FindingId::amf_array_short, entry, i, count);
      if (!walk.container(FieldId::amf3_dictionary_entry, entry, [&] { return walk_values(walk, 2); })) {
        return false;
      }
    }
    return true;
  });
}

/// Values that have an entry in the object table.
bool walk_complex(Walk& walk, std::uint8_t marker, std::uint32_t start) {
  std::uint32_t count = 0;
  switch (read_header(walk, start, count)) {
    case Header::over: return false;
    case Header::reference: return true;
    case Header::inline_value: break;
  }
  switch (marker) {
    case xml_document:
    case xml: return walk.take_text(FieldId::amf_xml, start, count);
    case date: return push_number(walk, FieldId::amf_date, start);
    case array: return walk_array(walk, start, count);
    case byte_array: return push_byte_array(walk, start, count);
    case dictionary: return walk_dictionary(walk, start, count);
    default: return walk_vector(walk, marker, start, count);
  }
}

/// Reads a value without showing it. Whether it can be delimited and all its references have targets.
bool makes_sense(const Walk& walk, std::uint32_t start) {
  ByteReader reader = walk.reader;
  NullSink nowhere;
  Walk trial(reader, walk.references, nowhere);
  trial.depth = walk.depth;
  const References::Mark mark = walk.references.mark();
  const bool delimited = walk_amf3(trial, start);
  walk.references.rewind(mark);
  return delimited && !trial.unresolved_reference;
}

}  // namespace

std::optional<std::uint32_t> read_u29(ByteReader& reader) {
  std::uint32_t value = 0;
  for (int i = 0; i < 3; ++i) {
    if (reader.at_end()) return std::nullopt;
    const std::uint8_t byte = reader.u8();
    value = value << 7 | (byte & 0x7FU);
    if (byte < 0x80) return value;
  }
  if (reader.at_end()) return std::nullopt;
  return value << 8 | reader.u8();  // the fourth byte has no continuation bit
}

bool read_name(Walk& walk, Name& name, std::uint32_t shown_until) {
  const std::uint32_t start = walk.reader.position();
  const std::optional<std::uint32_t> header = read_u29(walk.reader);
  if (!header) return walk.stop_truncated(shown_until, 1);
  const std::uint32_t value = *header >> 1;
  name.by_reference = (*header & 1U) == 0;
  if (name.by_reference) {
    name.range = walk.since(start);
    name.text = resolve_string(walk, value, name.range).value_or(Bytes{});
    return true;
  }
  if (value > walk.reader.remaining()) return walk.stop_truncated(shown_until, value);
  name.text = walk.reader.take(value);
  name.range = walk.since(start);
  if (value == 0) return true;
  walk.check_utf8(name.range, name.text);
  if (walk.references.add_string(name.text)) return true;
  return walk.stop(FindingId::amf_table_limit, shown_until, max_table_entries);
}

bool walk_amf3_member(Walk& walk, const Name& name) {
  // A key is only pushed if there is at least the marker of its value: sinks may rely on a value after each
  // key.
  if (walk.reader.at_end()) return walk.stop_truncated(name.range.offset, 1);
  if (name.by_reference && !walk.count_expansion(name.range.offset, name.text)) return false;
  walk.sink.key(name.range, name.text);
  return walk_amf3(walk, walk.reader.position());
}

bool push_object_reference(Walk& walk, std::uint32_t start, std::uint32_t index) {
  const std::uint32_t count = walk.references.object_count();
  if (index >= count) {
    walk.unresolved_reference = true;
    walk.sink.finding(FindingId::amf3_object_reference_unresolved, walk.since(start), index, count);
  }
  walk.sink.number(FieldId::amf3_object_reference, walk.since(start), index);
  return true;
}

bool walk_amf3(Walk& walk, std::uint32_t start) {
  ByteReader& reader = walk.reader;
  if (reader.at_end()) return walk.stop_truncated(start, 1);
  if (!walk.count_value(start)) return false;
  const std::uint8_t marker = reader.u8();
  switch (marker) {
    case undefined: walk.sink.flag(FieldId::amf_undefined, walk.since(start), false); return true;
    case null: walk.sink.flag(FieldId::amf_null, walk.since(start), false); return true;
    case boolean_false:
    case boolean_true:
      walk.sink.flag(FieldId::amf_boolean, walk.since(start), marker == boolean_true);
      return true;
    case integer: return push_integer(walk, start);
    case number: return push_number(walk, FieldId::amf_number, start);
    case string: return push_string(walk, start);
    case object: return walk_amf3_object(walk, start);
    case xml_document:
    case date:
    case array:
    case xml:
    case byte_array:
    case vector_int:
    case vector_uint:
    case vector_double:
    case vector_object:
    case dictionary: return walk_complex(walk, marker, start);
    default: return walk.stop(FindingId::amf3_marker_unknown, start, marker);
  }
}

bool walk_outermost_amf3(Walk& walk, std::uint32_t start) {
  using Scope = References::Scope;
  References& references = walk.references;
  // Red5 and BlazeDS continue the tables over a message; some senders start anew with each value. The latter
  // shows when a value makes sense only with empty tables. Each answer is final, and that bounds the trials:
  // only an attempt that agrees with what is shown afterwards is repeated.
  if (references.amf3_scope() == Scope::unknown && !references.amf3_tables_empty() &&
      !makes_sense(walk, start)) {
    const References::Mark mark = references.mark();
    references.restart_amf3_tables();
    references.set_amf3_scope(makes_sense(walk, start) ? Scope::value : Scope::message);
    references.rewind(mark);
    if (references.amf3_scope() == Scope::value) {
      walk.sink.finding(FindingId::amf3_tables_restarted, {start, 0});
    }
  }
  if (references.amf3_scope() == Scope::value) references.restart_amf3_tables();
  return walk_amf3(walk, start);
}

bool describe_amf3_value(ByteReader& reader, References& references, FieldSink& sink) {
  Walk walk(reader, references, sink);
  return walk_outermost_amf3(walk, reader.position());
}

}  // namespace rtmpscope::amf
