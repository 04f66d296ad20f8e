// Made from the fields that describe_* pushes.
#include "media/configuration.hpp"

#include <array>
#include <bit>
#include <charconv>

#include "media/body_fields.hpp"
#include "media/media.hpp"
#include "media/video_configuration.hpp"

namespace rtmpscope::media {
namespace {

/// A number of a field: the first one, unless another field counts more.
class Number {
 public:
  void keep(std::uint64_t value) {
    if (!value_) value_ = value;
  }
  /// What the sequence says where the record says something else.
  void overrule(std::uint64_t value) {
    if (!overruled_) value_ = value;
    overruled_ = true;
  }
  [[nodiscard]] explicit operator bool() const { return value_.has_value(); }
  [[nodiscard]] std::uint64_t operator*() const { return *value_; }
  template <typename Narrow>
  [[nodiscard]] std::optional<Narrow> as() const {
    return value_ ? std::optional(static_cast<Narrow>(*value_)) : std::nullopt;
  }

 private:
  std::optional<std::uint64_t> value_;
  bool overruled_ = false;
};

/// Gathers what a configuration needs, whether it comes from the message or from a track.
class VideoCollector final : public NullSink {
 public:
  void begin(FieldId id, std::uint32_t) override {
    found_ = found_ || is(id, VideoField::configuration) || is(id, VideoField::sequence) ||
             is(id, VideoField::frame);
  }
  void end(FieldId id, std::uint32_t) override { done_ = done_ || id == FieldId::video_track; }
  void number(FieldId id, Range, std::uint64_t value) override {
    if (id == FieldId::video_codec || id == FieldId::video_track_codec) codec_.keep(value);
    const auto field = field_of(id);
    if (!field) return;
    switch (*field) {
      case VideoField::configuration_profile:
      case VideoField::sequence_profile:
      case VideoField::frame_profile: profile_.keep(value); break;
      case VideoField::configuration_sequence_profile: profile_.overrule(value); break;
      case VideoField::configuration_tier: tier_.keep(value); break;
      case VideoField::configuration_width:
      case VideoField::sequence_width:
      case VideoField::frame_width: width_.keep(value); break;
      case VideoField::configuration_height:
      case VideoField::sequence_height:
      case VideoField::frame_height: height_.keep(value); break;
      case VideoField::configuration_chroma_format:
      case VideoField::sequence_chroma_format:
      case VideoField::frame_chroma_format: chroma_.keep(value); break;
      case VideoField::configuration_sequence_chroma_format: chroma_.overrule(value); break;
      case VideoField::configuration_luma_bit_depth:
      case VideoField::sequence_luma_bit_depth:
      case VideoField::frame_bit_depth: depth_.keep(value); break;
      case VideoField::configuration_sequence_luma_bit_depth: depth_.overrule(value); break;
      case VideoField::frame_color_space: configuration_.colour.matrix = matrix_of_vp9(value); break;
      default: sequence_number(*field, value); break;
    }
  }
  void text(FieldId id, Range, Bytes value) override {
    const auto field = field_of(id);
    const bool level =
        field == VideoField::configuration_level_name || field == VideoField::sequence_level_name;
    if (level && !configuration_.level) {
      configuration_.level = level_of(as_text(value));
    }
    if (is_sequence(field, SequenceField::encoder)) extras_.encoder = as_text(value);
  }
  void real(FieldId id, Range, double value) override {
    const auto field = field_of(id);
    if (is_sequence(field, SequenceField::frame_rate)) configuration_.frame_rate = value;
    using enum SequenceField;
    const auto display = [&](SequenceField wanted, double MasteringDisplay::Point::*axis,
                             MasteringDisplay::Point MasteringDisplay::*point) {
      if (is_sequence(field, wanted)) (extras_display().*point).*axis = value;
    };
    display(mastering_display_red_x, &MasteringDisplay::Point::x, &MasteringDisplay::red);
    display(mastering_display_red_y, &MasteringDisplay::Point::y, &MasteringDisplay::red);
    display(mastering_display_green_x, &MasteringDisplay::Point::x, &MasteringDisplay::green);
    display(mastering_display_green_y, &MasteringDisplay::Point::y, &MasteringDisplay::green);
    display(mastering_display_blue_x, &MasteringDisplay::Point::x, &MasteringDisplay::blue);
    display(mastering_display_blue_y, &MasteringDisplay::Point::y, &MasteringDisplay::blue);
    display(mastering_display_white_x, &MasteringDisplay::Point::x, &MasteringDisplay::white);
    display(mastering_display_white_y, &MasteringDisplay::Point::y, &MasteringDisplay::white);
    if (is_sequence(field, mastering_display_max_luminance)) extras_display().max_luminance = value;
    if (is_sequence(field, mastering_display_min_luminance)) extras_display().min_luminance = value;
  }
  void flag(FieldId id, Range, bool value) override {
    const auto field = field_of(id);
    if (is_sequence(field, SequenceField::interlaced)) {
      configuration_.fields_allowed = value;
      if (value) extras_.sequence.assign(sps_.begin(), sps_.end());
    }
    if (is_sequence(field, SequenceField::fixed_frame_rate)) configuration_.fixed_frame_rate = value;
    if (is_sequence(field, SequenceField::full_range) || field == VideoField::frame_full_range) {
      configuration_.full_range = value;
    }
  }
  void blob(FieldId id, Range, Bytes value) override {
    const auto field = field_of(id);
    if (value.empty()) return;
    if (field == VideoField::configuration_compatibility || field == VideoField::sequence_compatibility) {
      constraints_.keep(value[0]);
    }
    if (field == VideoField::configuration_sequence_compatibility) constraints_.overrule(value[0]);
    constexpr std::uint8_t avc_sps = 7;
    if (field == VideoField::configuration_parameter_set_data && (value[0] & 0x1F) == avc_sps &&
        sps_.empty()) {
      sps_ = value;
    }
  }

  [[nodiscard]] std::optional<VideoConfiguration> result() {
    constexpr std::uint64_t high_tier = 1;
    if (!found_ || !codec_) return std::nullopt;
    VideoConfiguration& result = configuration_;
    result.codec = static_cast<VideoCodec>(*codec_);
    result.profile = profile_.as<std::uint16_t>();
    if (result.codec == VideoCodec::avc && profile_ && constraints_) {
      result.profile =
          avc_profile_number(static_cast<std::uint8_t>(*profile_), static_cast<std::uint8_t>(*constraints_));
    }
    result.high_tier = tier_ && *tier_ == high_tier;
    if (width_ && height_) result.size = {*width_.as<std::uint32_t>(), *height_.as<std::uint32_t>()};
    result.chroma_format = chroma_.as<std::uint8_t>();
    result.bit_depth = depth_.as<std::uint8_t>();
    if (result.size && is_eight_bit_420(result.codec)) {
      result.chroma_format = 1;
      result.bit_depth = 8;
    }
    if (result.codec != VideoCodec::avc && result.fields_allowed) result.interlaced = true;
    if (!(extras_ == VideoExtras{})) result.extras = std::make_shared<const VideoExtras>(std::move(extras_));
    const bool says_something =
        result.profile || result.level || result.high_tier || result.size || result.extras;
    return says_something ? std::optional(std::move(result)) : std::nullopt;
  }

 private:
  /// The number of ITU-T H.273 for a color_space of VP9.
  static std::uint8_t matrix_of_vp9(std::uint64_t color_space) {
    constexpr std::array<std::uint8_t, 8> matrices{2, 5, 1, 6, 7, 9, 2, 0};
    return color_space < matrices.size() ? matrices[color_space] : Colour::unspecified;
  }
  /// Codecs that have nothing else.
  static bool is_eight_bit_420(VideoCodec codec) {
    return codec == VideoCodec::vp8 || codec == VideoCodec::sorenson_h263 || codec == VideoCodec::h263 ||
           codec == VideoCodec::vp6 || codec == VideoCodec::vp6_alpha;
  }
  void sequence_number(VideoField field, std::uint64_t value) {
    const auto narrow = static_cast<std::uint16_t>(value);
    if (is_sequence(field, SequenceField::sample_aspect_width)) configuration_.sample_aspect_width = narrow;
    if (is_sequence(field, SequenceField::sample_aspect_height)) configuration_.sample_aspect_height = narrow;
    const auto code = static_cast<std::uint8_t>(value);
    if (is_sequence(field, SequenceField::color_primaries)) configuration_.colour.primaries = code;
    if (is_sequence(field, SequenceField::transfer_characteristics)) configuration_.colour.transfer = code;
    if (is_sequence(field, SequenceField::matrix_coefficients)) configuration_.colour.matrix = code;
    if (is_sequence(field, SequenceField::content_light_max_cll)) extras_light().max_cll = narrow;
    if (is_sequence(field, SequenceField::content_light_max_fall)) extras_light().max_fall = narrow;
  }
  MasteringDisplay& extras_display() {
    return extras_.display ? *extras_.display : extras_.display.emplace();
  }
  ContentLight& extras_light() { return extras_.light ? *extras_.light : extras_.light.emplace(); }

  /// Of "3.1" or "1b".
  static Level level_of(std::string_view name) {
    Level level;
    const char* end = name.data() + name.size();
    const char* at = std::from_chars(name.data(), end, level.major).ptr;
    level.is_1b = at != end && *at == 'b';
    if (at != end && *at == '.') std::from_chars(at + 1, end, level.minor);
    return level;
  }
  /// The field of a message or of a track.
  [[nodiscard]] std::optional<VideoField> field_of(FieldId id) const {
    if (done_) return std::nullopt;
    constexpr auto count = static_cast<std::uint16_t>(VideoField::data) + 1;
    for (const FieldId first : {FieldId::video_composition_time, FieldId::video_track_composition_time}) {
      const int offset = static_cast<int>(id) - static_cast<int>(first);
      if (offset >= 0 && offset < count) return static_cast<VideoField>(offset);
    }
    return std::nullopt;
  }
  [[nodiscard]] bool is(FieldId id, VideoField field) const { return field_of(id) == field; }
  /// In a configuration record or in a key frame.
  static bool is_sequence(std::optional<VideoField> field, SequenceField wanted) {
    if (!field) return false;
    const auto offset = static_cast<int>(wanted);
    return static_cast<int>(*field) == static_cast<int>(VideoField::configuration_width) + offset ||
           static_cast<int>(*field) == static_cast<int>(VideoField::sequence_width) + offset;
  }

  Bytes sps_;           ///< of H.264; valid during describe_video
  bool found_ = false;  ///< a record, a sequence or a frame header
  bool done_ = false;   ///< the first track has ended
  Number codec_, profile_, constraints_, tier_, width_, height_, chroma_, depth_;
  VideoConfiguration configuration_;
  VideoExtras extras_;
};

/// The same for audio.
class AudioCollector final : public NullSink {
 public:
  void begin(FieldId id, std::uint32_t) override {
    found_ = found_ || is(id, AudioField::configuration) || is(id, AudioField::frame) ||
             is(id, AudioField::multichannel);
  }
  void end(FieldId id, std::uint32_t) override { done_ = done_ || id == FieldId::audio_track; }
  void number(FieldId id, Range, std::uint64_t value) override {
    if (id == FieldId::audio_codec || id == FieldId::audio_track_codec) codec_.keep(value);
    if (is(id, AudioField::configuration_object_type)) object_type_.keep(value);
    if (is(id, AudioField::configuration_sample_rate) || is(id, AudioField::frame_sample_rate)) {
      sample_rate_.keep(value);
    }
    if (is(id, AudioField::configuration_extension_sample_rate)) sample_rate_.overrule(value);
    if (is(id, AudioField::configuration_channels) || is(id, AudioField::frame_channels))
      channels_.keep(value);
    if (is(id, AudioField::configuration_low_frequency_channels) ||
        is(id, AudioField::frame_low_frequency_channels)) {
      low_frequency_.keep(value);
    }
    if (is(id, AudioField::configuration_bits_per_sample) || id == FieldId::audio_bits_per_sample) {
      bits_per_sample_.keep(value);
    }
    if (is(id, AudioField::multichannel_count)) channels_.keep(value);
    if (is(id, AudioField::multichannel_mask)) {
      constexpr std::uint32_t low_frequency = 1U << 3 | 1U << 18;  // of table speaker
      low_frequency_.keep(
          static_cast<std::uint64_t>(std::popcount(static_cast<std::uint32_t>(value) & low_frequency)));
    }
    if (id == FieldId::audio_sample_rate) sample_rate_.keep(value);
    if (id == FieldId::audio_channels) channels_.keep(value);
    found_ = found_ || id == FieldId::audio_sample_rate;
  }
  void real(FieldId id, Range, double value) override {
    if (is(id, AudioField::frame_duration) && duration_ == 0) duration_ = value;
  }
  void flag(FieldId id, Range, bool value) override {
    if (is(id, AudioField::configuration_sbr)) sbr_ = value;
    if (is(id, AudioField::configuration_ps)) ps_ = value;
  }

  [[nodiscard]] std::optional<AudioConfiguration> result() const {
    if (!found_ || !codec_) return std::nullopt;
    AudioConfiguration result;
    result.codec = static_cast<AudioCodec>(*codec_);
    result.sbr = sbr_;
    result.ps = ps_;
    result.object_type = object_type_.as<std::uint8_t>();
    result.sample_rate = sample_rate_.as<std::uint32_t>();
    result.channels = channels_.as<std::uint32_t>();
    result.low_frequency_channels = low_frequency_.as<std::uint32_t>();
    if (channels_ && ps_) result.channels = 2;
    result.bits_per_sample = bits_per_sample_.as<std::uint32_t>();
    result.packet_duration = duration_;
    const bool says_something =
        result.object_type || result.sample_rate || result.channels || result.bits_per_sample;
    return says_something ? std::optional(result) : std::nullopt;
  }

 private:
  [[nodiscard]] bool is(FieldId id, AudioField field) const {
    if (done_) return false;
    const auto number = static_cast<std::uint16_t>(id);
    const auto offset = static_cast<std::uint16_t>(field);
    return number == static_cast<std::uint16_t>(FieldId::audio_configuration) + offset ||
           number == static_cast<std::uint16_t>(FieldId::audio_track_configuration) + offset;
  }

  bool found_ = false;
  bool done_ = false;  ///< the first track has ended
  bool sbr_ = false;
  bool ps_ = false;
  double duration_ = 0;
  Number codec_, object_type_, sample_rate_, channels_, low_frequency_, bits_per_sample_;
};

template <typename Value>
void replace(std::optional<Value>& known, const std::optional<Value>& news) {
  if (news) known = news;
}

template <typename Value>
void fill_in(std::optional<Value>& known, const std::optional<Value>& news) {
  if (!known) known = news;
}

}  // namespace

std::optional<VideoConfiguration> read_video_configuration(Bytes body, std::uint32_t length) {
  VideoCollector fields;
  describe_video(body, length, fields);
  return fields.result();
}

std::optional<AudioConfiguration> read_audio_configuration(Bytes body, std::uint32_t length) {
  AudioCollector fields;
  describe_audio(body, length, fields);
  return fields.result();
}

void update(VideoConfiguration& known, const VideoConfiguration& frame) {
  if (known.codec != frame.codec) {
    known = frame;
    return;
  }
  replace(known.profile, frame.profile);
  replace(known.level, frame.level);
  replace(known.chroma_format, frame.chroma_format);
  replace(known.bit_depth, frame.bit_depth);
  replace(known.full_range, frame.full_range);
  replace(known.fixed_frame_rate, frame.fixed_frame_rate);
  if (frame.size) {  // a sequence, and so all that it says
    known.size = frame.size;
    known.fields_allowed = frame.fields_allowed;
    known.interlaced = frame.interlaced;
  }
  if (frame.frame_rate > 0) known.frame_rate = frame.frame_rate;
  if (frame.sample_aspect_width != 0) {
    known.sample_aspect_width = frame.sample_aspect_width;
    known.sample_aspect_height = frame.sample_aspect_height;
  }
  if (!(frame.colour == Colour{})) known.colour = frame.colour;
  if (!frame.extras) return;
  VideoExtras extras = known.extras ? *known.extras : VideoExtras{};
  replace(extras.display, frame.extras->display);
  replace(extras.light, frame.extras->light);
  if (!frame.extras->encoder.empty()) extras.encoder = frame.extras->encoder;
  known.extras = std::make_shared<const VideoExtras>(std::move(extras));
}

void complete(AudioConfiguration& known, const AudioConfiguration& frame) {
  fill_in(known.sample_rate, frame.sample_rate);
  // Where the record has channels, a frame's ones may be those of a part.
  fill_in(known.channels, frame.channels);
  if (known.channels == frame.channels) {
    fill_in(known.low_frequency_channels, frame.low_frequency_channels);
  }
  fill_in(known.bits_per_sample, frame.bits_per_sample);
  if (frame.packet_duration > 0) known.packet_duration = frame.packet_duration;
}

}  // namespace rtmpscope::media
