// What the AMF0 and the AMF3 walker share: position, limits, and how a value ends early. Internal to amf/.
#pragma once

#include "amf/amf.hpp"

namespace rtmpscope::amf {

/// One walk over one value and all that it contains.
///
/// Functions that return bool return false if the walk is over: then a finding has been pushed, the bytes
/// that are left have been shown, and the reader is at its end. Whoever gets false ends its containers and
/// passes it on.
class Walk {
 public:
  Walk(ByteReader& r, References& table, FieldSink& s) : reader(r), references(table), sink(s) {}

  /// From `start` to the reader's position.
  [[nodiscard]] Range since(std::uint32_t start) const { return {start, reader.position() - start}; }

  /// Ends the walk: finding and amf_unparsed from `start` to the reader's end. Returns false.
  bool stop(FindingId id, std::uint32_t start, std::uint64_t a = 0, std::uint64_t b = 0);
  /// stop() with amf_value_truncated. `needed` counts from the reader's position.
  bool stop_truncated(std::uint32_t start, std::uint64_t needed);

  /// To be called once a value; false if max_values is reached.
  bool count_value(std::uint32_t start) {
    if (++references.values <= max_values) return true;
    return stop(FindingId::amf_value_limit, start, max_values);
  }
  /// To be called before text is pushed that does not itself lie on the wire.
  bool count_expansion(std::uint32_t start, Bytes text);

  /// The next `length` bytes as the value that began at `start`; what is there, if there are fewer.
  bool take_text(FieldId id, std::uint32_t start, std::uint32_t length);
  void real(FieldId id, Range range, double value);
  void check_utf8(Range range, Bytes text);

  /// begin, `body()`, end, within the depth limit. `body` returns false if the walk is over.
  template <typename Body>
  bool container(FieldId id, std::uint32_t start, Body body) {
    if (depth == max_depth) return stop(FindingId::amf_depth_limit, start, max_depth);
    ++depth;
    sink.begin(id, start);
    const bool going_on = body();
    sink.end(id, reader.position());
    --depth;
    return going_on;
  }

  ByteReader& reader;
  References& references;
  FieldSink& sink;
  std::uint32_t depth = 0;
  bool missing_end_reported = false;  ///< one finding for all objects that the message's end leaves open
  bool unresolved_reference = false;  ///< an AMF3 reference had no target
};

/// One AMF0 value at the reader's position.
bool walk_amf0(Walk& walk);
/// One AMF3 value; `start` is where its range begins (at its marker, or at the AVM+ marker before that).
bool walk_amf3(Walk& walk, std::uint32_t start);
/// walk_amf3 for a value that is not part of another AMF3 value: decides whether the tables continue.
bool walk_outermost_amf3(Walk& walk, std::uint32_t start);
/// An AMF3 object, after its marker.
bool walk_amf3_object(Walk& walk, std::uint32_t start);
/// The bytes of an externalizable class, after its traits.
bool walk_externalizable(Walk& walk, Bytes class_name);

/// AMF3 1.3.1: 1 to 4 bytes, 29 bits. Empty if the reader ends first.
[[nodiscard]] std::optional<std::uint32_t> read_u29(ByteReader& reader);

/// A name: class, member, key. `end_of_names` if it is the empty string itself (not a reference).
struct Name {
  Bytes text;
  Range range;
  bool by_reference = false;
  [[nodiscard]] bool end_of_names() const { return text.empty() && !by_reference; }
};
/// Reads a name and enters it into the string table. False as in Walk: then the bytes from `shown_until` on,
/// which have not been shown yet, become amf_unparsed. Otherwise nothing but findings is pushed.
bool read_name(Walk& walk, Name& name, std::uint32_t shown_until);
/// Reads `name`'s value and pushes both.
bool walk_amf3_member(Walk& walk, const Name& name);
/// For a reference into the object table.
bool push_object_reference(Walk& walk, std::uint32_t start, std::uint32_t index);

}  // namespace rtmpscope::amf
