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
#define SEQUENCE_FIELD(name) name
#define SEQUENCE_PATH ""
/// The fields that a configuration record and a key frame share; each has a copy of the same rows.
enum class SequenceField : std::uint16_t {
#include "schema/tables/fields_video_sequence.def"
};
#undef SEQUENCE_FIELD
#undef SEQUENCE_PATH
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

/// The fields of a sequence at one of their places, given as the place's first field.
class SequenceFields {
 public:
  SequenceFields(const VideoFields& fields, VideoField first)
      : fields_(fields), first_(static_cast<std::uint16_t>(first)) {}

  [[nodiscard]] VideoField at(SequenceField field) const {
    return static_cast<VideoField>(first_ + static_cast<std::uint16_t>(field));
  }
  void number(SequenceField field, Range range, std::uint64_t value) const {
    fields_.number(at(field), range, value);
  }
  /// A number of ITU-T H.273 and its name.
  void code_point(SequenceField field, SequenceField name, Range range, ValueTable table,
                  std::uint8_t value) const {
    number(field, range, value);
    fields_.name(at(name), range, table, value);
  }

 private:
  const VideoFields& fields_;
  std::uint16_t first_;
};

}  // namespace rtmpscope::media
