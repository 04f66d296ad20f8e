// AMF3 objects (AMF3 3.12).
#include "amf/walk.hpp"

namespace rtmpscope::amf {
namespace {

/// Reads the names of inline traits, enters them into the table and shows the class name.
bool read_inline_traits(Walk& walk, std::uint32_t header, References::Traits& traits) {
  const std::uint32_t start = walk.reader.position();
  Name name;
  if (!read_name(walk, name, start)) return false;
  if (!name.text.empty()) {
    if (name.by_reference && !walk.count_expansion(start, name.text)) return false;
    walk.sink.text(FieldId::amf_class_name, name.range, name.text);
  }
  traits.class_name = name.text;
  traits.externalizable = (header & 4U) != 0;
  traits.dynamic = !traits.externalizable && (header & 8U) != 0;
  traits.first_member = walk.references.member_name_count();
  traits.member_count = traits.externalizable ? 0 : header >> 4;
  for (std::uint32_t i = 0; i < traits.member_count; ++i) {
    const std::uint32_t name_start = walk.reader.position();
    if (!read_name(walk, name, name_start)) return false;
    if (!walk.references.add_member_name(name.text)) {
      return walk.stop(FindingId::amf_table_limit, name_start, max_table_entries);
    }
  }
  if (walk.references.add_traits(traits)) return true;
  return walk.stop(FindingId::amf_table_limit, start, max_table_entries);
}

bool find_traits(Walk& walk, std::uint32_t index, Range header, References::Traits& traits) {
  const std::optional<References::Traits> found = walk.references.traits(index);
  if (!found) {
    walk.unresolved_reference = true;
    return walk.stop(FindingId::amf3_traits_reference_unresolved, header.offset, index,
                     walk.references.traits_count());
  }
  traits = *found;
  if (traits.class_name.empty()) return true;
  if (!walk.count_expansion(header.offset, traits.class_name)) return false;
  walk.sink.text(FieldId::amf_class_name, header, traits.class_name);
  return true;
}

bool walk_object_content(Walk& walk, std::uint32_t header, Range header_range) {
  References::Traits traits;
  const bool known = (header & 2U) == 0 ? find_traits(walk, header >> 2, header_range, traits)
                                        : read_inline_traits(walk, header, traits);
  if (!known) return false;
  if (traits.externalizable) return walk_externalizable(walk, traits.class_name);

  for (std::uint32_t i = 0; i < traits.member_count; ++i) {
    // The name lies in the traits, perhaps in an earlier object: no bytes of its own here.
    const Name name{.text = walk.references.member_name(traits.first_member + i),
                    .range = {walk.reader.position(), 0},
                    .by_reference = true};
    if (!walk_amf3_member(walk, name)) return false;
  }
  if (!traits.dynamic) return true;
  for (Name name;;) {
    if (!read_name(walk, name, walk.reader.position())) return false;
    if (name.end_of_names()) return true;
    if (!walk_amf3_member(walk, name)) return false;
  }
}

}  // namespace

bool walk_amf3_object(Walk& walk, std::uint32_t start) {
  const std::uint32_t header_start = walk.reader.position();
  const std::optional<std::uint32_t> header = read_u29(walk.reader);
  if (!header) return walk.stop_truncated(start, 1);
  if ((*header & 1U) == 0) return push_object_reference(walk, start, *header >> 1);
  const Range header_range = walk.since(header_start);
  walk.references.add_object();
  return walk.container(FieldId::amf3_object, start,
                        [&] { return walk_object_content(walk, *header, header_range); });
}

}  // namespace rtmpscope::amf
