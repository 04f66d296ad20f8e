// What a platform wants of a publisher: a row of data/profiles.json. All values have sources.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "schema/schema.hpp"

namespace rtmpscope::analysis {

/// Who says it.
struct ProfileSource {
  std::string id;
  std::string title;
  std::string url;       ///< empty: there is none
  bool hearsay = false;  ///< no page of the platform or of an encoder's maker: a value that rests on it alone
                         ///< gives notes at most
};

using ProfileSources = std::vector<std::shared_ptr<const ProfileSource>>;

/// A value, and who says so.
template <typename T>
struct Wanted {
  T value{};
  ProfileSources sources;            ///< at least one
  bool uncertain = false;            ///< gives notes at most
  std::optional<Severity> severity;  ///< of a stream that differs, where it is not the rule's own
  std::string note;

  [[nodiscard]] bool is_hearsay() const {
    for (const auto& source : sources) {
      if (!source->hearsay) return uncertain;
    }
    return true;
  }
};

template <typename T>
using MaybeWanted = std::optional<Wanted<T>>;

/// How sure it is that a name means this platform.
enum class MatchConfidence : std::uint8_t { possible, likely, certain };

/// By which names a connection is told to be with the platform.
struct ProfileMatch {
  std::vector<std::string> hosts;  ///< patterns in lower case: * is any number of characters
  std::vector<std::string> apps;   ///< application names
  std::string key_prefix;          ///< of the stream name
  /// Names of the stream name's query, each "name", "name=value" or several of these with & between; one that
  /// fits is enough.
  std::vector<std::string> key_query;
  bool by_key_alone = false;  ///< the query is so particular that it needs no host
  MatchConfidence confidence = MatchConfidence::possible;
};

enum class Rtmps : std::uint8_t { offered, required, refused };

/// Distances of key frames in seconds.
struct KeyDistanceWanted {
  std::optional<double> recommended, low_latency, min, max;
};

/// Bit rates of the video of one picture size, in kbit/s.
struct BitrateRow {
  std::uint32_t width = 0, height = 0, fps = 0;
  std::vector<std::string> codecs;              ///< that min and max are for; empty: all
  std::vector<std::string> recommended_is_for;  ///< codecs that `recommended` is for; empty: all
  std::optional<std::uint32_t> min, recommended, max;
  ProfileSources sources;
};

struct PictureSize {
  std::uint32_t width = 0, height = 0;
};

/// The highest level of a codec's profile for pictures of a height and rate.
struct LevelRow {
  std::uint32_t height = 0, fps = 0;
  std::string level;  ///< "4.1"
};

struct VideoWanted {
  MaybeWanted<std::vector<std::string>> codecs;  ///< names of the value table video_codec, or hevc_id_12
  MaybeWanted<std::vector<std::string>> enhanced_rtmp;  ///< FourCCs
  MaybeWanted<std::vector<std::string>> profiles;       ///< of H.264: names of the value table avc_profile
  MaybeWanted<std::vector<LevelRow>> levels;
  MaybeWanted<KeyDistanceWanted> key_distance;
  MaybeWanted<bool> key_distance_constant;
  MaybeWanted<bool> open_gop;    ///< false: not wanted
  MaybeWanted<bool> interlaced;  ///< false: not wanted
  MaybeWanted<bool> multitrack;  ///< false: one track of a kind
  MaybeWanted<bool> required;    ///< audio alone is not accepted
  MaybeWanted<std::uint32_t> b_pictures_max;
  MaybeWanted<std::uint32_t> fps_min, fps_max;
  MaybeWanted<PictureSize> resolution_max;
  MaybeWanted<std::uint32_t> height_min;
  MaybeWanted<std::uint32_t> bitrate_max;  ///< kbit/s
  MaybeWanted<std::vector<std::uint32_t>> bitrate_recommended;
  std::vector<BitrateRow> bitrates;
};

struct AudioWanted {
  MaybeWanted<std::vector<std::string>> codecs;  ///< names of the value table audio_codec, or aac_lc
  MaybeWanted<std::vector<std::uint32_t>> sample_rates;
  MaybeWanted<std::uint32_t> channels_max;
  MaybeWanted<std::uint32_t> bitrate_max, bitrate_recommended;  ///< kbit/s
  MaybeWanted<bool> required;
};

/// What is known besides, for people.
struct ProfileFact {
  std::string about, text;
  ProfileSources sources;
  bool uncertain = false;
};

struct Profile {
  std::string id;    ///< "youtube"
  std::string name;  ///< "YouTube Live"
  std::string kind;  ///< platform, cloud or generic
  ProfileMatch match;
  ProfileSources match_sources;
  std::string base;  ///< id of the profile whose values hold where this one has none
  MaybeWanted<Rtmps> rtmps;
  VideoWanted video;
  AudioWanted audio;
  MaybeWanted<std::uint32_t> max_duration_h;
  std::vector<ProfileFact> facts;
};

}  // namespace rtmpscope::analysis
