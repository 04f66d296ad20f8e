// A cursor over a configuration record that pushes what it reads.
#pragma once

#include "media/body_cursor.hpp"
#include "media/body_fields.hpp"

namespace rtmpscope::media {

/// Call `need` before fields are read. If it returns false, close all containers and end with finish(). A
/// record that is too short gets a finding from `need`; bytes that were merely not kept give none.
template <typename Field>
class ConfigurationRecord {
 public:
  ConfigurationRecord(const BodyCursor& record, const PlacedSink<Field>& sink)
      : cursor(record), fields(sink), begin_(record.position) {}

  BodyCursor cursor;
  const PlacedSink<Field>& fields;

  [[nodiscard]] bool need(std::uint64_t count) {
    const Have have = cursor.have(count);
    if (have == Have::missing) too_short(cursor.position - begin_ + count);
    return have == Have::yes;
  }
  [[nodiscard]] std::uint32_t length() const { return cursor.end - begin_; }
  /// The record needs at least `needed` bytes.
  void too_short(std::uint64_t needed) const {
    fields.finding(FindingId::configuration_short, cursor.rest(), length(), needed);
  }
  std::uint8_t u8(Field field) {
    const std::uint8_t value = cursor.u8();
    fields.number(field, cursor.next(1), value);
    ++cursor.position;
    return value;
  }
  std::uint32_t u16(Field field) {
    const std::uint32_t value = load_be16(cursor.data());
    fields.number(field, cursor.next(2), value);
    cursor.position += 2;
    return value;
  }
  std::uint32_t u24(Field field) {
    const std::uint32_t value = load_be24(cursor.data());
    fields.number(field, cursor.next(3), value);
    cursor.position += 3;
    return value;
  }
  void blob(Field field, std::uint32_t count) {
    fields.blob(field, cursor.next(count), cursor.view(cursor.next(count)));
    cursor.position += count;
  }
  /// What is left belongs to no field.
  void finish(Field unparsed) {
    if (!cursor.at_end()) fields.blob(unparsed, cursor.rest(), cursor.view());
    cursor.position = cursor.end;
  }

 private:
  std::uint32_t begin_;
};

using VideoRecord = ConfigurationRecord<VideoField>;
using AudioRecord = ConfigurationRecord<AudioField>;

}  // namespace rtmpscope::media
