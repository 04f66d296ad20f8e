#include "analysis/platform/profile_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "analysis/data/json_file.hpp"
#include "analysis/data/members.hpp"

namespace rtmpscope::analysis {
namespace {

using SourceTable = std::map<std::string, std::shared_ptr<const ProfileSource>>;

class Reader {
 public:
  Reader(Value document, const ProfileSources& known) : document_(document) {
    for (const auto& source : known) sources_[source->id] = source;
  }

  std::vector<Profile> read() {
    Members members(document_, "", complaint_);
    if (members.text_or_empty("format") != "rtmpscope-profiles")
      members.complain("format", "\"rtmpscope-profiles\" is expected");
    if (members.count("version") != 1) members.complain("version", "1 is expected");
    static_cast<void>(members.text("compiled"));
    read_sources(members);
    std::vector<Profile> profiles;
    std::size_t index = 0;
    for (Value each : members.elements("profiles"))
      profiles.push_back(profile(each, fmt::format("profiles[{}]", index++)));
    members.finish();
    return profiles;
  }

  [[nodiscard]] const std::string& complaint() const { return complaint_.text(); }

 private:
  void read_sources(Members& members) {
    Value sources = members.any("sources");
    if (!sources) return;
    if (!sources.is_object()) return members.complain("sources", "an object is expected");
    for (const auto& [id, value] : sources.members()) {
      Members source(value, fmt::format("sources.{}", id), complaint_);
      auto made = std::make_shared<ProfileSource>();
      made->id = std::string(id);
      made->title = source.wanted_text("title");
      made->url = source.text_or_empty("url");
      made->hearsay = source.flag("hearsay").value_or(false);
      source.finish();
      sources_[std::string(id)] = std::move(made);
    }
  }

  ProfileSources sources(Members& members) {
    ProfileSources result;
    for (const std::string& id : members.texts("sources")) {
      if (const auto found = sources_.find(id); found != sources_.end()) {
        result.push_back(found->second);
      } else {
        members.complain("sources", fmt::format("there is no source '{}'", id));
      }
    }
    if (result.empty()) members.complain("sources", "at least one source is expected");
    return result;
  }

  /// Reads the members that all values have; `read_value` gets the reader and takes the member "value".
  template <typename T, typename ReadValue>
  MaybeWanted<T> wanted(Members& from, std::string_view name, ReadValue read_value) {
    Value found = from.any(name);
    if (!found) return std::nullopt;
    Members members(found, from.place(name), complaint_);
    Wanted<T> result;
    if (!members.has("value")) members.complain("value", "is missing");
    if (std::optional<T> value = read_value(members)) result.value = *std::move(value);
    result.sources = sources(members);
    result.uncertain = members.flag("uncertain").value_or(false);
    result.note = members.text_or_empty("note");
    if (const auto severity = members.text("severity")) {
      for (const Severity each : {Severity::note, Severity::warning, Severity::error}) {
        if (rtmpscope::name(each) == *severity) result.severity = each;
      }
      if (!result.severity) members.complain("severity", "note, warning or error is expected");
    }
    members.finish();
    return result;
  }

  MaybeWanted<std::uint32_t> count(Members& from, std::string_view name) {
    return wanted<std::uint32_t>(from, name, [](Members& members) { return members.count("value"); });
  }
  MaybeWanted<bool> flag(Members& from, std::string_view name) {
    return wanted<bool>(from, name, [](Members& members) { return members.flag("value"); });
  }
  MaybeWanted<std::vector<std::string>> texts(Members& from, std::string_view name) {
    return wanted<std::vector<std::string>>(from, name,
                                            [](Members& members) { return members.texts("value"); });
  }
  MaybeWanted<std::vector<std::uint32_t>> counts(Members& from, std::string_view name) {
    return wanted<std::vector<std::uint32_t>>(from, name,
                                              [](Members& members) { return members.counts("value"); });
  }

  MaybeWanted<KeyDistanceWanted> key_distance(Members& from) {
    return wanted<KeyDistanceWanted>(from, "keyframe_s", [this](Members& members) {
      KeyDistanceWanted result;
      Value value = members.any("value");
      if (!value) return result;
      Members each(value, members.place("value"), complaint_);
      result.recommended = each.number("recommended");
      result.low_latency = each.number("low_latency");
      result.min = each.number("min");
      result.max = each.number("max");
      each.finish();
      return result;
    });
  }

  /// "1280x720"
  MaybeWanted<PictureSize> picture_size(Members& from, std::string_view name) {
    return wanted<PictureSize>(from, name, [](Members& members) {
      PictureSize size;
      const std::string text = members.text_or_empty("value");
      const char* const end = text.data() + text.size();
      const auto width = std::from_chars(text.data(), end, size.width);
      const bool crossed = width.ec == std::errc() && width.ptr != end && *width.ptr == 'x';
      const auto height = crossed ? std::from_chars(width.ptr + 1, end, size.height) : width;
      if (!crossed || height.ec != std::errc() || height.ptr != end)
        members.complain("value", "a size like 1280x720 is expected");
      return size;
    });
  }

  /// {"1080p30": "4.1"}
  MaybeWanted<std::vector<LevelRow>> levels(Members& from) {
    return wanted<std::vector<LevelRow>>(from, "levels", [](Members& members) {
      std::vector<LevelRow> rows;
      Value value = members.any("value");
      if (!value || !value.is_object()) {
        members.complain("value", "an object is expected");
        return rows;
      }
      for (const auto& [format, level] : value.members()) {
        LevelRow row;
        const char* const end = format.data() + format.size();
        const auto height = std::from_chars(format.data(), end, row.height);
        const bool parted = height.ec == std::errc() && height.ptr != end && *height.ptr == 'p';
        const auto fps = parted ? std::from_chars(height.ptr + 1, end, row.fps) : height;
        if (!parted || fps.ec != std::errc() || fps.ptr != end || !level.is_text()) {
          members.complain("value", "levels like \"1080p30\": \"4.1\" are expected");
          continue;
        }
        row.level = level.text();
        rows.push_back(std::move(row));
      }
      return rows;
    });
  }

  BitrateRow bitrate(Value value, std::string place) {
    Members members(value, std::move(place), complaint_);
    BitrateRow row;
    row.width = members.count("width").value_or(0);
    row.height = members.count("height").value_or(0);
    row.fps = members.count("fps").value_or(0);
    if (row.width == 0 || row.height == 0 || row.fps == 0)
      members.complain("height", "width, height and fps are expected");
    row.codecs = members.texts("codecs");
    row.recommended_is_for = members.texts("recommended_is_for");
    row.min = members.count("min_kbps");
    row.recommended = members.count("recommended_kbps");
    row.max = members.count("max_kbps");
    row.sources = sources(members);
    members.finish();
    return row;
  }

  void read_match(Value value, std::string place, Profile& profile) {
    Members members(value, std::move(place), complaint_);
    ProfileMatch& match = profile.match;
    match.hosts = members.texts("hosts");
    for (const std::string& host : match.hosts) {
      if (std::ranges::any_of(host, [](char c) { return c >= 'A' && c <= 'Z'; }))
        members.complain("hosts", fmt::format("'{}' must be in lower case", host));
      if (host.find_first_not_of("*.") == std::string::npos)
        members.complain("hosts", fmt::format("'{}' would match any host", host));
    }
    match.apps = members.texts("apps");
    match.key_prefix = members.text_or_empty("key_prefix");
    match.key_query = members.texts("key_query");
    match.by_key_alone = members.flag("by_key_alone").value_or(false);
    const std::string confidence = members.text("confidence").value_or("likely");
    match.confidence = confidence == "certain"  ? MatchConfidence::certain
                       : confidence == "likely" ? MatchConfidence::likely
                                                : MatchConfidence::possible;
    if (confidence != "certain" && confidence != "likely" && confidence != "possible")
      members.complain("confidence", "certain, likely or possible is expected");
    profile.match_sources = sources(members);
    members.finish();
  }

  void read_video(Value value, std::string place, VideoWanted& video) {
    Members members(value, std::move(place), complaint_);
    video.codecs = texts(members, "codecs");
    video.enhanced_rtmp = texts(members, "enhanced_rtmp");
    video.profiles = texts(members, "profiles");
    video.levels = levels(members);
    video.key_distance = key_distance(members);
    video.key_distance_constant = flag(members, "keyframe_constant");
    video.open_gop = flag(members, "open_gop");
    video.interlaced = flag(members, "interlaced");
    video.multitrack = flag(members, "multitrack");
    video.required = flag(members, "required");
    video.b_pictures_max = count(members, "bframes_max");
    video.fps_min = count(members, "fps_min");
    video.fps_max = count(members, "fps_max");
    video.resolution_max = picture_size(members, "resolution_max");
    video.height_min = count(members, "height_min");
    video.bitrate_max = count(members, "bitrate_max_kbps");
    video.bitrate_recommended = counts(members, "bitrate_recommended_kbps");
    std::size_t index = 0;
    for (Value each : members.elements("bitrate"))
      video.bitrates.push_back(bitrate(each, fmt::format("{}[{}]", members.place("bitrate"), index++)));
    members.finish();
  }

  void read_audio(Value value, std::string place, AudioWanted& audio) {
    Members members(value, std::move(place), complaint_);
    audio.codecs = texts(members, "codecs");
    audio.sample_rates = counts(members, "sample_rates");
    audio.channels_max = count(members, "channels_max");
    audio.bitrate_max = count(members, "bitrate_max_kbps");
    audio.bitrate_recommended = count(members, "bitrate_recommended_kbps");
    audio.required = flag(members, "required");
    members.finish();
  }

  void read_transport(Value value, std::string place, Profile& profile) {
    Members members(value, std::move(place), complaint_);
    profile.rtmps = wanted<Rtmps>(members, "rtmps", [](Members& each) -> std::optional<Rtmps> {
      const std::string word = each.text_or_empty("value");
      if (word == "offered") return Rtmps::offered;
      if (word == "required") return Rtmps::required;
      if (word == "refused") return Rtmps::refused;
      each.complain("value", "offered, required or refused is expected");
      return std::nullopt;
    });
    members.finish();
  }

  ProfileFact fact(Value value, std::string place) {
    Members members(value, std::move(place), complaint_);
    ProfileFact result{.about = members.wanted_text("about"),
                       .text = members.wanted_text("text"),
                       .sources = sources(members),
                       .uncertain = members.flag("uncertain").value_or(false)};
    members.finish();
    return result;
  }

  Profile profile(Value value, const std::string& place) {
    Members members(value, place, complaint_);
    Profile result;
    result.id = members.wanted_text("id");
    result.name = members.wanted_text("name");
    result.kind = members.text("kind").value_or("platform");
    if (result.kind != "platform" && result.kind != "cloud" && result.kind != "generic")
      members.complain("kind", "platform, cloud or generic is expected");
    result.base = members.text_or_empty("base");
    if (Value match = members.any("match")) read_match(match, members.place("match"), result);
    if (Value transport = members.any("transport"))
      read_transport(transport, members.place("transport"), result);
    if (Value video = members.any("video")) read_video(video, members.place("video"), result.video);
    if (Value audio = members.any("audio")) read_audio(audio, members.place("audio"), result.audio);
    if (Value session = members.any("session")) {
      Members each(session, members.place("session"), complaint_);
      result.max_duration_h = count(each, "max_duration_h");
      each.finish();
    }
    std::size_t index = 0;
    for (Value each : members.elements("facts"))
      result.facts.push_back(fact(each, fmt::format("{}[{}]", members.place("facts"), index++)));
    members.finish();
    return result;
  }

  Value document_;
  SourceTable sources_;
  Complaint complaint_;
};

}  // namespace

Expected<std::vector<Profile>> read_profiles(std::string_view text, std::string_view name,
                                             const ProfileSources& known) {
  const auto document = parse_json(text, name);
  if (!document) return tl::unexpected(document.error());
  Reader reader(*document, known);
  std::vector<Profile> profiles = reader.read();
  if (!reader.complaint().empty())
    return tl::unexpected(Error{ErrorKind::open_input, fmt::format("{}: {}", name, reader.complaint())});
  return profiles;
}

ProfileSources sources_of(const std::vector<Profile>& profiles) {
  SourceTable table;
  const auto add = [&table](const ProfileSources& sources) {
    for (const auto& source : sources) table.emplace(source->id, source);
  };
  const auto add_wanted = [&add](const auto&... values) { ((values ? add(values->sources) : void()), ...); };
  for (const Profile& each : profiles) {
    add(each.match_sources);
    const VideoWanted& video = each.video;
    const AudioWanted& audio = each.audio;
    add_wanted(each.rtmps, video.codecs, video.enhanced_rtmp, video.profiles, video.levels,
               video.key_distance, video.key_distance_constant, video.open_gop, video.interlaced,
               video.multitrack, video.required, video.b_pictures_max, video.fps_min, video.fps_max,
               video.resolution_max, video.height_min, video.bitrate_max, video.bitrate_recommended,
               audio.codecs, audio.sample_rates, audio.channels_max, audio.bitrate_max,
               audio.bitrate_recommended, audio.required, each.max_duration_h);
    for (const BitrateRow& row : video.bitrates) add(row.sources);
    for (const ProfileFact& fact : each.facts) add(fact.sources);
  }
  ProfileSources result;
  for (const auto& [id, source] : table) result.push_back(source);
  return result;
}

}  // namespace rtmpscope::analysis
