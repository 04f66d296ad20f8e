// Writes described fields as the members of a JSON object.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "output/buffer.hpp"
#include "schema/field_sink.hpp"

namespace rtmpscope::output {

struct JsonFieldText;

/// Blobs whose range is longer than this print their length only; media payload in hexadecimal helps nobody.
inline constexpr std::uint32_t longest_hex_blob = 64;

/// Appends the fields of one event to a buffer as the members of a JSON object.
///
/// Every member is followed by a comma; `close_object` turns the last one into the closing brace. Rules for
/// values:
///   - numbers with a value table print the row's name, or the number if the table has no row for it;
///   - whole reals up to 2^53 print as integers, other reals in their shortest form, NaN and infinities as
///   null;
///   - AMF null, undefined and unsupported print as null, AMF dates as RFC 3339 strings;
///   - text prints as a string, or as {"hex":"…"} if it is not UTF-8;
///   - bytes print as {"length":n,"hex":"…"}, without hex if the range is longer than longest_hex_blob or if
///   not all
///     of the bytes were kept.
/// AMF property names are the keys of their values; bytes of such a name that are not UTF-8 become U+FFFD.
/// The class name of a typed object has the key "@class", the dense part of an AMF3 array "@dense". Findings
/// are left out: they are events of their own.
class JsonFieldWriter final : public FieldSink {
 public:
  /// With `ranges`, `finish` adds the member "ranges": every field in wire order, flat, with offset, length
  /// and its raw value. Fields at the top that have no bytes of their own (the head of a message) are not
  /// listed.
  explicit JsonFieldWriter(Buffer& out, bool ranges = false);

  /// Closes containers that were left open and writes the ranges. To be called once after describing an
  /// event; the writer is then ready for the next one.
  void finish();

  void begin(FieldId id, std::uint32_t offset) override;
  void end(FieldId id, std::uint32_t end_offset) override;
  void key(Range range, Bytes name) override;
  void number(FieldId id, Range range, std::uint64_t value) override;
  void signed_number(FieldId id, Range range, std::int64_t value) override;
  void real(FieldId id, Range range, double value) override;
  void flag(FieldId id, Range range, bool value) override;
  void text(FieldId id, Range range, Bytes value) override;
  void blob(FieldId id, Range range, Bytes value) override;
  void finding(FindingId, Range, std::uint64_t, std::uint64_t) override {}

 private:
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

  struct Level {
    bool list = false;
    std::size_t range_entry = none;
  };
  struct RangeEntry {
    FieldId id{};
    Range range;
    std::size_t key_end = 0;    ///< in range_text_; the key begins where the entry before ends
    std::size_t value_end = 0;  ///< likewise; the value begins at key_end
  };

  [[nodiscard]] char* begin_value(const JsonFieldText& field, std::size_t room);
  void drop_key_without_value();
  void reference(FieldId id, Range range, std::uint64_t index);
  [[nodiscard]] bool begin_range(FieldId id, Range range);
  void end_range();
  void write_ranges();

  Buffer& out_;
  const JsonFieldText* fields_;
  bool no_key_ = false;  ///< the next value is a list element, or its key is already written
  bool in_list_ = false;
  bool ranges_;
  std::size_t key_at_ = none;  ///< where the key that waits for its value begins
  std::vector<Level> levels_;

  std::vector<RangeEntry> range_entries_;
  Buffer range_text_;
  std::string range_key_;
  bool has_range_key_ = false;
};

/// Ends the object whose last member ends with a comma, or which has no member.
void close_object(Buffer& out);

}  // namespace rtmpscope::output
