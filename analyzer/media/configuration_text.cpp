// A configuration in a few words, made from the fields that describe_* pushes.
#include <optional>

#include "media/body_fields.hpp"
#include "media/media.hpp"
#include "media/video_configuration.hpp"

namespace rtmpscope::media {
namespace {

/// Keeps the first value of each field that the text needs, whether it comes from the message or from a
/// track.
class Collector final : public NullSink {
 public:
  std::optional<std::uint64_t> codec, profile, tier, width, height;
  std::optional<std::uint64_t> object_type, sample_rate, extension_sample_rate, channels, bits_per_sample;
  std::string level;
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
    if (is(id, VideoField::configuration_level_name) && level.empty()) level = as_text(value);
  }
  void flag(FieldId id, Range, bool value) override {
    if (is(id, AudioField::configuration_sbr)) sbr = value;
    if (is(id, AudioField::configuration_ps)) ps = value;
  }

 private:
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

std::string_view text_of(ValueTable table, std::uint64_t number) {
  const ValueInfo* row = find_value(table, number);
  return row == nullptr ? std::string_view{} : row->text;
}

/// Hz as kHz without trailing zeros: 44.1, 48, 11.025.
std::string kilohertz(std::uint64_t rate) {
  std::string text = std::to_string(rate / 1000);
  if (rate % 1000 != 0) {
    std::string fraction = std::to_string(1000 + rate % 1000).substr(1);
    while (fraction.back() == '0') fraction.pop_back();
    text += '.' + fraction;
  }
  return text + " kHz";
}

std::string channel_text(std::uint64_t channels) {
  switch (channels) {
    case 1: return "mono";
    case 2: return "stereo";
    case 6: return "5.1";
    case 8: return "7.1";
    default: return std::to_string(channels) + " channels";
  }
}

void append(std::string& text, std::string_view separator, std::string_view more) {
  if (more.empty()) return;
  if (!text.empty()) text += separator;
  text += more;
}

std::string video_detail(const Collector& fields, VideoCodec codec) {
  constexpr std::uint64_t high_tier = 1;
  std::string text;
  if (fields.profile) {
    const std::string_view name = text_of(profile_table(codec), *fields.profile);
    text = name.empty() ? "profile " + std::to_string(*fields.profile) : std::string(name);
  }
  append(text, " ", fields.level);
  if (fields.tier == high_tier) append(text, " ", "High tier");
  if (fields.width && fields.height) {
    append(text, ", ", std::to_string(*fields.width) + "x" + std::to_string(*fields.height));
  }
  return text;
}

std::string audio_detail(const Collector& fields) {
  constexpr std::uint64_t low_complexity = 2;
  std::string text;
  if (fields.object_type == low_complexity && fields.sbr) {
    text = fields.ps ? "HE-AAC v2" : "HE-AAC";
  } else if (fields.object_type) {
    const std::string_view name = text_of(ValueTable::aac_object_type, *fields.object_type);
    text = name.empty() ? "object type " + std::to_string(*fields.object_type) : std::string(name);
  }
  const auto rate = fields.extension_sample_rate ? fields.extension_sample_rate : fields.sample_rate;
  if (rate) append(text, " ", kilohertz(*rate));
  if (fields.channels) append(text, " ", channel_text(fields.ps ? 2 : *fields.channels));
  if (fields.bits_per_sample) append(text, " ", std::to_string(*fields.bits_per_sample) + " bit");
  return text;
}

}  // namespace

ConfigurationText configuration_text(MediaType type, Bytes body) {
  Collector fields;
  const auto length = static_cast<std::uint32_t>(body.size());
  const bool video = type == MediaType::video;
  if (video) {
    describe_video(body, length, fields);
  } else {
    describe_audio(body, length, fields);
  }
  if (!fields.configuration || !fields.codec) return {};
  ConfigurationText text;
  text.detail = video ? video_detail(fields, static_cast<VideoCodec>(*fields.codec)) : audio_detail(fields);
  if (text.detail.empty()) return {};
  text.codec = text_of(video ? ValueTable::video_codec : ValueTable::audio_codec, *fields.codec);
  return text;
}

}  // namespace rtmpscope::media
