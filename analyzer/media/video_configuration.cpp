#include "media/video_configuration.hpp"

#include <array>
#include <string>

#include "media/configuration.hpp"
#include "media/media.hpp"
#include "media/obu.hpp"
#include "media/sequence_details.hpp"

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

/// A byte that is a number of ITU-T H.273.
void describe_code_point(VideoRecord& record, SequenceField field, SequenceField name, ValueTable table) {
  const Range range = record.cursor.next(1);
  SequenceFields(record.fields, VideoField::configuration_width)
      .code_point(field, name, range, table, record.cursor.u8());
  ++record.cursor.position;
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
  describe_code_point(record, SequenceField::color_primaries, SequenceField::color_primaries_name,
                      ValueTable::color_primaries);
  describe_code_point(record, SequenceField::transfer_characteristics,
                      SequenceField::transfer_characteristics_name, ValueTable::transfer_characteristics);
  describe_code_point(record, SequenceField::matrix_coefficients, SequenceField::matrix_coefficients_name,
                      ValueTable::matrix_coefficients);
  const std::uint32_t length = load_be16(record.cursor.data());
  if (!record.need(2 + length)) return;
  record.u16(VideoField::configuration_initialization_length);
  if (length > 0) record.blob(VideoField::configuration_initialization_data, length);
}

/// What an AV1 record says of the samples, and where.
struct Av1Format {
  std::uint8_t profile = 0;
  Range profile_range;
  std::uint8_t depth = 0;
  std::uint8_t chroma = 0;
  Range range{};
};

void contradict_format(const VideoFields& fields, const Av1Format& format, Range range,
                       const SequenceInfo& info) {
  contradict(fields, VideoField::configuration_sequence_profile, format.profile_range, format.profile, range,
             info.profile);
  if (info.profile != format.profile) {
    fields.name(VideoField::configuration_sequence_profile_name, range, ValueTable::av1_profile,
                info.profile);
  }
  contradict(fields, VideoField::configuration_sequence_luma_bit_depth, format.range, format.depth, range,
             info.luma_bit_depth);
  contradict(fields, VideoField::configuration_sequence_chroma_format, format.range, format.chroma, range,
             info.chroma_format);
}

void describe_obus(VideoRecord& record, const Av1Format& format) {
  BodyCursor& cursor = record.cursor;
  const VideoFields& fields = record.fields;
  SequenceDetails details(VideoCodec::av1);
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
    details.take_obu(obu.type, cursor.view(cursor.next(obu.length)), cursor.next(obu.length));
    if (obu.length > 0) record.blob(VideoField::configuration_obu_data, obu.length);
    fields.end(VideoField::configuration_obu, cursor.position);
  }
  fields.end(VideoField::configuration_obus, cursor.position);
  if (limit_reached) {
    fields.finding(FindingId::configuration_parameter_set_limit, cursor.rest(), max_parameter_sets);
  } else if (!cursor.at_end() && cursor.whole()) {
    record.too_short(record.length() + 1);
  }
  if (details.info()) {
    contradict_format(fields, format, details.range(), *details.info());
  } else if (details.seen()) {
    fields.finding(FindingId::configuration_parameter_set_unreadable, details.range());
  }
  details.describe(fields, VideoField::configuration_width);
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
  Av1Format format{.profile = profile, .profile_range = range};
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
  format.range = range;
  format.depth = !high_bit_depth ? 8 : twelve_bit ? 12 : 10;
  format.chroma = monochrome ? 0 : !subsampling_x ? 3 : !subsampling_y ? 2 : 1;
  fields.number(VideoField::configuration_luma_bit_depth, range, format.depth);
  fields.number(VideoField::configuration_chroma_format, range, format.chroma);
  fields.number(VideoField::configuration_chroma_sample_position, range, flags & 3);
  ++record.cursor.position;

  range = record.cursor.next(1);
  const std::uint8_t delay = record.cursor.u8();
  const bool delay_present = (delay & 0x10) != 0;
  fields.flag(VideoField::configuration_presentation_delay_present, range, delay_present);
  if (delay_present) fields.number(VideoField::configuration_presentation_delay, range, (delay & 15) + 1);
  ++record.cursor.position;
  if (!record.cursor.at_end()) describe_obus(record, format);
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

std::uint16_t avc_profile_number(std::uint8_t profile, std::uint8_t constraints) {
  constexpr std::uint16_t step = 256;
  const auto set = [&](unsigned flag) { return (constraints >> (7 - flag) & 1) != 0; };
  switch (profile) {
    case 66: return set(1) ? profile + step : profile;
    case 100: return set(4) ? (set(5) ? profile + 2 * step : profile + step) : profile;
    case 110:
    case 122:
    case 244: return set(3) ? profile + step : profile;
    default: return profile;
  }
}

void describe_avc_profile_name(const VideoFields& fields, VideoField field, Range range, std::uint8_t profile,
                               std::uint8_t constraints) {
  fields.name(field, range, ValueTable::avc_profile, avc_profile_number(profile, constraints));
}

void contradict(const VideoFields& fields, VideoField field, Range place, std::uint64_t recorded, Range range,
                std::uint64_t said) {
  if (recorded == said) return;
  fields.number(field, range, said);
  fields.finding(FindingId::configuration_contradicts_sequence, place, recorded, said);
}

std::string level_name(VideoCodec codec, std::uint8_t profile, std::uint8_t constraints, std::uint8_t level) {
  const auto text = [](unsigned major, unsigned minor) {
    return std::to_string(major) + "." + std::to_string(minor);
  };
  switch (codec) {
    case VideoCodec::avc: {
      // A.3.4: level 1b is level_idc 9, or 11 with constraint_set3_flag in the three old profiles.
      const bool old_profile = profile == 66 || profile == 77 || profile == 88;
      const bool is_1b = level == 9 || (level == 11 && old_profile && (constraints & 0x10) != 0);
      return is_1b ? "1b" : text(level / 10U, level % 10U);
    }
    case VideoCodec::hevc: return text(level / 30U, level % 30U / 3);
    case VideoCodec::vvc: return text(level / 16U, level % 16U / 3);
    case VideoCodec::av1: {
      constexpr unsigned no_level = 31;  // AV1 A.3: no limits
      return level == no_level ? std::string() : text(2 + level / 4U, level % 4U);
    }
    default: return {};
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
