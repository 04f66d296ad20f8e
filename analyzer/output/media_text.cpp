#include "output/media_text.hpp"

#include <fmt/format.h>

#include <array>

namespace rtmpscope::output {
namespace {

std::string_view text_of(ValueTable table, std::uint64_t number) {
  const ValueInfo* row = find_value(table, number);
  return row == nullptr ? std::string_view{} : row->text;
}

/// Hz as kHz without trailing zeros: 44.1, 48, 11.025.
std::string kilohertz(std::uint32_t rate) {
  std::string text = std::to_string(rate / 1000);
  if (rate % 1000 != 0) {
    std::string fraction = std::to_string(1000 + rate % 1000).substr(1);
    while (fraction.back() == '0') fraction.pop_back();
    text += '.' + fraction;
  }
  return text + " kHz";
}

/// "stereo", "5.1"; a layout only where it is known which channels there are.
std::string channel_text(std::uint32_t channels, std::optional<std::uint32_t> low_frequency) {
  if (channels == 1) return "mono";
  if (channels == 2 && low_frequency.value_or(0) == 0) return "stereo";
  if (!low_frequency || *low_frequency > channels) return fmt::format("{} channels", channels);
  return fmt::format("{}.{}", channels - *low_frequency, *low_frequency);
}

/// At most two places: 25, 29.97.
std::string short_number(double number) {
  std::string text = fmt::format("{:.2f}", number);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

void append(std::string& text, std::string_view separator, std::string_view more) {
  if (more.empty()) return;
  if (!text.empty()) text += separator;
  text += more;
}

/// "8 bit 4:2:0".
std::string format_text(const media::VideoConfiguration& configuration) {
  std::string text;
  if (configuration.bit_depth) text = fmt::format("{} bit", *configuration.bit_depth);
  if (configuration.chroma_format) {
    append(text, " ", text_of(ValueTable::chroma_format, *configuration.chroma_format));
  }
  return text;
}

std::string_view scan_text(const media::VideoConfiguration& configuration) {
  if (!configuration.fields_allowed) return {};
  if (!configuration.interlaced) return "fields allowed";
  return *configuration.interlaced ? "interlaced" : "fields allowed but not used";
}

/// Encoders that take pictures as they come put the tick of their clock where the frame rate belongs.
std::string rate_text(const media::VideoConfiguration& configuration) {
  constexpr double highest_usual_rate = 120;
  if (configuration.frame_rate <= 0) return {};
  const bool may_be_tick =
      configuration.fixed_frame_rate == false && configuration.frame_rate > highest_usual_rate;
  return fmt::format("{}{} fps", may_be_tick ? "up to " : "", short_number(configuration.frame_rate));
}

/// "BT.709", "BT.2020 PQ": primaries, transfer, matrix, each name once.
std::string colour_text(const media::Colour& colour) {
  std::string text;
  std::string_view last;
  const auto add = [&](ValueTable table, std::uint8_t number) {
    const std::string_view name = text_of(table, number);
    if (number == media::Colour::unspecified || name.empty()) return;
    if (!last.empty() && (name.starts_with(last) || last.starts_with(name))) return;
    append(text, " ", name);
    if (last.empty()) last = name;
  };
  add(ValueTable::color_primaries, colour.primaries);
  add(ValueTable::transfer_characteristics, colour.transfer);
  add(ValueTable::matrix_coefficients, colour.matrix);
  return text;
}

/// "x264 core 164": encoders that are known, by their number alone, so that no other text of the stream is
/// shown.
std::string encoder_text(std::string_view encoder) {
  struct Known {
    std::string_view begin, name;
  };
  constexpr std::array<Known, 2> known{{{"x264 - core ", "x264 core "}, {"x265 (build ", "x265 build "}}};
  for (const auto& [begin, name] : known) {
    if (!encoder.starts_with(begin)) continue;
    encoder.remove_prefix(begin.size());
    return fmt::format("{}{}", name, encoder.substr(0, encoder.find_first_not_of("0123456789")));
  }
  return {};
}

/// "MaxCLL 1000 cd/m2, mastered for 0.005 to 1000 cd/m2".
void append_light(std::string& text, const media::VideoExtras& extras) {
  if (extras.light) {
    append(text, ", ",
           fmt::format("MaxCLL {} MaxFALL {} cd/m2", extras.light->max_cll, extras.light->max_fall));
  }
  if (extras.display) {
    append(text, ", ",
           fmt::format("mastered for {:.4g} to {:.4g} cd/m2", extras.display->min_luminance,
                       extras.display->max_luminance));
  }
}

}  // namespace

std::string_view codec_text(media::VideoCodec codec) {
  if (codec == media::VideoCodec::unknown) return {};
  return text_of(ValueTable::video_codec, static_cast<std::uint64_t>(codec));
}

std::string_view codec_text(media::AudioCodec codec) {
  if (codec == media::AudioCodec::unknown) return {};
  return text_of(ValueTable::audio_codec, static_cast<std::uint64_t>(codec));
}

std::string profile_text(const media::VideoConfiguration& configuration) {
  if (!configuration.profile) return {};
  const std::string_view name = text_of(media::profile_table(configuration.codec), *configuration.profile);
  return name.empty() ? fmt::format("profile {}", *configuration.profile) : std::string(name);
}

std::string level_text(const media::Level& level) {
  return level.is_1b ? "1b" : fmt::format("{}.{}", level.major, level.minor);
}

std::string configuration_text(const media::VideoConfiguration& configuration) {
  std::string text = profile_text(configuration);
  if (configuration.level) append(text, " ", level_text(*configuration.level));
  if (configuration.high_tier) append(text, " ", "High tier");
  if (configuration.size) {
    append(text, ", ", fmt::format("{}x{}", configuration.size->width, configuration.size->height));
  }
  append(text, ", ", scan_text(configuration));
  if (configuration.sample_aspect_width != configuration.sample_aspect_height) {
    append(text, ", ",
           fmt::format("SAR {}:{}", configuration.sample_aspect_width, configuration.sample_aspect_height));
  }
  append(text, ", ", format_text(configuration));
  append(text, ", ", rate_text(configuration));
  append(text, ", ", colour_text(configuration.colour));
  if (configuration.full_range == true) append(text, ", ", "full range");
  if (configuration.extras) {
    append_light(text, *configuration.extras);
    append(text, ", ", encoder_text(configuration.extras->encoder));
  }
  return text;
}

std::string profile_text(const media::AudioConfiguration& configuration) {
  constexpr std::uint8_t low_complexity = 2;
  if (!configuration.object_type) return {};
  if (configuration.object_type == low_complexity && configuration.sbr) {
    return configuration.ps ? "HE-AAC v2" : "HE-AAC";
  }
  const std::string_view name = text_of(ValueTable::aac_object_type, *configuration.object_type);
  return name.empty() ? fmt::format("object type {}", *configuration.object_type) : std::string(name);
}

std::string configuration_text(const media::AudioConfiguration& configuration) {
  std::string text = profile_text(configuration);
  if (configuration.sample_rate) append(text, " ", kilohertz(*configuration.sample_rate));
  if (configuration.channels) {
    append(text, " ", channel_text(*configuration.channels, configuration.low_frequency_channels));
  }
  if (configuration.bits_per_sample) append(text, " ", fmt::format("{} bit", *configuration.bits_per_sample));
  if (configuration.packet_duration > 0 && configuration.codec == media::AudioCodec::opus) {
    append(text, " ", fmt::format("{} ms packets", short_number(configuration.packet_duration)));
  }
  return text;
}

}  // namespace rtmpscope::output
