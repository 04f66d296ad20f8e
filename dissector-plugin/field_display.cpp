#include "field_display.hpp"

#include <string_view>
#include <utility>

namespace rtmpscope::plugin {
namespace {

constexpr std::string_view milliseconds = "_ms";

struct UnitOfKey {
  std::string_view key;
  const unit_name_string* unit;
};

// Wireshark's older versions have pointers to char that they do not write to.
#define UNIT(singular, plural) \
  { const_cast<char*>(singular), const_cast<char*>(plural) }
const unit_name_string bytes = UNIT(" byte", " bytes");
const unit_name_string bits = UNIT(" bit", " bits");
const unit_name_string pixels = UNIT(" pixel", " pixels");
const unit_name_string milliseconds_unit = UNIT(" ms", " ms");
const unit_name_string nanoseconds = UNIT(" ns", " ns");
const unit_name_string hertz = UNIT(" Hz", " Hz");
const unit_name_string kilobits = UNIT(" kbit/s", " kbit/s");
#undef UNIT

/// By the last part of the name, which means the same wherever it stands.
constexpr UnitOfKey units[] = {
    {"length", &bytes},
    {"payload_length", &bytes},
    {"chunk_size", &bytes},
    {"window_size", &bytes},
    {"missing_bytes", &bytes},
    {"skipped_bytes", &bytes},
    {"bytes", &bytes},
    {"cookie_length", &bytes},
    {"hmac_length", &bytes},
    {"to_server_hmac_length", &bytes},
    {"to_client_hmac_length", &bytes},
    {"nal_length_size", &bytes},
    {"swf_size", &bytes},
    {"swf_size2", &bytes},
    {"min_frame_size", &bytes},
    {"max_frame_size", &bytes},
    {"block_length", &bytes},
    {"descriptor_length", &bytes},
    {"initialization_length", &bytes},
    {"constraint_length", &bytes},
    {"bits_per_sample", &bits},
    {"luma_bit_depth", &bits},
    {"chroma_bit_depth", &bits},
    {"sequence_luma_bit_depth", &bits},
    {"sequence_chroma_bit_depth", &bits},
    {"bit_depth", &bits},
    {"timestamp", &milliseconds_unit},
    {"timestamp2", &milliseconds_unit},
    {"timestamp_delta", &milliseconds_unit},
    {"extended_timestamp", &milliseconds_unit},
    {"absolute_timestamp", &milliseconds_unit},
    {"buffer_length_ms", &milliseconds_unit},
    {"composition_time_ms", &milliseconds_unit},
    {"nanosecond_offset", &nanoseconds},
    {"sample_rate", &hertz},
    {"extension_sample_rate", &hertz},
    {"bit_rate_kbps", &kilobits},
    {"width", &pixels},
    {"height", &pixels},
    {"max_width", &pixels},
    {"max_height", &pixels},
    {"horizontal_adjustment", &pixels},
    {"vertical_adjustment", &pixels},
};

/// The same bits of a message's own video and of a track's.
#define IN_VIDEO(name, mask, when)                    \
  {FieldId::video_##name, mask, BitsWhen::when}, {    \
    FieldId::video_track_##name, mask, BitsWhen::when \
  }
#define BITS(name, mask, when) \
  { FieldId::name, mask, BitsWhen::when }

constexpr Bits all_bits[] = {
    // RTMP 5.3.1.1, of a basic header of one byte
    BITS(chunk_format, 0xC0, always),
    BITS(chunk_chunk_stream_id, 0x3F, always),
    // FLV E.4.3.1; Enhanced RTMP v2, ExVideoTagHeader
    BITS(video_frame_type, 0xF0, first_bit_clear),
    BITS(video_frame_type, 0x70, first_bit_set),
    BITS(video_enhanced, 0x80, always),
    BITS(video_codec_id, 0x0F, always),
    BITS(video_packet_type, 0x0F, enhanced),
    BITS(video_multitrack_type, 0xF0, always),
    BITS(video_modex_type, 0xF0, always),
    BITS(video_horizontal_adjustment, 0xF0, always),
    BITS(video_vertical_adjustment, 0x0F, always),
    // FLV E.4.2.1; Enhanced RTMP v2, ExAudioTagHeader
    BITS(audio_sound_format, 0xF0, always),
    BITS(audio_sound_rate, 0x0C, always),
    BITS(audio_sound_size, 0x02, always),
    BITS(audio_sound_type, 0x01, always),
    BITS(audio_packet_type, 0x0F, enhanced),
    BITS(audio_multitrack_type, 0xF0, always),
    BITS(audio_modex_type, 0xF0, always),
    // ISO/IEC 14496-3 1.6.2.1
    BITS(audio_configuration_object_type, 0xF8, always),
    BITS(audio_track_configuration_object_type, 0xF8, always),
    BITS(audio_configuration_channel_configuration, 0x78, always),
    BITS(audio_track_configuration_channel_configuration, 0x78, always),
    // H.264 7.3.1, H.265 7.3.1.2; of H.266 the second byte, 7.3.1.2
    IN_VIDEO(nal_unit_type, 0x1F, avc),
    IN_VIDEO(nal_unit_type, 0x7E, hevc),
    IN_VIDEO(nal_unit_type, 0xF8, vvc),
    IN_VIDEO(configuration_parameter_set_type, 0x1F, avc),
    IN_VIDEO(configuration_parameter_set_type, 0x7E, hevc),
    IN_VIDEO(configuration_parameter_set_type, 0xF8, vvc),
    // ISO/IEC 14496-15: an empty array of hvcC or vvcC has the type alone
    IN_VIDEO(configuration_parameter_set_type, 0x3F, hevc),
    IN_VIDEO(configuration_parameter_set_type, 0x1F, vvc),
    IN_VIDEO(configuration_parameter_set_complete, 0x80, always),
    IN_VIDEO(configuration_profile, 0x1F, hevc),
    IN_VIDEO(configuration_profile, 0xFE, vvc),
    IN_VIDEO(configuration_profile_space, 0xC0, hevc),
    IN_VIDEO(configuration_tier, 0x20, hevc),
    IN_VIDEO(configuration_tier, 0x01, vvc),
    IN_VIDEO(configuration_parallelism_type, 0x03, hevc),
    IN_VIDEO(configuration_constant_frame_rate, 0xC0, hevc),
    IN_VIDEO(configuration_temporal_layers, 0x38, hevc),
    IN_VIDEO(configuration_temporal_id_nested, 0x04, hevc),
    // AV1 codec ISO binding 2.3, AV1 5.3.2, VP codec ISO binding 2.2
    IN_VIDEO(configuration_profile, 0xE0, av1),
    IN_VIDEO(configuration_level, 0x1F, av1),
    IN_VIDEO(configuration_tier, 0x80, av1),
    IN_VIDEO(configuration_chroma_sample_position, 0x03, av1),
    IN_VIDEO(configuration_presentation_delay_present, 0x10, av1),
    IN_VIDEO(configuration_obu_type, 0x78, av1),
    IN_VIDEO(configuration_full_range, 0x01, vp9),
};

#undef BITS
#undef IN_VIDEO

}  // namespace

bool is_integer(FieldKind kind) {
  return kind >= FieldKind::u8 && kind <= FieldKind::s64;
}

FieldDisplay display_of(FieldId id) {
  const FieldInfo& field = info(id);
  switch (id) {
    case FieldId::message_request_frame:
    case FieldId::message_first_frame:
    case FieldId::handshake_first_frame: return FieldDisplay::frame;
    case FieldId::amf_null:
    case FieldId::amf_undefined:
    case FieldId::amf_unsupported: return FieldDisplay::no_value;
    case FieldId::amf_date: return FieldDisplay::date;
    case FieldId::rtmfp_keying_session_id:
    case FieldId::rtmfp_open_to_server_id:
    case FieldId::rtmfp_open_to_client_id: return FieldDisplay::hexadecimal;
    default: break;
  }
  if (field.kind == FieldKind::text && field.key == "address") return FieldDisplay::address;
  if (field.kind == FieldKind::u16 && field.key == "port")
    return field.filter.starts_with("rtmfp") ? FieldDisplay::udp_port : FieldDisplay::tcp_port;
  if (field.kind == FieldKind::real && field.key.ends_with(milliseconds)) return FieldDisplay::relative_time;
  return FieldDisplay::plain;
}

ValueTable values_of(FieldId id) {
  switch (id) {
    case FieldId::message_type_id:
    case FieldId::aggregate_type_id: return ValueTable::message_type;
    case FieldId::chunk_format: return ValueTable::chunk_format;
    case FieldId::video_codec_id: return ValueTable::video_codec;
    case FieldId::audio_sound_format: return ValueTable::sound_format;
    default: return info(id).values;
  }
}

std::string filter_name(FieldId id) {
  std::string name = "rtmpscope.";
  name.append(info(id).filter);
  if (display_of(id) == FieldDisplay::relative_time) name.resize(name.size() - milliseconds.size());
  return name;
}

std::string description_of(FieldId id) {
  std::string text(info(id).description);
  if (display_of(id) != FieldDisplay::relative_time) return text;
  constexpr std::pair<std::string_view, std::string_view> changes[] = {{"Milliseconds", "Time"},
                                                                       {" in milliseconds", ""}};
  for (const auto& [from, to] : changes) {
    if (const std::size_t at = text.find(from); at != std::string::npos) text.replace(at, from.size(), to);
  }
  return text;
}

const unit_name_string* unit_of(FieldId id) {
  if (!is_integer(info(id).kind) || values_of(id) != ValueTable::none) return nullptr;
  for (const UnitOfKey& row : units) {
    if (row.key == info(id).key) return row.unit;
  }
  return nullptr;
}

bool has_wider_values(FieldId id) {
  switch (id) {
    case FieldId::chunk_chunk_stream_id:  // of two and three bytes
    case FieldId::video_configuration_profile:
    case FieldId::video_track_configuration_profile:
    case FieldId::video_configuration_level:
    case FieldId::video_track_configuration_level:
    case FieldId::audio_configuration_object_type:  // 31 is an escape
    case FieldId::audio_track_configuration_object_type: return true;
    default: return false;
  }
}

std::span<const Bits> bit_fields() {
  return all_bits;
}

}  // namespace rtmpscope::plugin
