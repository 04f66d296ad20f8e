// A cursor over a configuration record that pushes what it reads.
#pragma once

#include "media/body_fields.hpp"
#include "media/window.hpp"

namespace rtmpscope::media {

/// Fields are read after `need`, which tells once, by a finding, that the record is too short; if bytes were
/// merely not kept, it only says no. Then the decoder closes its containers and ends with finish().
template <typename Field>
class Record {
 public:
  Record(const Window& record, const PlacedSink<Field>& sink)
      : window(record), fields(sink), begin_(record.position) {}

  Window window;
  const PlacedSink<Field>& fields;

  [[nodiscard]] bool need(std::uint64_t count) {
    const Have have = window.have(count);
    if (have == Have::missing) too_short(window.position - begin_ + count);
    return have == Have::yes;
  }
  [[nodiscard]] std::uint32_t length() const { return window.end - begin_; }
  /// The record needs at least `needed` bytes.
  void too_short(std::uint64_t needed) const {
    fields.finding(FindingId::configuration_short, window.rest(), length(), needed);
  }
  std::uint8_t u8(Field field) {
    const std::uint8_t value = window.u8();
    fields.number(field, window.next(1), value);
    ++window.position;
    return value;
  }
  std::uint32_t u16(Field field) {
    const std::uint32_t value = load_be16(window.data());
    fields.number(field, window.next(2), value);
    window.position += 2;
    return value;
  }
  std::uint32_t u24(Field field) {
    const std::uint32_t value = load_be24(window.data());
    fields.number(field, window.next(3), value);
    window.position += 3;
    return value;
  }
  void blob(Field field, std::uint32_t count) {
    fields.blob(field, window.next(count), window.view(window.next(count)));
    window.position += count;
  }
  /// What is left belongs to no field.
  void finish(Field unparsed) {
    if (!window.at_end()) fields.blob(unparsed, window.rest(), window.view());
    window.position = window.end;
  }

 private:
  std::uint32_t begin_;
};

using VideoRecord = Record<VideoField>;
using AudioRecord = Record<AudioField>;

}  // namespace rtmpscope::media
