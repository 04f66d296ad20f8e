#include <bit>

#include "media/audio_configuration.hpp"
#include "media/enhanced.hpp"
#include "media/frame_headers.hpp"

namespace rtmpscope::media {
namespace {

void describe_payload(AudioCodec codec, const BodyCursor& cursor, const AudioFields& fields) {
  if (cursor.at_end()) return;
  // ADTS: 12 bits of 1, one bit of version, layer 0 (ISO/IEC 13818-7 6.2).
  if (codec == AudioCodec::aac && cursor.have(2) == Have::yes && cursor.u8() == 0xFF &&
      (cursor.u8(1) & 0xF6) == 0xF0) {
    fields.finding(FindingId::aac_adts, cursor.next(2));
  }
  describe_audio_frame(codec, cursor, fields);
  fields.blob(AudioField::data, cursor.rest(), cursor.view());
}

/// Codecs that cannot be decoded without a record. AC-3, E-AC-3 and MP3 have none; Opus may do without.
bool needs_record(AudioCodec codec) {
  return codec == AudioCodec::aac || codec == AudioCodec::flac;
}

/// Enhanced RTMP v2, MultichannelConfig.
void describe_multichannel(BodyCursor cursor, const AudioFields& fields) {
  enum ChannelOrder : std::uint8_t { unspecified = 0, native = 1, custom = 2 };
  const auto finish = [&] {
    if (!cursor.at_end()) fields.blob(AudioField::data, cursor.rest(), cursor.view());
  };
  if (!need_header(cursor, 2, fields.sink())) return finish();
  fields.begin(AudioField::multichannel, cursor.position);
  const std::uint8_t order = cursor.u8();
  const std::uint32_t count = cursor.u8(1);
  fields.number(AudioField::multichannel_order, cursor.next(1), order);
  if (order > custom) fields.finding(FindingId::multichannel_order_unknown, cursor.next(1), order);
  ++cursor.position;
  fields.number(AudioField::multichannel_count, cursor.next(1), count);
  ++cursor.position;
  const std::uint32_t map_length = order == native ? 4 : order == custom ? count : 0;
  const bool map = cursor.have(map_length) == Have::yes;
  if (order == native && map) {
    const std::uint32_t mask = load_be32(cursor.data());
    const Range range = cursor.next(4);
    fields.number(AudioField::multichannel_mask, range, mask);
    const auto speakers = static_cast<std::uint32_t>(std::popcount(mask));
    if (speakers != count) fields.finding(FindingId::multichannel_count, range, speakers, count);
    fields.begin(AudioField::multichannel_speakers, range.offset);
    for (std::uint32_t bit = 0; bit < 32; ++bit) {
      if ((mask >> bit & 1) != 0) fields.number(AudioField::multichannel_speaker, range, bit);
    }
    fields.end(AudioField::multichannel_speakers, range.end());
    cursor.position += 4;
  } else if (order == custom && map) {
    fields.begin(AudioField::multichannel_speakers, cursor.position);
    for (std::uint32_t i = 0; i < count; ++i, ++cursor.position) {
      fields.number(AudioField::multichannel_speaker, cursor.next(1), cursor.u8());
    }
    fields.end(AudioField::multichannel_speakers, cursor.position);
  }
  fields.end(AudioField::multichannel, cursor.position);
  if (!map) need_header(cursor, map_length, fields.sink());
  finish();
}

struct AudioMedia {
  using Fields = AudioFields;
  static constexpr FieldId message = FieldId::audio_configuration;
  static constexpr FieldId track = FieldId::audio_track_configuration;
  static constexpr AudioField data = AudioField::data;
  static constexpr std::uint8_t multitrack = audio_multitrack;
  static constexpr HeaderFields header{
      .packet_type = FieldId::audio_packet_type,
      .multitrack_type = FieldId::audio_multitrack_type,
      .fourcc = FieldId::audio_fourcc,
      .codec = FieldId::audio_codec,
      .nanosecond_offset = FieldId::audio_nanosecond_offset,
      .modex = FieldId::audio_modex,
      .modex_block = FieldId::audio_modex_block,
      .modex_length = FieldId::audio_modex_length,
      .modex_nanosecond_offset = FieldId::audio_modex_nanosecond_offset,
      .modex_data = FieldId::audio_modex_data,
      .modex_type = FieldId::audio_modex_type,
      .tracks = FieldId::audio_tracks,
      .track = FieldId::audio_track,
      .track_fourcc = FieldId::audio_track_fourcc,
      .track_codec = FieldId::audio_track_codec,
      .track_id = FieldId::audio_track_id,
      .track_length = FieldId::audio_track_length,
  };

  static bool is_body_type(std::uint8_t packet_type) {
    return packet_type <= audio_sequence_end || packet_type == audio_multichannel_config;
  }
  static std::uint8_t codec(std::uint32_t code) {
    return static_cast<std::uint8_t>(enhanced_audio_codec(code));
  }

  /// Pushes everything from the cursor's position to its end.
  void describe_body(const BodyCursor& cursor, std::uint8_t codec_number, std::uint8_t packet_type,
                     const AudioFields& fields) const {
    const auto audio_codec = static_cast<AudioCodec>(codec_number);
    switch (packet_type) {
      case audio_sequence_start:
        if (!cursor.at_end()) {
          describe_audio_configuration(audio_codec, cursor, fields);
        } else if (needs_record(audio_codec)) {
          fields.finding(FindingId::configuration_empty, cursor.rest());
        }
        return;
      case audio_coded_frames: describe_payload(audio_codec, cursor, fields); return;
      case audio_multichannel_config: describe_multichannel(cursor, fields); return;
      case audio_sequence_end:
        if (!cursor.at_end()) {
          fields.finding(FindingId::media_trailing_bytes, cursor.rest(), cursor.left());
        }
        break;
      default: break;
    }
    if (!cursor.at_end()) fields.blob(AudioField::data, cursor.rest(), cursor.view());
  }
};

void describe_enhanced(BodyCursor cursor, FieldSink& sink) {
  auto packet_type = static_cast<std::uint8_t>(cursor.kept[0] & 0x0F);
  Range type_range{0, 1};
  sink.flag(FieldId::audio_enhanced, {0, 1}, true);
  const AudioMedia media;
  if (describe_modex(cursor, packet_type, type_range, AudioMedia::header, sink)) {
    EnhancedBody<AudioMedia>(cursor, packet_type, type_range, media, sink).describe();
  } else if (!cursor.at_end()) {
    sink.blob(FieldId::audio_data, cursor.rest(), cursor.view());
  }
}

/// AACPacketType, then a record or a frame (FLV E.4.2.2, AACAUDIODATA).
void describe_aac(BodyCursor cursor, const AudioFields& fields) {
  constexpr std::uint8_t last_known = 1;
  FieldSink& sink = fields.sink();
  if (!need_header(cursor, 1, sink)) {
    if (!cursor.at_end()) fields.blob(AudioField::data, cursor.rest(), cursor.view());
    return;
  }
  const Range type_range = cursor.next(1);
  const std::uint8_t packet_type = cursor.u8();
  const bool known = packet_type <= last_known;
  sink.number(known ? FieldId::audio_packet_type : FieldId::audio_aac_packet_type, type_range, packet_type);
  ++cursor.position;
  if (known) {
    AudioMedia().describe_body(cursor, static_cast<std::uint8_t>(AudioCodec::aac), packet_type, fields);
    return;
  }
  sink.finding(FindingId::media_packet_type_unknown, type_range, packet_type);
  if (!cursor.at_end()) fields.blob(AudioField::data, cursor.rest(), cursor.view());
}

void describe_legacy(const BodyCursor& cursor, FieldSink& sink) {
  const std::uint8_t first = cursor.kept[0];
  const std::uint8_t sound_format = first >> 4;
  const AudioCodec codec = legacy_audio_codec(sound_format);
  sink.number(FieldId::audio_sound_format, {0, 1}, sound_format);
  sink.flag(FieldId::audio_enhanced, {0, 1}, false);
  sink.number(FieldId::audio_codec, {0, 1}, static_cast<std::uint64_t>(codec));
  sink.number(FieldId::audio_sound_rate, {0, 1}, first >> 2 & 3);
  sink.number(FieldId::audio_sound_size, {0, 1}, first >> 1 & 1);
  sink.number(FieldId::audio_sound_type, {0, 1}, first & 1);
  if (codec == AudioCodec::unknown) {
    sink.finding(FindingId::media_codec_unknown, {0, 1}, sound_format);
  } else if (is_private_id(codec)) {
    sink.finding(FindingId::media_codec_nonstandard, {0, 1}, sound_format);
  }
  const AudioFields fields(sink, AudioMedia::message);
  if (codec == AudioCodec::aac) {
    describe_aac(cursor, fields);
  } else {
    describe_fixed_format(first, sink);
    describe_payload(codec, cursor, fields);
  }
}

}  // namespace

void describe_audio(Bytes body, std::uint32_t length, FieldSink& sink) {
  const Bytes kept = body.first(std::min<std::size_t>(body.size(), length));
  sink.begin(FieldId::audio, 0);
  if (length == 0) {
    sink.finding(FindingId::audio_silence, {});
  } else if (kept.empty()) {
    sink.blob(FieldId::audio_data, {0, length}, {});
  } else {
    const BodyCursor cursor{kept, 1, length};
    if (kept[0] >> 4 == sound_format_extended) {
      describe_enhanced(cursor, sink);
    } else {
      describe_legacy(cursor, sink);
    }
  }
  sink.end(FieldId::audio, length);
}

}  // namespace rtmpscope::media
