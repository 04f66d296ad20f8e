#include "media/audio_configuration.hpp"

#include "media/media.hpp"

namespace rtmpscope::media {
namespace {

bool begins_with(const BodyCursor& cursor, std::string_view magic) {
  const auto size = static_cast<std::uint32_t>(magic.size());
  return cursor.have(size) == Have::yes && as_text(cursor.view(cursor.next(size))) == magic;
}

void push_magic(AudioRecord& record, std::string_view magic) {
  const auto size = static_cast<std::uint32_t>(magic.size());
  record.fields.text(AudioField::configuration_magic, record.cursor.next(size), magic);
  record.cursor.position += size;
}

/// RFC 7845 5.1. Little-endian, unlike everything else in RTMP's media.
void describe_opus_record(AudioRecord& record) {
  constexpr std::string_view magic = "OpusHead";
  const AudioFields& fields = record.fields;
  BodyCursor& cursor = record.cursor;
  if (!begins_with(cursor, magic)) {
    if (cursor.have(magic.size()) != Have::unseen)
      fields.finding(FindingId::configuration_magic, cursor.rest());
    return;
  }
  push_magic(record, magic);
  if (!record.need(11)) return;
  const Range version_range = cursor.next(1);
  const std::uint8_t version = record.u8(AudioField::configuration_version);
  if (version >> 4 != 0) fields.finding(FindingId::configuration_version, version_range, version);
  const std::uint8_t channels = record.u8(AudioField::configuration_channels);
  fields.number(AudioField::configuration_pre_skip, cursor.next(2), load_le16(cursor.data()));
  cursor.position += 2;
  fields.number(AudioField::configuration_sample_rate, cursor.next(4), load_le32(cursor.data()));
  cursor.position += 4;
  const auto gain = static_cast<std::int16_t>(load_le16(cursor.data()));  // 1/256 dB
  fields.real(AudioField::configuration_output_gain, cursor.next(2), gain / 256.0);
  cursor.position += 2;
  constexpr std::uint8_t surround = 1;
  constexpr std::uint8_t projection = 3;
  const Range family_range = cursor.next(1);
  const std::uint8_t family = record.u8(AudioField::configuration_mapping_family);
  // The families with speakers: mono and stereo, and the layouts of Vorbis (RFC 7845 5.1.1).
  if (family == 0 || (family == surround && channels <= 8)) {
    fields.number(AudioField::configuration_low_frequency_channels, family_range, channels >= 6 ? 1 : 0);
  }
  if (family == 0 || !record.need(2)) return;
  const std::uint32_t streams = record.u8(AudioField::configuration_stream_count);
  const std::uint32_t coupled = record.u8(AudioField::configuration_coupled_count);
  const std::uint32_t table = family == projection ? 2 * channels * (streams + coupled) : channels;
  if (!record.need(table) || table == 0) return;
  record.blob(family == projection ? AudioField::configuration_demixing_matrix
                                   : AudioField::configuration_channel_mapping,
              table);
}

/// RFC 9639 8.2. 34 bytes.
void describe_streaminfo(AudioRecord& record) {
  const AudioFields& fields = record.fields;
  BodyCursor& cursor = record.cursor;
  record.u16(AudioField::configuration_min_block_size);
  record.u16(AudioField::configuration_max_block_size);
  record.u24(AudioField::configuration_min_frame_size);
  record.u24(AudioField::configuration_max_frame_size);
  // 20 bits of rate, 3 of channels, 5 of sample size, 36 of length.
  const std::uint64_t packed = load_be64(cursor.data());
  fields.number(AudioField::configuration_sample_rate, cursor.next(3), packed >> 44);
  cursor.position += 2;
  const std::uint64_t channels = (packed >> 41 & 7) + 1;
  fields.number(AudioField::configuration_channels, cursor.next(1), channels);
  // 5.1, 6.1 and 7.1 are the layouts of six and more (RFC 9639 9.1.3).
  fields.number(AudioField::configuration_low_frequency_channels, cursor.next(1), channels >= 6 ? 1 : 0);
  fields.number(AudioField::configuration_bits_per_sample, cursor.next(2), (packed >> 36 & 31) + 1);
  ++cursor.position;
  fields.number(AudioField::configuration_total_samples, cursor.next(5), packed & 0xF'FFFF'FFFF);
  cursor.position += 5;
  record.blob(AudioField::configuration_md5, 16);
}

/// RFC 9639 6 and 8: magic, then a metadata block with STREAMINFO; FFmpeg sends STREAMINFO alone.
void describe_flac_record(AudioRecord& record) {
  constexpr std::uint32_t streaminfo_size = 34;
  constexpr std::string_view magic = "fLaC";
  BodyCursor& cursor = record.cursor;
  if (begins_with(cursor, magic)) {
    push_magic(record, magic);
    if (!record.need(4)) return;
    const std::uint8_t type = record.u8(AudioField::configuration_block_type) & 0x7F;
    record.u24(AudioField::configuration_block_length);
    if (type == 0 && record.need(streaminfo_size)) describe_streaminfo(record);
  } else if (cursor.left() == streaminfo_size) {
    if (!record.need(streaminfo_size)) return;
    record.fields.finding(FindingId::configuration_flac_bare, cursor.rest());
    describe_streaminfo(record);
  } else if (cursor.have(magic.size()) != Have::unseen) {
    record.fields.finding(FindingId::configuration_magic, cursor.rest());
  }
}

}  // namespace

void describe_audio_configuration(AudioCodec codec, const BodyCursor& cursor, const AudioFields& fields) {
  AudioRecord record(cursor, fields);
  fields.begin(AudioField::configuration, cursor.position);
  if (cursor.left() > configuration_limit) {
    fields.finding(FindingId::configuration_limit, cursor.rest(), cursor.left(), configuration_limit);
  }
  switch (codec) {
    case AudioCodec::aac: describe_aac_record(record); break;
    case AudioCodec::opus: describe_opus_record(record); break;
    case AudioCodec::flac: describe_flac_record(record); break;
    default: break;
  }
  record.finish(AudioField::configuration_unparsed);
  fields.end(AudioField::configuration, cursor.end);
}

}  // namespace rtmpscope::media
