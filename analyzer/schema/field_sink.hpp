// What a describe function pushes fields into.
#pragma once

#include "base/bytes.hpp"
#include "schema/schema.hpp"

namespace rtmpscope {

/// Takes the fields of one event or message body, one call a field, in wire order.
///
/// Containers nest: every `begin` has its `end`. `key` names the next value or container and is used for AMF
/// properties, whose names are data; all other names come from the table. Ranges lie within the buffer that
/// was given to the describe function and within the range of the enclosing container; a value that is not on
/// the wire (inherited, computed) has a range of length 0. Views are valid only during the call.
///
/// Describe functions are pure: the same input gives the same calls, as often as it is asked for.
class FieldSink {
 public:
  virtual ~FieldSink() = default;

  virtual void begin(FieldId id, std::uint32_t offset) = 0;
  virtual void end(FieldId id, std::uint32_t end_offset) = 0;
  virtual void key(Range range, Bytes name) = 0;
  virtual void number(FieldId id, Range range, std::uint64_t value) = 0;
  virtual void signed_number(FieldId id, Range range, std::int64_t value) = 0;
  virtual void real(FieldId id, Range range, double value) = 0;
  virtual void flag(FieldId id, Range range, bool value) = 0;
  /// Text as it is on the wire; it may not be UTF-8.
  virtual void text(FieldId id, Range range, Bytes value) = 0;
  /// `value` may be shorter than the range where the bytes were not kept.
  virtual void blob(FieldId id, Range range, Bytes value) = 0;
  /// Something odd about the bytes of `range`; may come at any place, also between a key and its value.
  virtual void finding(FindingId id, Range range, std::uint64_t a = 0, std::uint64_t b = 0) = 0;
};

/// Ignores everything. Base of sinks that want a few calls only.
class NullSink : public FieldSink {
 public:
  void begin(FieldId, std::uint32_t) override {}
  void end(FieldId, std::uint32_t) override {}
  void key(Range, Bytes) override {}
  void number(FieldId, Range, std::uint64_t) override {}
  void signed_number(FieldId, Range, std::int64_t) override {}
  void real(FieldId, Range, double) override {}
  void flag(FieldId, Range, bool) override {}
  void text(FieldId, Range, Bytes) override {}
  void blob(FieldId, Range, Bytes) override {}
  void finding(FindingId, Range, std::uint64_t, std::uint64_t) override {}
};

}  // namespace rtmpscope
