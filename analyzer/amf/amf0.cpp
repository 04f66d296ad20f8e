#include "amf/walk.hpp"

namespace rtmpscope::amf {
namespace {

// AMF0 2.1. Red5 also takes 0D to 10 for AMF3 vectors here; they have other meanings in AMF0, and no sender
// is known.
enum Marker : std::uint8_t {
  number = 0x00,
  boolean = 0x01,
  string = 0x02,
  object = 0x03,
  movie_clip = 0x04,
  null = 0x05,
  undefined = 0x06,
  reference = 0x07,
  ecma_array = 0x08,
  object_end = 0x09,
  strict_array = 0x0A,
  date = 0x0B,
  long_string = 0x0C,
  unsupported = 0x0D,
  record_set = 0x0E,
  xml_document = 0x0F,
  typed_object = 0x10,
  avm_plus = 0x11,
  int64 = 0x22,  // in no specification, but known to Wireshark
};

/// The message ended where a name or the terminator must be.
bool end_without_terminator(Walk& walk, std::uint32_t position, std::uint32_t members,
                            const std::uint32_t* announced) {
  if (announced != nullptr && *announced == members) {
    walk.sink.finding(FindingId::amf0_ecma_terminator_missing, walk.since(position), members);
  } else if (!walk.missing_end_reported) {
    walk.missing_end_reported = true;
    walk.sink.finding(FindingId::amf0_object_unterminated, walk.since(position), members);
  }
  return true;
}

/// Names and values up to the terminator. `announced` is the count of an ECMA array, else null.
bool walk_members(Walk& walk, const std::uint32_t* announced) {
  ByteReader& reader = walk.reader;
  for (std::uint32_t members = 0;; ++members) {
    const std::uint32_t start = reader.position();
    if (reader.at_end()) return end_without_terminator(walk, start, members, announced);
    if (reader.remaining() < 2) return walk.stop_truncated(start, 2);
    const std::uint16_t length = reader.u16();
    if (length == 0 && reader.at_end()) return end_without_terminator(walk, start, members, announced);
    if (length == 0 && reader.peek() == object_end) {
      reader.u8();
      if (announced != nullptr && *announced != members) {
        walk.sink.finding(FindingId::amf0_ecma_count_differs, walk.since(start), *announced, members);
      }
      return true;
    }
    // A name without at least the marker of its value is no member: sinks may rely on a value after each key.
    if (reader.remaining() <= length) return walk.stop_truncated(start, length + 1U);
    const Bytes name = reader.take(length);
    walk.check_utf8(walk.since(start), name);
    walk.sink.key(walk.since(start), name);
    if (!walk_amf0(walk)) return false;
  }
}

bool walk_strict_array(Walk& walk) {
  const std::uint32_t count = walk.reader.u32();
  for (std::uint32_t i = 0; i < count; ++i) {
    if (walk.reader.at_end()) return walk.stop(FindingId::amf_array_short, walk.reader.position(), i, count);
    if (!walk_amf0(walk)) return false;
  }
  return true;
}

bool walk_typed_object(Walk& walk) {
  const std::uint32_t start = walk.reader.position();
  const std::uint16_t length = walk.reader.u16();
  return walk.take_text(FieldId::amf_class_name, start, length) && walk_members(walk, nullptr);
}

void push_boolean(Walk& walk, std::uint32_t start) {
  const std::uint8_t value = walk.reader.u8();
  if (value > 1) walk.sink.finding(FindingId::amf0_boolean_odd, walk.since(start), value);
  walk.sink.flag(FieldId::amf_boolean, walk.since(start), value != 0);
}

void push_date(Walk& walk, std::uint32_t start) {
  const double milliseconds = walk.reader.real();
  const auto minutes = static_cast<std::int16_t>(walk.reader.u16());
  if (minutes != 0) {
    const auto magnitude = static_cast<std::uint64_t>(minutes < 0 ? -minutes : +minutes);
    walk.sink.finding(FindingId::amf0_date_time_zone, walk.since(start), magnitude, minutes < 0 ? 1 : 0);
  }
  walk.real(FieldId::amf_date, walk.since(start), milliseconds);
}

void push_reference(Walk& walk, std::uint32_t start) {
  const std::uint16_t index = walk.reader.u16();
  const std::uint32_t count = walk.references.amf0_complex_count();
  if (index >= count)
    walk.sink.finding(FindingId::amf0_reference_unresolved, walk.since(start), index, count);
  walk.sink.number(FieldId::amf_reference, walk.since(start), index);
}

/// Bytes directly after the marker that every value of its type has.
std::uint32_t fixed_size(std::uint8_t marker) {
  switch (marker) {
    case boolean: return 1;
    case string:
    case reference:
    case typed_object: return 2;
    case ecma_array:
    case strict_array:
    case long_string:
    case xml_document: return 4;
    case number:
    case int64: return 8;
    case date: return 10;
    default: return 0;
  }
}

}  // namespace

// long: one case per marker
bool walk_amf0(Walk& walk) {
  ByteReader& reader = walk.reader;
  FieldSink& sink = walk.sink;
  const std::uint32_t start = reader.position();
  if (reader.at_end()) return walk.stop_truncated(start, 1);
  if (!walk.count_value(start)) return false;
  const std::uint8_t marker = reader.u8();
  if (reader.remaining() < fixed_size(marker)) return walk.stop_truncated(start, fixed_size(marker));

  switch (marker) {
    case number: {
      const double value = reader.real();
      walk.real(FieldId::amf_number, walk.since(start), value);
      return true;
    }
    case boolean: push_boolean(walk, start); return true;
    case string: {
      const std::uint32_t length = reader.u16();
      return walk.take_text(FieldId::amf_string, start, length);
    }
    case long_string: {
      const std::uint32_t length = reader.u32();
      return walk.take_text(FieldId::amf_string, start, length);
    }
    case xml_document: {
      const std::uint32_t length = reader.u32();
      return walk.take_text(FieldId::amf_xml, start, length);
    }
    case null: sink.flag(FieldId::amf_null, walk.since(start), false); return true;
    case undefined: sink.flag(FieldId::amf_undefined, walk.since(start), false); return true;
    case unsupported: sink.flag(FieldId::amf_unsupported, walk.since(start), false); return true;
    case movie_clip:
    case record_set:
      sink.flag(FieldId::amf_unsupported, walk.since(start), false);
      return walk.stop(FindingId::amf0_marker_reserved, reader.position(), marker);
    case object_end:
      sink.finding(FindingId::amf0_object_end_misplaced, walk.since(start));
      sink.flag(FieldId::amf_unsupported, walk.since(start), false);
      return true;
    case reference: push_reference(walk, start); return true;
    case date: push_date(walk, start); return true;
    case int64: {
      const auto value = static_cast<std::int64_t>(reader.u64());
      sink.signed_number(FieldId::amf_int64, walk.since(start), value);
      return true;
    }
    // Complex values get their index when their marker is met, so that a member can refer to what it is part
    // of.
    case object:
      walk.references.add_amf0_complex();
      return walk.container(FieldId::amf_object, start, [&] { return walk_members(walk, nullptr); });
    case ecma_array:
      walk.references.add_amf0_complex();
      return walk.container(FieldId::amf_ecma_array, start, [&] {
        const std::uint32_t announced = reader.u32();
        sink.number(FieldId::amf_ecma_count, {start + 1, 4}, announced);
        return walk_members(walk, &announced);
      });
    case strict_array:
      walk.references.add_amf0_complex();
      return walk.container(FieldId::amf_strict_array, start, [&] { return walk_strict_array(walk); });
    case typed_object:
      walk.references.add_amf0_complex();
      return walk.container(FieldId::amf_typed_object, start, [&] { return walk_typed_object(walk); });
    case avm_plus:
      // The switch is for this one value; what follows is AMF0 again (Enhanced RTMP v2, AMF).
      return walk_outermost_amf3(walk, start);
    default: return walk.stop(FindingId::amf0_marker_unknown, start, marker);
  }
}

bool describe_amf0_value(ByteReader& reader, References& references, FieldSink& sink) {
  Walk walk(reader, references, sink);
  return walk_amf0(walk);
}

void describe_amf0_values(ByteReader& reader, References& references, FieldSink& sink) {
  while (!reader.at_end()) describe_amf0_value(reader, references, sink);
}

}  // namespace rtmpscope::amf
