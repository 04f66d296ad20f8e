// Made from the fields that describe_* pushes.
#include "media/configuration.hpp"

#include <charconv>

#include "media/body_fields.hpp"
#include "media/media.hpp"
#include "media/video_configuration.hpp"

namespace rtmpscope::media {
namespace {

/// Keeps the first value of each field that a configuration needs, whether it comes from the message or from
/// a track.
class Collector final : public NullSink {
 public:
  std::optional<std::uint64_t> codec, profile, tier, width, height;
  std::optional<std::uint64_t> object_type, sample_rate, extension_sample_rate, channels, bits_per_sample;
  std::optional<Level> level;
  double frame_rate = 0;
  bool sbr = false;
  bool ps = false;
  bool configuration = false;

  void begin(FieldId id, std::uint32_t) override {
    configuration = configuration || is(id, VideoField::configuration) || is(id, AudioField::configuration);
  }
  void number(FieldId id, Range, std::uint64_t value) override {
    if (id == FieldId::video_codec || id == FieldId::video_track_codec || id == FieldId::audio_codec ||
        id == FieldId::audio_track_codec) {
      keep(codec, value);
    }
    if (is(id, VideoField::configuration_profile)) keep(profile, value);
    if (is(id, VideoField::configuration_tier)) keep(tier, value);
    if (is(id, VideoField::configuration_width)) keep(width, value);
    if (is(id, VideoField::configuration_height)) keep(height, value);
    if (is(id, AudioField::configuration_object_type)) keep(object_type, value);
    if (is(id, AudioField::configuration_sample_rate)) keep(sample_rate, value);
    if (is(id, AudioField::configuration_extension_sample_rate)) keep(extension_sample_rate, value);
    if (is(id, AudioField::configuration_channels)) keep(channels, value);
    if (is(id, AudioField::configuration_bits_per_sample)) keep(bits_per_sample, value);
  }
  void text(FieldId id, Range, Bytes value) override {
    if (is(id, VideoField::configuration_level_name) && !level) level = level_of(as_text(value));
  }
  void real(FieldId id, Range, double value) override {
    if (is(id, VideoField::configuration_frame_rate) && frame_rate == 0) frame_rate = value;
  }
  void flag(FieldId id, Range, bool value) override {
    if (is(id, AudioField::configuration_sbr)) sbr = value;
    if (is(id, AudioField::configuration_ps)) ps = value;
  }

 private:
  /// Of "3.1" or "1b".
  static Level level_of(std::string_view name) {
    Level level;
    const char* end = name.data() + name.size();
    const char* at = std::from_chars(name.data(), end, level.major).ptr;
    level.is_1b = at != end && *at == 'b';
    if (at != end && *at == '.') std::from_chars(at + 1, end, level.minor);
    return level;
  }
  static void keep(std::optional<std::uint64_t>& place, std::uint64_t value) {
    if (!place) place = value;
  }
  static bool at(FieldId id, FieldId first, std::uint16_t offset) {
    return static_cast<std::uint16_t>(id) == static_cast<std::uint16_t>(first) + offset;
  }
  static bool is(FieldId id, VideoField field) {
    const auto offset = static_cast<std::uint16_t>(field);
    return at(id, FieldId::video_composition_time, offset) ||
           at(id, FieldId::video_track_composition_time, offset);
  }
  static bool is(FieldId id, AudioField field) {
    const auto offset = static_cast<std::uint16_t>(field);
    return at(id, FieldId::audio_configuration, offset) || at(id, FieldId::audio_track_configuration, offset);
  }
};

template <typename Number>
std::optional<Number> narrowed(const std::optional<std::uint64_t>& value) {
  return value ? std::optional(static_cast<Number>(*value)) : std::nullopt;
}

}  // namespace

std::optional<VideoConfiguration> read_video_configuration(Bytes body) {
  constexpr std::uint64_t high_tier = 1;
  Collector fields;
  describe_video(body, static_cast<std::uint32_t>(body.size()), fields);
  if (!fields.configuration || !fields.codec) return std::nullopt;
  VideoConfiguration configuration;
  configuration.codec = static_cast<VideoCodec>(*fields.codec);
  configuration.profile = narrowed<std::uint8_t>(fields.profile);
  configuration.level = fields.level;
  configuration.high_tier = fields.tier == high_tier;
  if (fields.width && fields.height) {
    configuration.size = {static_cast<std::uint32_t>(*fields.width),
                          static_cast<std::uint32_t>(*fields.height)};
  }
  configuration.frame_rate = fields.frame_rate;
  const bool says_something =
      configuration.profile || configuration.level || configuration.high_tier || configuration.size;
  return says_something ? std::optional(configuration) : std::nullopt;
}

std::optional<AudioConfiguration> read_audio_configuration(Bytes body) {
  Collector fields;
  describe_audio(body, static_cast<std::uint32_t>(body.size()), fields);
  if (!fields.configuration || !fields.codec) return std::nullopt;
  AudioConfiguration configuration;
  configuration.codec = static_cast<AudioCodec>(*fields.codec);
  configuration.sbr = fields.sbr;
  configuration.ps = fields.ps;
  configuration.object_type = narrowed<std::uint8_t>(fields.object_type);
  configuration.sample_rate = narrowed<std::uint32_t>(
      fields.extension_sample_rate ? fields.extension_sample_rate : fields.sample_rate);
  configuration.channels = narrowed<std::uint32_t>(fields.channels);
  if (fields.channels && fields.ps) configuration.channels = 2;
  configuration.bits_per_sample = narrowed<std::uint32_t>(fields.bits_per_sample);
  const bool says_something = configuration.object_type || configuration.sample_rate ||
                              configuration.channels || configuration.bits_per_sample;
  return says_something ? std::optional(configuration) : std::nullopt;
}

}  // namespace rtmpscope::media
