#include "output/json/configuration_fields.hpp"

#include "output/media_text.hpp"

namespace rtmpscope::output {
namespace {

template <typename Value>
void put(FieldSink& sink, FieldId id, const std::optional<Value>& value) {
  if (value) sink.number(id, {}, *value);
}

void put(FieldSink& sink, FieldId id, const std::optional<bool>& value) {
  if (value) sink.flag(id, {}, *value);
}

void put_text(FieldSink& sink, FieldId id, std::string_view text) {
  if (!text.empty()) sink.text(id, {}, as_bytes(text));
}

void describe_colour(const media::Colour& colour, FieldSink& sink) {
  const auto code_point = [&](FieldId id, std::uint8_t number) {
    if (number != media::Colour::unspecified) sink.number(id, {}, number);
  };
  code_point(FieldId::document_video_color_primaries, colour.primaries);
  code_point(FieldId::document_video_transfer_characteristics, colour.transfer);
  code_point(FieldId::document_video_matrix_coefficients, colour.matrix);
}

void describe_extras(const media::VideoExtras& extras, FieldSink& sink) {
  if (extras.light) {
    sink.number(FieldId::document_video_max_cll, {}, extras.light->max_cll);
    sink.number(FieldId::document_video_max_fall, {}, extras.light->max_fall);
  }
  if (extras.display) {
    sink.real(FieldId::document_video_mastering_max_luminance, {}, extras.display->max_luminance);
    sink.real(FieldId::document_video_mastering_min_luminance, {}, extras.display->min_luminance);
  }
  put_text(sink, FieldId::document_video_encoder, extras.encoder);
}

}  // namespace

void describe_configuration(const media::VideoConfiguration& configuration, FieldSink& sink) {
  put_text(sink, FieldId::document_video_profile, profile_text(configuration));
  if (configuration.level) put_text(sink, FieldId::document_video_level, level_text(*configuration.level));
  if (configuration.size) {
    sink.number(FieldId::document_video_width, {}, configuration.size->width);
    sink.number(FieldId::document_video_height, {}, configuration.size->height);
  }
  put(sink, FieldId::document_video_bit_depth, configuration.bit_depth);
  put(sink, FieldId::document_video_chroma_format, configuration.chroma_format);
  if (configuration.frame_rate > 0) {
    sink.real(FieldId::document_video_sequence_frame_rate, {}, configuration.frame_rate);
  }
  put(sink, FieldId::document_video_fixed_frame_rate, configuration.fixed_frame_rate);
  if (configuration.fields_allowed) sink.flag(FieldId::document_video_fields_allowed, {}, true);
  put(sink, FieldId::document_video_interlaced, configuration.interlaced);
  if (configuration.sample_aspect_width != 0) {
    sink.number(FieldId::document_video_sample_aspect_width, {}, configuration.sample_aspect_width);
    sink.number(FieldId::document_video_sample_aspect_height, {}, configuration.sample_aspect_height);
  }
  put(sink, FieldId::document_video_full_range, configuration.full_range);
  describe_colour(configuration.colour, sink);
  if (configuration.extras) describe_extras(*configuration.extras, sink);
}

void describe_configuration(const media::AudioConfiguration& configuration, FieldSink& sink) {
  put_text(sink, FieldId::document_audio_profile, profile_text(configuration));
  put(sink, FieldId::document_audio_sample_rate, configuration.sample_rate);
  put(sink, FieldId::document_audio_channels, configuration.channels);
  put(sink, FieldId::document_audio_low_frequency_channels, configuration.low_frequency_channels);
  put(sink, FieldId::document_audio_bits_per_sample, configuration.bits_per_sample);
  if (configuration.packet_duration > 0) {
    sink.real(FieldId::document_audio_packet_duration, {}, configuration.packet_duration);
  }
}

}  // namespace rtmpscope::output
