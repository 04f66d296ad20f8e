// Configuration records that hold NAL units: avcC, hvcC, vvcC.
#include <optional>

#include "media/media.hpp"
#include "media/nal_units.hpp"
#include "media/sequence_details.hpp"
#include "media/video_configuration.hpp"

namespace rtmpscope::media {
namespace {

/// What a record says of the samples, and where.
struct RecordedFormat {
  std::uint8_t chroma = 0;
  std::uint8_t luma_depth = 0;
  std::uint8_t chroma_depth = 0;
  Range range;  ///< three bytes
};

/// Three bytes: chroma format, luma and chroma bit depth (avcC, hvcC).
RecordedFormat describe_format(VideoRecord& record) {
  const VideoFields& fields = record.fields;
  BodyCursor& cursor = record.cursor;
  RecordedFormat format{.range = cursor.next(3)};
  format.chroma = cursor.u8() & 3;
  format.luma_depth = (cursor.u8(1) & 7) + 8;
  format.chroma_depth = (cursor.u8(2) & 7) + 8;
  fields.number(VideoField::configuration_chroma_format, cursor.next(1), format.chroma);
  fields.number(VideoField::configuration_luma_bit_depth, {cursor.position + 1, 1}, format.luma_depth);
  fields.number(VideoField::configuration_chroma_bit_depth, {cursor.position + 2, 1}, format.chroma_depth);
  cursor.position += 3;
  return format;
}

void contradict_format(const VideoFields& fields, const RecordedFormat& format, Range range,
                       const SequenceInfo& info) {
  const Range place = format.range;
  contradict(fields, VideoField::configuration_sequence_chroma_format, {place.offset, 1}, format.chroma,
             range, info.chroma_format);
  contradict(fields, VideoField::configuration_sequence_luma_bit_depth, {place.offset + 1, 1},
             format.luma_depth, range, info.luma_bit_depth);
  // Without chroma its depth has no meaning.
  if (info.chroma_format == 0) return;
  contradict(fields, VideoField::configuration_sequence_chroma_bit_depth, {place.offset + 2, 1},
             format.chroma_depth, range, info.chroma_bit_depth);
}

/// Lists NAL units with 16-bit lengths as parameter sets, and gathers what they say of the sequence.
class ParameterSets {
 public:
  ParameterSets(VideoRecord& record, VideoCodec codec) : record_(record), codec_(codec), details_(codec) {
    record_.fields.begin(VideoField::configuration_parameter_sets, record_.cursor.position);
  }
  /// Ends the list; then come the findings, which are about bytes behind it.
  void end() {
    record_.fields.end(VideoField::configuration_parameter_sets, record_.cursor.position);
    if (needed_ > 0) static_cast<void>(record_.need(needed_));
    if (limit_reached_) {
      record_.fields.finding(FindingId::configuration_parameter_set_limit, record_.cursor.rest(),
                             max_parameter_sets);
    }
  }
  /// As VideoRecord::need, for use within the list.
  [[nodiscard]] bool need(std::uint32_t count) {
    if (record_.cursor.have(count) == Have::yes) return true;
    needed_ = count;
    return false;
  }

  /// What stands in front of the NAL units of one type; shown with the first of them.
  struct ArrayHead {
    Range range;                     ///< the whole head, whose last bytes are the count
    std::uint32_t count_length = 1;  ///< 0: one NAL unit, without a count
    std::uint32_t count = 0;
    std::optional<bool> complete;
    std::optional<std::uint8_t> type;
  };

  /// The cursor is behind the array's head. False if the record cannot be read further.
  bool describe_array(const ArrayHead& head) {
    if (head.count == 0) {
      record_.fields.begin(VideoField::configuration_parameter_set, head.range.offset);
      describe_head(head);
      if (head.type) describe_type(*head.type, {head.range.offset, 1});
      record_.fields.end(VideoField::configuration_parameter_set, record_.cursor.position);
      return true;
    }
    for (std::uint32_t i = 0; i < head.count; ++i) {
      if (total_ == max_parameter_sets) {
        limit_reached_ = true;
        if (i == 0) record_.cursor.position = head.range.offset;  // the head is not shown
        return false;
      }
      ++total_;
      const Have length_have = record_.cursor.have(2);
      const std::uint32_t length = length_have == Have::yes ? load_be16(record_.cursor.data()) : 0;
      const bool readable = need(2 + length);
      if (i == 0 || readable) {
        record_.fields.begin(VideoField::configuration_parameter_set,
                             i == 0 ? head.range.offset : record_.cursor.position);
        if (i == 0) describe_head(head);
        if (readable) describe_nal(length, head.type);
        record_.fields.end(VideoField::configuration_parameter_set, record_.cursor.position);
      }
      if (!readable) return false;
    }
    return true;
  }

  [[nodiscard]] const SequenceDetails& details() const { return details_; }

 private:
  void describe_head(const ArrayHead& head) {
    const VideoFields& fields = record_.fields;
    if (head.complete) {
      fields.flag(VideoField::configuration_parameter_set_complete, {head.range.offset, 1}, *head.complete);
    }
    if (head.count_length > 0) {
      fields.number(VideoField::configuration_parameter_set_count,
                    {head.range.end() - head.count_length, head.count_length}, head.count);
    }
  }
  void describe_type(std::uint8_t type, Range range) {
    record_.fields.number(VideoField::configuration_parameter_set_type, range, type);
    record_.fields.name(VideoField::configuration_parameter_set_type_name, range, nal_type_table(codec_),
                        type);
  }
  void describe_nal(std::uint32_t length, std::optional<std::uint8_t> array_type) {
    record_.u16(VideoField::configuration_parameter_set_length);
    const Range range = record_.cursor.next(length);
    const NalType type = read_nal_type(codec_, record_.cursor.part(length));
    if (type.seen) {
      describe_type(type.number, type.range);
    } else if (array_type) {
      describe_type(*array_type, {range.offset, 0});
    }
    if (length > 0) record_.blob(VideoField::configuration_parameter_set_data, length);
    if (type.seen) details_.take_nal(type.number, record_.cursor.view(range), range);
  }

  VideoRecord& record_;
  VideoCodec codec_;
  std::uint32_t total_ = 0;
  std::uint32_t needed_ = 0;  ///< bytes that were asked for in vain
  bool limit_reached_ = false;
  SequenceDetails details_;
};

void describe_nal_length_size(const VideoFields& fields, Range range, unsigned size) {
  fields.number(VideoField::configuration_nal_length_size, range, size);
  if (size == 3) fields.finding(FindingId::configuration_nal_length_size, range, size);
}

/// What the sequence parameter set and the messages beside it say. `end` is where the parameter sets end, if
/// they could be read to there.
void describe_sequence(const VideoRecord& record, const SequenceDetails& details, std::optional<Range> end) {
  const VideoFields& fields = record.fields;
  if (!details.seen()) {
    if (end) fields.finding(FindingId::configuration_parameter_set_missing, *end);
  } else if (!details.info()) {
    fields.finding(FindingId::configuration_parameter_set_unreadable, details.range());
  }
  details.describe(fields, VideoField::configuration_width);
}

/// The record continues with chroma format and bit depths for the High family (14496-15 5.3.3.1.2); many
/// writers leave that out. Returns what it said.
std::optional<RecordedFormat> describe_avc_extension(VideoRecord& record, std::uint8_t profile) {
  constexpr std::uint8_t baseline = 66;
  constexpr std::uint8_t main = 77;
  constexpr std::uint8_t extended = 88;
  if (profile == baseline || profile == main || profile == extended) return std::nullopt;
  if (record.cursor.have(4) != Have::yes) return std::nullopt;
  RecordedFormat format = describe_format(record);
  record.u8(VideoField::configuration_extension_count);
  return format;
}

}  // namespace

void describe_avc_record(VideoRecord& record) {
  if (!record.need(6)) return;
  const VideoFields& fields = record.fields;
  const Range version_range = record.cursor.next(1);
  const std::uint8_t version = record.u8(VideoField::configuration_version);
  if (version != 1) fields.finding(FindingId::configuration_version, version_range, version);
  const Range profile_range = record.cursor.next(1);
  const std::uint8_t profile = record.u8(VideoField::configuration_profile);
  const std::uint8_t constraints = record.cursor.u8();
  describe_avc_profile_name(fields, VideoField::configuration_profile_name, profile_range, profile,
                            constraints);
  record.blob(VideoField::configuration_compatibility, 1);
  const Range level_range = record.cursor.next(1);
  const std::uint8_t level = record.u8(VideoField::configuration_level);
  fields.text(VideoField::configuration_level_name, level_range,
              level_name(VideoCodec::avc, profile, constraints, level));
  describe_nal_length_size(fields, record.cursor.next(1), (record.cursor.u8() & 3U) + 1);
  ++record.cursor.position;

  ParameterSets sets(record, VideoCodec::avc);
  bool readable = true;
  for (const std::uint8_t mask : {std::uint8_t{0x1F}, std::uint8_t{0xFF}}) {  // SPS, then PPS
    readable = readable && sets.need(1);
    if (!readable) break;
    ParameterSets::ArrayHead head;
    head.range = record.cursor.next(1);
    head.count = record.cursor.u8() & mask;
    ++record.cursor.position;
    readable = sets.describe_array(head);
  }
  sets.end();
  const Range behind_sets = record.cursor.next(0);
  const auto format = readable ? describe_avc_extension(record, profile) : std::nullopt;
  const SequenceDetails& details = sets.details();
  if (details.info()) {
    const SequenceInfo& info = *details.info();
    const Range sps = details.range();
    if (format) {
      contradict_format(fields, *format, sps, info);
    } else {
      fields.number(VideoField::configuration_chroma_format, sps, info.chroma_format);
      fields.number(VideoField::configuration_luma_bit_depth, sps, info.luma_bit_depth);
      fields.number(VideoField::configuration_chroma_bit_depth, sps, info.chroma_bit_depth);
    }
    if (info.profile != profile) {
      contradict(fields, VideoField::configuration_sequence_profile, profile_range, profile, sps,
                 info.profile);
      describe_avc_profile_name(fields, VideoField::configuration_sequence_profile_name, sps, info.profile,
                                info.constraints);
      fields.blob(VideoField::configuration_sequence_compatibility, {sps.offset + 2, 1},
                  record.cursor.view({sps.offset + 2, 1}));
    }
  }
  describe_sequence(record, details, readable ? std::optional(behind_sets) : std::nullopt);
}

namespace {

void describe_hevc_arrays(VideoRecord& record, std::uint8_t profile, Range profile_range,
                          const RecordedFormat& format) {
  BodyCursor& cursor = record.cursor;
  const std::uint8_t arrays = record.u8(VideoField::configuration_array_count);
  ParameterSets sets(record, VideoCodec::hevc);
  bool readable = true;
  for (std::uint32_t i = 0; i < arrays && readable; ++i) {
    readable = sets.need(3);
    if (!readable) break;
    ParameterSets::ArrayHead head;
    head.range = cursor.next(3);
    head.count_length = 2;
    head.complete = (cursor.u8() & 0x80) != 0;
    head.type = cursor.u8() & 0x3F;
    head.count = load_be16(cursor.data() + 1);
    cursor.position += 3;
    readable = sets.describe_array(head);
  }
  sets.end();
  const SequenceDetails& details = sets.details();
  if (details.info()) {
    const Range sps = details.range();
    contradict_format(record.fields, format, sps, *details.info());
    if (details.info()->profile != profile) {
      contradict(record.fields, VideoField::configuration_sequence_profile, profile_range, profile, sps,
                 details.info()->profile);
      record.fields.name(VideoField::configuration_sequence_profile_name, sps, ValueTable::hevc_profile,
                         details.info()->profile);
    }
  }
  describe_sequence(record, details, readable ? std::optional(cursor.next(0)) : std::nullopt);
}

}  // namespace

void describe_hevc_record(VideoRecord& record) {
  if (!record.need(23)) return;
  const VideoFields& fields = record.fields;
  BodyCursor& cursor = record.cursor;
  Range range = cursor.next(1);
  const std::uint8_t version = record.u8(VideoField::configuration_version);
  // Records from before the standard was finished have version 0 and the same layout.
  if (version > 1) fields.finding(FindingId::configuration_version, range, version);
  const Range profile_range = cursor.next(1);
  const std::uint8_t profile = cursor.u8() & 31;
  fields.number(VideoField::configuration_profile_space, profile_range, cursor.u8() >> 6);
  fields.number(VideoField::configuration_tier, profile_range, cursor.u8() >> 5 & 1);
  fields.number(VideoField::configuration_profile, profile_range, profile);
  fields.name(VideoField::configuration_profile_name, profile_range, ValueTable::hevc_profile, profile);
  ++cursor.position;
  record.blob(VideoField::configuration_compatibility, 4);
  record.blob(VideoField::configuration_constraints, 6);
  range = cursor.next(1);
  const std::uint8_t level = record.u8(VideoField::configuration_level);
  describe_level(fields, range, level / 30U, level % 30U / 3);
  fields.number(VideoField::configuration_min_spatial_segmentation, cursor.next(2),
                load_be16(cursor.data()) & 0x0FFF);
  cursor.position += 2;
  fields.number(VideoField::configuration_parallelism_type, cursor.next(1), cursor.u8() & 3);
  ++cursor.position;
  const RecordedFormat format = describe_format(record);
  // In frames per 256 seconds; 0 is unspecified.
  fields.real(VideoField::configuration_average_frame_rate, cursor.next(2), load_be16(cursor.data()) / 256.0);
  cursor.position += 2;
  range = cursor.next(1);
  const std::uint8_t packed = cursor.u8();
  fields.number(VideoField::configuration_constant_frame_rate, range, packed >> 6);
  fields.number(VideoField::configuration_temporal_layers, range, packed >> 3 & 7);
  fields.flag(VideoField::configuration_temporal_id_nested, range, (packed & 4) != 0);
  describe_nal_length_size(fields, range, (packed & 3U) + 1);
  ++cursor.position;

  describe_hevc_arrays(record, profile, profile_range, format);
}

namespace {

/// VvcPTLRecord (14496-15 11.2.4.2.2). False if the record cannot be read further.
bool describe_vvc_profile_tier_level(VideoRecord& record, unsigned sublayers) {
  const VideoFields& fields = record.fields;
  BodyCursor& cursor = record.cursor;
  if (!record.need(4)) return false;
  const std::uint32_t constraint_bytes = cursor.u8() & 0x3FU;
  fields.number(VideoField::configuration_constraint_length, cursor.next(1), constraint_bytes);
  ++cursor.position;
  Range range = cursor.next(1);
  const std::uint8_t profile = cursor.u8() >> 1;
  fields.number(VideoField::configuration_profile, range, profile);
  fields.name(VideoField::configuration_profile_name, range, ValueTable::vvc_profile, profile);
  fields.number(VideoField::configuration_tier, range, cursor.u8() & 1);
  ++cursor.position;
  range = cursor.next(1);
  const std::uint8_t level = record.u8(VideoField::configuration_level);
  describe_level(fields, range, level / 16U, level % 16U / 3);
  // The first two bits of these bytes are ptl_frame_only_constraint_flag and ptl_multi_layer_enabled_flag.
  if (!record.need(constraint_bytes)) return false;
  if (constraint_bytes > 0) record.blob(VideoField::configuration_constraints, constraint_bytes);
  const std::uint32_t begin = cursor.position;
  unsigned levels = 0;
  if (sublayers > 1) {
    if (!record.need(1)) return false;
    // ptl_sublayer_level_present_flag from the top bit on, one for each sublayer but the highest.
    for (unsigned i = 0; i + 1 < sublayers; ++i) levels += cursor.u8() >> (7 - i) & 1U;
    ++cursor.position;
  }
  const auto rewind = [&] { cursor.position = begin; };
  if (!record.need(levels + 1)) return rewind(), false;
  cursor.position += levels;
  const std::uint32_t sub_profiles = cursor.u8();
  ++cursor.position;
  if (!record.need(std::uint64_t{sub_profiles} * 4)) return rewind(), false;
  cursor.position += sub_profiles * 4;
  const Range rest{begin, cursor.position - begin};
  fields.blob(VideoField::configuration_sublayers, rest, cursor.view(rest));
  return true;
}

struct VvcFormat {
  std::uint8_t chroma = 0;
  std::uint8_t depth = 0;
  Range range;
  std::uint32_t max_width = 0;
  std::uint32_t max_height = 0;
  Range size_range{};
};

/// What the record says if ptl_present_flag is set; nothing if it cannot be read further.
std::optional<VvcFormat> describe_vvc_format(VideoRecord& record) {
  const VideoFields& fields = record.fields;
  BodyCursor& cursor = record.cursor;
  if (!record.need(3)) return std::nullopt;
  const std::uint32_t packed = load_be24(cursor.data());
  const Range range = cursor.next(3);
  const unsigned sublayers = packed >> 12 & 7;
  VvcFormat format{.chroma = static_cast<std::uint8_t>(packed >> 8 & 3),
                   .depth = static_cast<std::uint8_t>((packed >> 5 & 7) + 8),
                   .range = range};
  fields.number(VideoField::configuration_output_layer_set, range, packed >> 15);
  fields.number(VideoField::configuration_temporal_layers, range, sublayers);
  fields.number(VideoField::configuration_constant_frame_rate, range, packed >> 10 & 3);
  fields.number(VideoField::configuration_chroma_format, range, format.chroma);
  fields.number(VideoField::configuration_luma_bit_depth, range, format.depth);
  cursor.position += 3;
  if (!describe_vvc_profile_tier_level(record, sublayers)) return std::nullopt;
  if (!record.need(6)) return std::nullopt;
  format.size_range = cursor.next(4);
  format.max_width = record.u16(VideoField::configuration_max_width);
  format.max_height = record.u16(VideoField::configuration_max_height);
  fields.real(VideoField::configuration_average_frame_rate, cursor.next(2), load_be16(cursor.data()) / 256.0);
  cursor.position += 2;
  return format;
}

/// What the record and the SPS both say, or one of them.
void describe_vvc_sequence(const VideoRecord& record, const SequenceDetails& details,
                           const std::optional<VvcFormat>& format) {
  const VideoFields& fields = record.fields;
  if (details.info() && format) {
    contradict(fields, VideoField::configuration_sequence_chroma_format, format->range, format->chroma,
               details.range(), details.info()->chroma_format);
    contradict(fields, VideoField::configuration_sequence_luma_bit_depth, format->range, format->depth,
               details.range(), details.info()->luma_bit_depth);
  } else if (details.info()) {
    const SequenceInfo& info = *details.info();
    if (info.level) {
      fields.number(VideoField::configuration_profile, details.range(), info.profile);
      fields.name(VideoField::configuration_profile_name, details.range(), ValueTable::vvc_profile,
                  info.profile);
      fields.text(VideoField::configuration_level_name, details.range(),
                  level_name(VideoCodec::vvc, info.profile, 0, *info.level));
    }
    fields.number(VideoField::configuration_chroma_format, details.range(), details.info()->chroma_format);
    fields.number(VideoField::configuration_luma_bit_depth, details.range(), details.info()->luma_bit_depth);
  } else if (format) {
    fields.number(VideoField::configuration_width, format->size_range, format->max_width);
    fields.number(VideoField::configuration_height, format->size_range, format->max_height);
  }
}

}  // namespace

void describe_vvc_record(VideoRecord& record) {
  constexpr std::uint8_t opi_type = 12;  // these two are single and have no count
  constexpr std::uint8_t dci_type = 13;
  if (!record.need(1)) return;
  const VideoFields& fields = record.fields;
  BodyCursor& cursor = record.cursor;
  const std::uint8_t first = cursor.u8();
  describe_nal_length_size(fields, cursor.next(1), (first >> 1 & 3U) + 1);
  ++cursor.position;
  std::optional<VvcFormat> format;
  if ((first & 1) != 0) {  // ptl_present_flag
    format = describe_vvc_format(record);
    if (!format) return;
  }
  if (!record.need(1)) return;
  const std::uint8_t arrays = record.u8(VideoField::configuration_array_count);
  ParameterSets sets(record, VideoCodec::vvc);
  bool readable = true;
  for (std::uint32_t i = 0; i < arrays && readable; ++i) {
    readable = sets.need(1);
    if (!readable) break;
    ParameterSets::ArrayHead head;
    head.complete = (cursor.u8() & 0x80) != 0;
    head.type = cursor.u8() & 0x1F;
    head.count_length = *head.type == opi_type || *head.type == dci_type ? 0 : 2;
    readable = sets.need(1 + head.count_length);
    if (!readable) break;
    head.range = cursor.next(1 + head.count_length);
    head.count = head.count_length == 0 ? 1 : load_be16(cursor.data() + 1);
    cursor.position += head.range.length;
    readable = sets.describe_array(head);
  }
  sets.end();
  describe_vvc_sequence(record, sets.details(), format);
  describe_sequence(record, sets.details(), readable ? std::optional(cursor.next(0)) : std::nullopt);
}

}  // namespace rtmpscope::media
