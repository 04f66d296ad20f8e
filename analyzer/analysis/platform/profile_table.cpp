#include "analysis/platform/profile_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/data/json_file.hpp"
#include "analysis/platform/profile_reader.hpp"
#include "base/suggestion.hpp"

namespace rtmpscope::embedded {
std::string_view profiles_json();  // made of data/profiles.json by the build
}

namespace rtmpscope::analysis {
namespace {

template <typename T>
void take(MaybeWanted<T>& value, const MaybeWanted<T>& base) {
  if (!value) value = base;
}

void take_base(Profile& profile, const Profile& base) {
  VideoWanted& video = profile.video;
  AudioWanted& audio = profile.audio;
  take(profile.rtmps, base.rtmps);
  take(profile.max_duration_h, base.max_duration_h);
  take(video.codecs, base.video.codecs);
  take(video.enhanced_rtmp, base.video.enhanced_rtmp);
  take(video.profiles, base.video.profiles);
  take(video.levels, base.video.levels);
  take(video.key_distance, base.video.key_distance);
  take(video.key_distance_constant, base.video.key_distance_constant);
  take(video.open_gop, base.video.open_gop);
  take(video.interlaced, base.video.interlaced);
  take(video.multitrack, base.video.multitrack);
  take(video.required, base.video.required);
  take(video.b_pictures_max, base.video.b_pictures_max);
  take(video.fps_min, base.video.fps_min);
  take(video.fps_max, base.video.fps_max);
  take(video.resolution_max, base.video.resolution_max);
  take(video.height_min, base.video.height_min);
  take(video.bitrate_recommended, base.video.bitrate_recommended);
  if (video.bitrates.empty() && !video.bitrate_max) {
    video.bitrates = base.video.bitrates;
    video.bitrate_max = base.video.bitrate_max;
  }
  take(audio.codecs, base.audio.codecs);
  take(audio.sample_rates, base.audio.sample_rates);
  take(audio.channels_max, base.audio.channels_max);
  take(audio.bitrate_max, base.audio.bitrate_max);
  take(audio.bitrate_recommended, base.audio.bitrate_recommended);
  take(audio.required, base.audio.required);
}

}  // namespace

const ProfileTable& ProfileTable::built_in() {
  static const ProfileTable table = [] {
    ProfileTable made;
    // A test reads the table: it has no faults in a program that has passed its tests.
    static_cast<void>(made.add(embedded::profiles_json(), "profiles.json"));
    static_cast<void>(made.complete());
    return made;
  }();
  return table;
}

Expected<std::shared_ptr<const ProfileTable>> ProfileTable::with_files(
    const std::vector<std::string>& files) {
  auto table = std::make_shared<ProfileTable>();
  if (auto added = table->add(embedded::profiles_json(), "profiles.json"); !added)
    return tl::unexpected(added.error());
  for (const std::string& path : files) {
    const auto text = read_whole_file(path);
    if (!text) return tl::unexpected(text.error());
    if (auto added = table->add(*text, path); !added) return tl::unexpected(added.error());
  }
  if (auto completed = table->complete(); !completed) return tl::unexpected(completed.error());
  return table;
}

Expected<void> ProfileTable::add(std::string_view text, std::string_view name) {
  auto read = read_profiles(text, name, sources_of(profiles_));
  if (!read) return tl::unexpected(std::move(read.error()));
  for (Profile& each : *read) {
    std::erase_if(profiles_, [&](const Profile& known) { return known.id == each.id; });
    profiles_.push_back(std::move(each));
  }
  return {};
}

Expected<void> ProfileTable::complete() {
  for (Profile& each : profiles_) {
    if (each.base.empty()) continue;
    const Profile* base = find(each.base);
    if (base == nullptr || base == &each || !base->base.empty()) {
      return tl::unexpected(
          Error{ErrorKind::open_input,
                fmt::format("profile {}: base '{}' is no profile that has none itself", each.id, each.base)});
    }
    take_base(each, *base);
  }
  return {};
}

const Profile* ProfileTable::find(std::string_view id) const {
  const auto found = std::ranges::find(profiles_, id, &Profile::id);
  return found == profiles_.end() ? nullptr : &*found;
}

Expected<const Profile*> ProfileTable::find_or_suggest(std::string_view id) const {
  if (const Profile* found = find(id)) return found;
  std::vector<std::string_view> ids;
  for (const Profile& each : profiles_) ids.push_back(each.id);
  const auto meant = nearest_word(id, ids);
  return tl::unexpected(Error{
      ErrorKind::usage, meant ? fmt::format("there is no profile '{}'; did you mean {}?", id, *meant)
                              : fmt::format("there is no profile '{}' (rtmpscope profiles lists them)", id)});
}

}  // namespace rtmpscope::analysis
