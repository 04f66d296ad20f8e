// What stands beside a sequence parameter set or sequence header: supplemental enhancement information (ITU-T
// H.264 annex D, H.265 annex D) and metadata OBUs (AV1 5.8). Both are gathered here with the sequence.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "media/body_fields.hpp"
#include "media/codec.hpp"
#include "media/nal_units.hpp"
#include "media/parameter_sets.hpp"

namespace rtmpscope::media {

/// CIE 1931 coordinates, and cd/m2.
struct MasteringDisplay {
  struct Point {
    double x = 0, y = 0;

    friend bool operator==(const Point&, const Point&) = default;
  };
  Point red, green, blue, white;
  double max_luminance = 0;
  double min_luminance = 0;

  friend bool operator==(const MasteringDisplay&, const MasteringDisplay&) = default;
};

struct ContentLight {
  std::uint16_t max_cll = 0;   ///< cd/m2
  std::uint16_t max_fall = 0;  ///< cd/m2

  friend bool operator==(const ContentLight&, const ContentLight&) = default;
};

/// Bytes of a NAL unit with SEI that are read, and of an encoder's text that are kept.
inline constexpr std::size_t max_sei_size = 2048;

/// Of each kind the first; values whose beginning alone was kept are left out, but for the encoder's text.
class SequenceDetails {
 public:
  explicit SequenceDetails(VideoCodec codec) : codec_(codec) {}

  /// Whether a NAL unit of that type says anything here.
  [[nodiscard]] static bool wants_nal(VideoCodec codec, std::uint8_t type);
  /// A NAL unit of the type; `bytes` may be its beginning only.
  void take_nal(std::uint8_t type, Bytes bytes, Range range);
  /// An OBU's payload.
  void take_obu(std::uint8_t type, Bytes payload, Range range);

  /// There was a sequence parameter set or sequence header. Without info it could not be read.
  [[nodiscard]] bool seen() const { return seen_; }
  [[nodiscard]] const std::optional<SequenceInfo>& info() const { return info_; }
  [[nodiscard]] Range range() const { return info_range_; }
  /// Nothing was found.
  [[nodiscard]] bool empty() const {
    return !info_ && !display_ && !light_ && encoder_.empty() && !user_data_;
  }

  /// Pushes what is not in every configuration record: the fields of fields_video_sequence.def, to the place
  /// that begins with `first`.
  void describe(const VideoFields& fields, VideoField first) const;

 private:
  void take_sei(Bytes nal, Range range);
  void take_user_data(Bytes payload, Range range);
  void describe_info(const VideoFields& fields, VideoField first) const;
  void describe_light(const VideoFields& fields, VideoField first) const;

  VideoCodec codec_;
  bool seen_ = false;
  std::optional<SequenceInfo> info_;
  Range info_range_;
  std::optional<MasteringDisplay> display_;
  Range display_range_;
  std::optional<ContentLight> light_;
  Range light_range_;
  std::optional<std::array<std::uint8_t, 16>> user_data_;  ///< identifier
  Range user_data_range_;
  std::string encoder_;
  Range encoder_range_;
};

}  // namespace rtmpscope::media
