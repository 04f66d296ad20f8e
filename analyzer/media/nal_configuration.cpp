// Configuration records that hold NAL units: avcC, hvcC, vvcC.
#include <optional>

#include "media/media.hpp"
#include "media/nal_units.hpp"
#include "media/parameter_sets.hpp"
#include "media/video_configuration.hpp"

namespace rtmpscope::media {
namespace {

/// Lists NAL units with 16-bit lengths as parameter sets, and remembers the first SPS.
class ParameterSets {
 public:
  ParameterSets(VideoRecord& record, VideoCodec codec, std::uint8_t sps_type)
      : record_(record), codec_(codec), sps_type_(sps_type) {
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

  /// The first SPS; of length 0 if there was none.
  [[nodiscard]] Range sps() const { return sps_; }

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
    if (type.seen && type.number == sps_type_ && sps_.length == 0) sps_ = range;
  }

  VideoRecord& record_;
  VideoCodec codec_;
  std::uint8_t sps_type_;
  std::uint32_t total_ = 0;
  std::uint32_t needed_ = 0;  ///< bytes that were asked for in vain
  bool limit_reached_ = false;
  Range sps_;
};

void describe_nal_length_size(const VideoFields& fields, Range range, unsigned size) {
  fields.number(VideoField::configuration_nal_length_size, range, size);
  if (size == 3) fields.finding(FindingId::configuration_nal_length_size, range, size);
}

void describe_sequence(const VideoFields& fields, Range sps, const std::optional<SequenceInfo>& info) {
  if (!info) {
    fields.finding(FindingId::configuration_parameter_set_unreadable, sps);
    return;
  }
  fields.number(VideoField::configuration_width, sps, info->width);
  fields.number(VideoField::configuration_height, sps, info->height);
}

/// The record continues with chroma format and bit depths for the High family (14496-15 5.3.3.1.2); many
/// writers leave that out. Returns whether it was there.
bool describe_avc_extension(VideoRecord& record, std::uint8_t profile) {
  constexpr std::uint8_t baseline = 66;
  constexpr std::uint8_t main = 77;
  constexpr std::uint8_t extended = 88;
  if (profile == baseline || profile == main || profile == extended) return false;
  if (record.cursor.have(4) != Have::yes) return false;
  const VideoFields& fields = record.fields;
  fields.number(VideoField::configuration_chroma_format, record.cursor.next(1), record.cursor.u8() & 3);
  ++record.cursor.position;
  fields.number(VideoField::configuration_luma_bit_depth, record.cursor.next(1),
                (record.cursor.u8() & 7) + 8);
  ++record.cursor.position;
  fields.number(VideoField::configuration_chroma_bit_depth, record.cursor.next(1),
                (record.cursor.u8() & 7) + 8);
  ++record.cursor.position;
  record.u8(VideoField::configuration_extension_count);
  return true;
}

void describe_avc_level(const VideoFields& fields, Range range, std::uint8_t profile,
                        std::uint8_t constraints, std::uint8_t level) {
  // A.3.4: level 1b is level_idc 9, or 11 with constraint_set3_flag in the three old profiles.
  const bool old_profile = profile == 66 || profile == 77 || profile == 88;
  if (level == 9 || (level == 11 && old_profile && (constraints & 0x10) != 0)) {
    fields.text(VideoField::configuration_level_name, range, "1b");
  } else {
    describe_level(fields, range, level / 10U, level % 10U);
  }
}

}  // namespace

void describe_avc_record(VideoRecord& record) {
  constexpr std::uint8_t sps_type = 7;
  if (!record.need(6)) return;
  const VideoFields& fields = record.fields;
  const Range version_range = record.cursor.next(1);
  const std::uint8_t version = record.u8(VideoField::configuration_version);
  if (version != 1) fields.finding(FindingId::configuration_version, version_range, version);
  const Range profile_range = record.cursor.next(1);
  const std::uint8_t profile = record.u8(VideoField::configuration_profile);
  fields.name(VideoField::configuration_profile_name, profile_range, ValueTable::avc_profile, profile);
  const std::uint8_t constraints = record.cursor.u8();
  record.blob(VideoField::configuration_compatibility, 1);
  const Range level_range = record.cursor.next(1);
  const std::uint8_t level = record.u8(VideoField::configuration_level);
  describe_avc_level(fields, level_range, profile, constraints, level);
  describe_nal_length_size(fields, record.cursor.next(1), (record.cursor.u8() & 3U) + 1);
  ++record.cursor.position;

  ParameterSets sets(record, VideoCodec::avc, sps_type);
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
  const bool extension = readable && describe_avc_extension(record, profile);
  if (sets.sps().length == 0) {
    if (readable) fields.finding(FindingId::configuration_parameter_set_missing, behind_sets);
    return;
  }
  const auto info = read_avc_sequence(record.cursor.view(sets.sps()));
  describe_sequence(fields, sets.sps(), info);
  if (!info) return;
  if (!extension) {
    fields.number(VideoField::configuration_chroma_format, sets.sps(), info->chroma_format);
    fields.number(VideoField::configuration_luma_bit_depth, sets.sps(), info->luma_bit_depth);
    fields.number(VideoField::configuration_chroma_bit_depth, sets.sps(), info->chroma_bit_depth);
  }
  fields.flag(VideoField::configuration_interlaced, sets.sps(), info->interlaced);
  if (info->frame_rate > 0) fields.real(VideoField::configuration_frame_rate, sets.sps(), info->frame_rate);
}

namespace {

void describe_hevc_arrays(VideoRecord& record) {
  constexpr std::uint8_t sps_type = 33;
  BodyCursor& cursor = record.cursor;
  const std::uint8_t arrays = record.u8(VideoField::configuration_array_count);
  ParameterSets sets(record, VideoCodec::hevc, sps_type);
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
  if (sets.sps().length == 0) {
    if (readable) record.fields.finding(FindingId::configuration_parameter_set_missing, cursor.next(0));
    return;
  }
  describe_sequence(record.fields, sets.sps(), read_hevc_sequence(cursor.view(sets.sps())));
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
  range = cursor.next(1);
  const std::uint8_t profile = cursor.u8();
  fields.number(VideoField::configuration_profile_space, range, profile >> 6);
  fields.number(VideoField::configuration_tier, range, profile >> 5 & 1);
  fields.number(VideoField::configuration_profile, range, profile & 31);
  fields.name(VideoField::configuration_profile_name, range, ValueTable::hevc_profile, profile & 31);
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
  fields.number(VideoField::configuration_chroma_format, cursor.next(1), cursor.u8() & 3);
  ++cursor.position;
  fields.number(VideoField::configuration_luma_bit_depth, cursor.next(1), (cursor.u8() & 7) + 8);
  ++cursor.position;
  fields.number(VideoField::configuration_chroma_bit_depth, cursor.next(1), (cursor.u8() & 7) + 8);
  ++cursor.position;
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

  describe_hevc_arrays(record);
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

}  // namespace

void describe_vvc_record(VideoRecord& record) {
  constexpr std::uint8_t sps_type = 15;
  constexpr std::uint8_t opi_type = 12;  // these two are single and have no count
  constexpr std::uint8_t dci_type = 13;
  if (!record.need(1)) return;
  const VideoFields& fields = record.fields;
  BodyCursor& cursor = record.cursor;
  const std::uint8_t first = cursor.u8();
  describe_nal_length_size(fields, cursor.next(1), (first >> 1 & 3U) + 1);
  ++cursor.position;
  if ((first & 1) != 0) {  // ptl_present_flag
    if (!record.need(3)) return;
    const std::uint32_t packed = load_be24(cursor.data());
    const Range range = cursor.next(3);
    const unsigned sublayers = packed >> 12 & 7;
    fields.number(VideoField::configuration_output_layer_set, range, packed >> 15);
    fields.number(VideoField::configuration_temporal_layers, range, sublayers);
    fields.number(VideoField::configuration_constant_frame_rate, range, packed >> 10 & 3);
    fields.number(VideoField::configuration_chroma_format, range, packed >> 8 & 3);
    fields.number(VideoField::configuration_luma_bit_depth, range, (packed >> 5 & 7) + 8);
    cursor.position += 3;
    if (!describe_vvc_profile_tier_level(record, sublayers)) return;
    if (!record.need(6)) return;
    record.u16(VideoField::configuration_width);
    record.u16(VideoField::configuration_height);
    fields.real(VideoField::configuration_average_frame_rate, cursor.next(2),
                load_be16(cursor.data()) / 256.0);
    cursor.position += 2;
  }
  if (!record.need(1)) return;
  const std::uint8_t arrays = record.u8(VideoField::configuration_array_count);
  ParameterSets sets(record, VideoCodec::vvc, sps_type);
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
  if (readable && sets.sps().length == 0) {
    fields.finding(FindingId::configuration_parameter_set_missing, cursor.next(0));
  }
}

}  // namespace rtmpscope::media
