// What a codec configuration says, as values.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "media/codec.hpp"
#include "schema/schema.hpp"

namespace rtmpscope::media {

/// "3.1". H.264's level 1b, between 1.0 and 1.1, is {1, 0, true}.
struct Level {
  std::uint8_t major = 0;
  std::uint8_t minor = 0;
  bool is_1b = false;

  friend bool operator==(const Level&, const Level&) = default;
};

struct FrameSize {
  std::uint32_t width = 0;  ///< pixels, cropped
  std::uint32_t height = 0;

  friend bool operator==(const FrameSize&, const FrameSize&) = default;
};

/// Values that the record does not have are absent.
struct VideoConfiguration {
  VideoCodec codec = VideoCodec::unknown;
  bool high_tier = false;               ///< H.265, H.266, AV1
  std::optional<std::uint8_t> profile;  ///< number in profile_table(codec)
  std::optional<Level> level;
  std::optional<FrameSize> size;
  double frame_rate = 0;  ///< frames a second; 0: not known

  friend bool operator==(const VideoConfiguration&, const VideoConfiguration&) = default;
};

struct AudioConfiguration {
  AudioCodec codec = AudioCodec::unknown;
  bool sbr = false;                          ///< AAC: spectral band replication (HE-AAC)
  bool ps = false;                           ///< AAC: parametric stereo (HE-AAC v2)
  std::optional<std::uint8_t> object_type;   ///< AAC: number in values.def, table aac_object_type
  std::optional<std::uint32_t> sample_rate;  ///< Hz, as played: that of the extension, if there is one
  std::optional<std::uint32_t> channels;     ///< as played
  std::optional<std::uint32_t> bits_per_sample;

  friend bool operator==(const AudioConfiguration&, const AudioConfiguration&) = default;
};

/// From a whole sequence-start body; of several tracks, what the first says. Nothing if there is no record,
/// or none that says more than its frame rate.
[[nodiscard]] std::optional<VideoConfiguration> read_video_configuration(Bytes body);
[[nodiscard]] std::optional<AudioConfiguration> read_audio_configuration(Bytes body);

/// The table that names a codec's profiles; none if it has no names.
[[nodiscard]] ValueTable profile_table(VideoCodec codec);

}  // namespace rtmpscope::media
