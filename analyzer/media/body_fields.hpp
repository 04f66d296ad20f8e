// The fields that occur both in a message and in each track of a multitrack message.
#pragma once

#include "schema/field_sink.hpp"

namespace rtmpscope::media {

#define MEDIA_FIELD(name) name
#define MEDIA_PATH ""
#define FIELD(identifier, filter, kind, values, title, description) identifier,
enum class VideoField : std::uint16_t {
#include "schema/tables/fields_video_body.def"
};
enum class AudioField : std::uint16_t {
#include "schema/tables/fields_audio_body.def"
};
#undef FIELD
#undef MEDIA_FIELD
#undef MEDIA_PATH

/// A sink for VideoField or AudioField at one of the two places. Both places have copies of the same rows in
/// the same order, so a place is the FieldId of its first row.
template <typename Field>
class PlacedSink {
 public:
  PlacedSink(FieldSink& sink, FieldId first) : sink_(sink), first_(static_cast<std::uint16_t>(first)) {}

  [[nodiscard]] FieldSink& sink() const { return sink_; }
  [[nodiscard]] FieldId id(Field field) const {
    return static_cast<FieldId>(first_ + static_cast<std::uint16_t>(field));
  }
  void begin(Field field, std::uint32_t offset) const { sink_.begin(id(field), offset); }
  void end(Field field, std::uint32_t end_offset) const { sink_.end(id(field), end_offset); }
  void number(Field field, Range range, std::uint64_t value) const { sink_.number(id(field), range, value); }
  void signed_number(Field field, Range range, std::int64_t value) const {
    sink_.signed_number(id(field), range, value);
  }
  void real(Field field, Range range, double value) const { sink_.real(id(field), range, value); }
  void flag(Field field, Range range, bool value) const { sink_.flag(id(field), range, value); }
  void text(Field field, Range range, std::string_view value) const {
    sink_.text(id(field), range, as_bytes(value));
  }
  /// The name of `value` in `table`, if it has one: for numbers whose meaning depends on the codec.
  void name(Field field, Range range, ValueTable table, std::uint64_t value) const {
    if (const ValueInfo* row = find_value(table, value)) text(field, range, row->name);
  }
  void blob(Field field, Range range, Bytes value) const { sink_.blob(id(field), range, value); }
  void finding(FindingId finding, Range range, std::uint64_t a = 0, std::uint64_t b = 0) const {
    sink_.finding(finding, range, a, b);
  }

 private:
  FieldSink& sink_;
  std::uint16_t first_;
};

using VideoFields = PlacedSink<VideoField>;
using AudioFields = PlacedSink<AudioField>;

}  // namespace rtmpscope::media
