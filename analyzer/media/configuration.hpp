// What a codec configuration says, as values.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "media/codec.hpp"
#include "media/sequence_details.hpp"
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

/// What few streams say, in a place of its own.
struct VideoExtras {
  std::optional<MasteringDisplay> display;
  std::optional<ContentLight> light;
  std::string encoder;                 ///< as x264 writes it, with all options
  std::vector<std::uint8_t> sequence;  ///< the SPS of H.264, if pictures may be fields

  friend bool operator==(const VideoExtras&, const VideoExtras&) = default;
};

/// Values that neither the record nor a key frame has are absent.
struct VideoConfiguration {
  VideoCodec codec = VideoCodec::unknown;
  bool high_tier = false;                ///< H.265, H.266, AV1
  bool fields_allowed = false;           ///< pictures may be fields
  std::optional<std::uint16_t> profile;  ///< number in profile_table(codec)
  std::optional<Level> level;
  std::optional<FrameSize> size;
  std::optional<bool> interlaced;  ///< where pictures may be fields: whether they are; absent: not known
  std::optional<std::uint8_t> chroma_format;  ///< number in table chroma_format
  std::optional<std::uint8_t> bit_depth;      ///< of luma
  std::uint16_t sample_aspect_width = 0;      ///< 0: not known
  std::uint16_t sample_aspect_height = 0;
  std::optional<bool> full_range;
  Colour colour;
  std::optional<bool> fixed_frame_rate;       ///< false: the frame rate is the highest possible one
  double frame_rate = 0;                      ///< frames a second; 0: not known
  std::shared_ptr<const VideoExtras> extras;  ///< null: none

  friend bool operator==(const VideoConfiguration&, const VideoConfiguration&) = default;
};

struct AudioConfiguration {
  AudioCodec codec = AudioCodec::unknown;
  bool sbr = false;                          ///< AAC: spectral band replication (HE-AAC)
  bool ps = false;                           ///< AAC: parametric stereo (HE-AAC v2)
  std::optional<std::uint8_t> object_type;   ///< AAC: number in values.def, table aac_object_type
  std::optional<std::uint32_t> sample_rate;  ///< Hz, as played: that of the extension, if there is one
  std::optional<std::uint32_t> channels;     ///< as played
  std::optional<std::uint32_t>
      low_frequency_channels;  ///< among them; absent: which channels there are is not known
  std::optional<std::uint32_t> bits_per_sample;
  double packet_duration = 0;  ///< milliseconds, of the first packet; 0: not known

  friend bool operator==(const AudioConfiguration&, const AudioConfiguration&) = default;
};

/// From the kept bytes of a body of `length` bytes: of a sequence start what the record says, of coded frames
/// what parameter sets, sequence headers and frame headers in it say; of several tracks the first one.
/// Nothing if there is nothing, or no more than a frame rate.
[[nodiscard]] std::optional<VideoConfiguration> read_video_configuration(Bytes body, std::uint32_t length);
[[nodiscard]] std::optional<AudioConfiguration> read_audio_configuration(Bytes body, std::uint32_t length);
/// Of a body that was kept whole.
[[nodiscard]] inline std::optional<VideoConfiguration> read_video_configuration(Bytes body) {
  return read_video_configuration(body, static_cast<std::uint32_t>(body.size()));
}
[[nodiscard]] inline std::optional<AudioConfiguration> read_audio_configuration(Bytes body) {
  return read_audio_configuration(body, static_cast<std::uint32_t>(body.size()));
}

/// What a frame says counts more than what was known before, and leaves the rest as it is.
void update(VideoConfiguration& known, const VideoConfiguration& frame);
/// Whether a picture of H.264 is a field, or a frame of two fields; nothing if it does not say so.
[[nodiscard]] std::optional<bool> read_interlaced(const VideoConfiguration& known, Bytes body,
                                                  std::uint32_t length);
/// What a frame or a channel map says fills in what the record does not say.
void complete(AudioConfiguration& known, const AudioConfiguration& frame);

/// The table that names a codec's profiles; none if it has no names.
[[nodiscard]] ValueTable profile_table(VideoCodec codec);

}  // namespace rtmpscope::media
