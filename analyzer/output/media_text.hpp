// Codecs and their configurations as a person reads them.
#pragma once

#include <string>
#include <string_view>

#include "rtmp/session/summary.hpp"

namespace rtmpscope::output {

/// "H.264/AVC", "AAC"; empty if the codec is not known.
[[nodiscard]] std::string_view codec_text(media::VideoCodec codec);
[[nodiscard]] std::string_view codec_text(media::AudioCodec codec);

/// "High"; empty if it is not known.
[[nodiscard]] std::string profile_text(const media::VideoConfiguration& configuration);
/// "LC", "HE-AAC".
[[nodiscard]] std::string profile_text(const media::AudioConfiguration& configuration);
/// "3.1", "1b".
[[nodiscard]] std::string level_text(const media::Level& level);

/// "High 3.1, 1280x720, 8 bit 4:2:0, 25 fps, BT.709".
[[nodiscard]] std::string configuration_text(const media::VideoConfiguration& configuration);
/// "LC 44.1 kHz stereo".
[[nodiscard]] std::string configuration_text(const media::AudioConfiguration& configuration);

/// The configuration of a VideoSummary or AudioSummary; empty if it is not known.
template <typename Summary>
[[nodiscard]] std::string configuration_text_of(const Summary& media) {
  return media.configuration ? configuration_text(*media.configuration) : std::string();
}

}  // namespace rtmpscope::output
