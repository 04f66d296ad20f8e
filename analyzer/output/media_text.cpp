#include "output/media_text.hpp"

#include <fmt/format.h>

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

std::string channel_text(std::uint32_t channels) {
  switch (channels) {
    case 1: return "mono";
    case 2: return "stereo";
    case 6: return "5.1";
    case 8: return "7.1";
    default: return fmt::format("{} channels", channels);
  }
}

std::string level_text(const media::Level& level) {
  return level.is_1b ? "1b" : fmt::format("{}.{}", level.major, level.minor);
}

void append(std::string& text, std::string_view separator, std::string_view more) {
  if (more.empty()) return;
  if (!text.empty()) text += separator;
  text += more;
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

std::string configuration_text(const media::VideoConfiguration& configuration) {
  std::string text;
  if (configuration.profile) {
    text = text_of(media::profile_table(configuration.codec), *configuration.profile);
    if (text.empty()) text = fmt::format("profile {}", *configuration.profile);
  }
  if (configuration.level) append(text, " ", level_text(*configuration.level));
  if (configuration.high_tier) append(text, " ", "High tier");
  if (configuration.size) {
    append(text, ", ", fmt::format("{}x{}", configuration.size->width, configuration.size->height));
  }
  return text;
}

std::string configuration_text(const media::AudioConfiguration& configuration) {
  constexpr std::uint8_t low_complexity = 2;
  std::string text;
  if (configuration.object_type == low_complexity && configuration.sbr) {
    text = configuration.ps ? "HE-AAC v2" : "HE-AAC";
  } else if (configuration.object_type) {
    text = text_of(ValueTable::aac_object_type, *configuration.object_type);
    if (text.empty()) text = fmt::format("object type {}", *configuration.object_type);
  }
  if (configuration.sample_rate) append(text, " ", kilohertz(*configuration.sample_rate));
  if (configuration.channels) append(text, " ", channel_text(*configuration.channels));
  if (configuration.bits_per_sample) append(text, " ", fmt::format("{} bit", *configuration.bits_per_sample));
  return text;
}

}  // namespace rtmpscope::output
