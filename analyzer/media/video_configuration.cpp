#include "media/video_configuration.hpp"

#include <array>
#include <string>

#include "media/configuration.hpp"
#include "media/media.hpp"
#include "media/parameter_sets.hpp"

namespace rtmpscope::media {
namespace {

/// The four bytes of version and flags that a FullBox begins with (ISO/IEC 14496-12 4.2), which some senders
/// leave on the record. `version` is 1 for vpcC and 0 for vvcC. False if too few
/// bytes were kept to decide whether they are there.
bool skip_full_box(VideoRecord& record, std::uint8_t version, std::uint32_t record_size) {
  const std::array<std::uint8_t, 4> box{version, 0, 0, 0};
  const BodyCursor& cursor = record.cursor;
  if (cursor.left() < box.size() + record_size) return true;
  const Bytes seen = cursor.view(cursor.next(box.size()));
  if (!std::equal(seen.begin(), seen.end(), box.begin())) return true;
  if (seen.size() < box.size()) return false;
  record.fields.finding(FindingId::configuration_full_box, cursor.next(box.size()));
  record.blob(VideoField::configuration_full_box, box.size());
  return true;
}

/// VP codec ISO binding, VPCodecConfigurationRecord.
void describe_vp_record(VideoRecord& record) {
  constexpr std::uint32_t record_size = 8;
  if (!skip_full_box(record, 1, record_size) || !record.need(record_size)) return;
  const VideoFields& fields = record.fields;
  Range range = record.cursor.next(1);
  const std::uint8_t profile = record.u8(VideoField::configuration_profile);
  fields.name(VideoField::configuration_profile_name, range, ValueTable::vp_profile, profile);
  range = record.cursor.next(1);
  const std::uint8_t level = record.u8(VideoField::configuration_level);
  if (level != 0) describe_level(fields, range, level / 10, level % 10);  // 0: not known
  range = record.cursor.next(1);
  const std::uint8_t packed = record.cursor.u8();
  fields.number(VideoField::configuration_luma_bit_depth, range, packed >> 4);
  // 0 and 1 are 4:2:0 with different sample positions.
  constexpr std::array<std::uint8_t, 4> chroma{1, 1, 2, 3};
  const unsigned subsampling = packed >> 1 & 7U;
  if (subsampling < chroma.size()) {
    fields.number(VideoField::configuration_chroma_format, range, chroma[subsampling]);
  }
  fields.flag(VideoField::configuration_full_range, range, (packed & 1) != 0);
  ++record.cursor.position;
  record.u8(VideoField::configuration_color_primaries);
  record.u8(VideoField::configuration_transfer_characteristics);
  record.u8(VideoField::configuration_matrix_coefficients);
  const std::uint32_t length = load_be16(record.cursor.data());
  if (!record.need(2 + length)) return;
  record.u16(VideoField::configuration_initialization_length);
  if (length > 0) record.blob(VideoField::configuration_initialization_data, length);
}

/// The unsigned little-endian base-128 number at `at` (AV1 4.10.5); false if it does not end in eight bytes.
bool read_leb128(const BodyCursor& cursor, std::uint32_t& at, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 56; shift += 7) {
    if (cursor.have(at + 1) != Have::yes) return false;
    const std::uint8_t byte = cursor.u8(at++);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return true;
  }
  return false;
}

struct Obu {
  std::uint8_t type = 0;
  std::uint32_t header_length = 0;  ///< with extension and size
  std::uint32_t length = 0;         ///< of the payload
};

/// AV1 5.3; false if it is not to be read from the kept bytes.
bool read_obu(const BodyCursor& cursor, Obu& obu) {
  if (cursor.have(1) != Have::yes) return false;
  const std::uint8_t first = cursor.u8();
  obu.type = first >> 3 & 15;
  std::uint32_t at = (first & 4) != 0 ? 2 : 1;
  std::uint64_t length = at <= cursor.left() ? cursor.left() - at : 0;
  if ((first & 2) != 0 && !read_leb128(cursor, at, length)) return false;
  if (length > cursor.left() || cursor.have(at + length) != Have::yes) return false;
  obu.header_length = at;
  obu.length = static_cast<std::uint32_t>(length);
  return true;
}

void describe_obus(VideoRecord& record) {
  constexpr std::uint8_t sequence_header = 1;
  BodyCursor& cursor = record.cursor;
  const VideoFields& fields = record.fields;
  Range sequence;
  bool limit_reached = false;
  fields.begin(VideoField::configuration_obus, cursor.position);
  for (std::uint32_t count = 0; !cursor.at_end(); ++count) {
    Obu obu;
    limit_reached = count == max_parameter_sets;
    if (limit_reached || !read_obu(cursor, obu)) break;
    fields.begin(VideoField::configuration_obu, cursor.position);
    fields.number(VideoField::configuration_obu_type, cursor.next(1), obu.type);
    fields.number(VideoField::configuration_obu_length, cursor.next(obu.header_length), obu.length);
    cursor.position += obu.header_length;
    if (obu.type == sequence_header && sequence.length == 0) sequence = cursor.next(obu.length);
    if (obu.length > 0) record.blob(VideoField::configuration_obu_data, obu.length);
    fields.end(VideoField::configuration_obu, cursor.position);
  }
  fields.end(VideoField::configuration_obus, cursor.position);
  if (limit_reached) {
    fields.finding(FindingId::configuration_parameter_set_limit, cursor.rest(), max_parameter_sets);
  } else if (!cursor.at_end() && cursor.whole()) {
    record.too_short(record.length() + 1);
  }
  if (sequence.length == 0) return;
  const auto info = read_av1_sequence(cursor.view(sequence));
  if (!info) {
    fields.finding(FindingId::configuration_parameter_set_unreadable, sequence);
    return;
  }
  fields.number(VideoField::configuration_width, sequence, info->width);
  fields.number(VideoField::configuration_height, sequence, info->height);
  if (info->frame_rate > 0) fields.real(VideoField::configuration_frame_rate, sequence, info->frame_rate);
}

/// AV1 ISO binding 2.3.3, AV1CodecConfigurationRecord; the descriptor of MPEG-2 TS has the same four bytes.
void describe_av1_record(VideoRecord& record) {
  if (!record.need(4)) return;
  const VideoFields& fields = record.fields;
  Range range = record.cursor.next(1);
  const std::uint8_t marker = record.cursor.u8();
  fields.number(VideoField::configuration_version, range, marker & 0x7F);
  if (marker != 0x81) fields.finding(FindingId::configuration_version, range, marker & 0x7F);
  ++record.cursor.position;

  range = record.cursor.next(1);
  const std::uint8_t profile_level = record.cursor.u8();
  const std::uint8_t profile = profile_level >> 5;
  const unsigned level = profile_level & 31U;
  fields.number(VideoField::configuration_profile, range, profile);
  fields.name(VideoField::configuration_profile_name, range, ValueTable::av1_profile, profile);
  fields.number(VideoField::configuration_level, range, level);
  constexpr unsigned no_level = 31;  // AV1 A.3: no limits
  if (level != no_level) describe_level(fields, range, 2 + level / 4, level % 4);
  ++record.cursor.position;

  range = record.cursor.next(1);
  const std::uint8_t flags = record.cursor.u8();
  fields.number(VideoField::configuration_tier, range, flags >> 7);
  const bool high_bit_depth = (flags & 0x40) != 0;
  const bool twelve_bit = (flags & 0x20) != 0;
  const bool monochrome = (flags & 0x10) != 0;
  const bool subsampling_x = (flags & 0x08) != 0;
  const bool subsampling_y = (flags & 0x04) != 0;
  fields.number(VideoField::configuration_luma_bit_depth, range, !high_bit_depth ? 8 : twelve_bit ? 12 : 10);
  fields.number(VideoField::configuration_chroma_format, range,
                monochrome       ? 0
                : !subsampling_x ? 3
                : !subsampling_y ? 2
                                 : 1);
  fields.number(VideoField::configuration_chroma_sample_position, range, flags & 3);
  ++record.cursor.position;

  range = record.cursor.next(1);
  const std::uint8_t delay = record.cursor.u8();
  const bool delay_present = (delay & 0x10) != 0;
  fields.flag(VideoField::configuration_presentation_delay_present, range, delay_present);
  if (delay_present) fields.number(VideoField::configuration_presentation_delay, range, (delay & 15) + 1);
  ++record.cursor.position;
  if (!record.cursor.at_end()) describe_obus(record);
}

}  // namespace

ValueTable profile_table(VideoCodec codec) {
  switch (codec) {
    case VideoCodec::avc: return ValueTable::avc_profile;
    case VideoCodec::hevc: return ValueTable::hevc_profile;
    case VideoCodec::vvc: return ValueTable::vvc_profile;
    case VideoCodec::av1: return ValueTable::av1_profile;
    case VideoCodec::vp8:
    case VideoCodec::vp9: return ValueTable::vp_profile;
    default: return ValueTable::none;
  }
}

void describe_level(const VideoFields& fields, Range range, unsigned major, unsigned minor) {
  fields.text(VideoField::configuration_level_name, range,
              std::to_string(major) + "." + std::to_string(minor));
}

void describe_video_configuration(VideoCodec codec, const BodyCursor& cursor, const VideoFields& fields) {
  VideoRecord record(cursor, fields);
  fields.begin(VideoField::configuration, cursor.position);
  if (cursor.left() > configuration_limit) {
    fields.finding(FindingId::configuration_limit, cursor.rest(), cursor.left(), configuration_limit);
  }
  switch (codec) {
    case VideoCodec::avc: describe_avc_record(record); break;
    case VideoCodec::hevc: describe_hevc_record(record); break;
    case VideoCodec::vvc:
      if (skip_full_box(record, 0, 1)) describe_vvc_record(record);
      break;
    case VideoCodec::av1: describe_av1_record(record); break;
    case VideoCodec::vp8:
    case VideoCodec::vp9: describe_vp_record(record); break;
    default: break;
  }
  record.finish(VideoField::configuration_unparsed);
  fields.end(VideoField::configuration, cursor.end);
}

void describe_mpeg2ts_configuration(VideoCodec codec, const BodyCursor& cursor, const VideoFields& fields) {
  constexpr std::uint8_t av1_descriptor_tag = 0x80;
  VideoRecord record(cursor, fields);
  fields.begin(VideoField::configuration, cursor.position);
  if (codec == VideoCodec::av1) {
    if (cursor.have(2) == Have::yes && cursor.u8() == av1_descriptor_tag) {
      record.u8(VideoField::configuration_descriptor_tag);
      record.u8(VideoField::configuration_descriptor_length);
    }
    describe_av1_record(record);
  }
  record.finish(VideoField::configuration_unparsed);
  fields.end(VideoField::configuration, cursor.end);
}

}  // namespace rtmpscope::media
