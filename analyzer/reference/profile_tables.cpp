#include "reference/profile_tables.hpp"

#include <fmt/format.h>

#include "analysis/finding/number_text.hpp"
#include "reference/table.hpp"

namespace rtmpscope::output {
namespace {

using analysis::plain;
using analysis::Profile;
using analysis::ProfileSources;

std::string joined(const std::vector<std::string>& words, std::string_view between = ", ") {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += between;
    text += word;
  }
  return text;
}

std::string joined(const std::vector<std::uint32_t>& numbers, std::string_view between = ", ") {
  std::vector<std::string> words;
  for (const std::uint32_t number : numbers) words.push_back(fmt::format("{}", number));
  return joined(words, between);
}

std::string titles(const ProfileSources& sources) {
  std::vector<std::string> words;
  for (const auto& source : sources)
    words.push_back(source->url.empty() ? source->title : fmt::format("{} <{}>", source->title, source->url));
  return joined(words, "; ");
}

std::string shown(bool value) {
  return value ? "yes" : "no";
}
std::string shown(std::uint32_t value) {
  return fmt::format("{}", value);
}
std::string shown(const std::vector<std::string>& value) {
  return joined(value);
}
std::string shown(const std::vector<std::uint32_t>& value) {
  return joined(value);
}
std::string shown(const analysis::PictureSize& value) {
  return fmt::format("{}x{}", value.width, value.height);
}
std::string shown(analysis::Rtmps value) {
  switch (value) {
    case analysis::Rtmps::offered: return "offered";
    case analysis::Rtmps::required: return "required";
    case analysis::Rtmps::refused: return "refused";
  }
  return {};
}
std::string shown(const std::vector<analysis::LevelRow>& value) {
  std::vector<std::string> words;
  for (const analysis::LevelRow& row : value)
    words.push_back(fmt::format("{}p{}: {}", row.height, row.fps, row.level));
  return joined(words);
}
std::string shown(const analysis::KeyDistanceWanted& value) {
  std::vector<std::string> words;
  if (value.recommended) words.push_back(plain(*value.recommended) + " s");
  if (value.low_latency) words.push_back(plain(*value.low_latency) + " s for low latency");
  if (value.min) words.push_back(fmt::format("at least {} s", plain(*value.min)));
  if (value.max) words.push_back(fmt::format("at most {} s", plain(*value.max)));
  return joined(words);
}

class ProfileRows {
 public:
  explicit ProfileRows(Table& to) : to_(to) {}

  void add(std::string_view name, std::string value, std::string remark, const ProfileSources& sources) {
    to_.rows.push_back({std::string(name), std::move(value), std::move(remark), titles(sources)});
  }

  template <typename T>
  void add(std::string_view name, const analysis::MaybeWanted<T>& wanted) {
    if (!wanted) return;
    std::string remark = wanted->note;
    const auto say = [&remark](std::string_view word) {
      if (!remark.empty()) remark += "; ";
      remark += word;
    };
    if (wanted->is_hearsay()) say("uncertain: gives notes at most");
    if (wanted->severity && !wanted->is_hearsay())
      say(fmt::format("gives {}s", rtmpscope::name(*wanted->severity)));
    add(name, shown(wanted->value), std::move(remark), wanted->sources);
  }

 private:
  Table& to_;
};

void add_video(const analysis::VideoWanted& video, ProfileRows& to) {
  to.add("video codecs", video.codecs);
  to.add("FourCCs of Enhanced RTMP", video.enhanced_rtmp);
  to.add("profiles of H.264", video.profiles);
  to.add("levels of H.264", video.levels);
  to.add("key frame distance", video.key_distance);
  to.add("constant key frame distance", video.key_distance_constant);
  to.add("open groups of pictures", video.open_gop);
  to.add("B pictures, at most", video.b_pictures_max);
  to.add("frames/s, at least", video.fps_min);
  to.add("frames/s, at most", video.fps_max);
  to.add("picture, at most", video.resolution_max);
  to.add("rows, at least", video.height_min);
  to.add("interlaced", video.interlaced);
  to.add("several tracks of a kind", video.multitrack);
  to.add("video required", video.required);
  to.add("video kbit/s, at most", video.bitrate_max);
  to.add("video kbit/s, recommended", video.bitrate_recommended);
  for (const analysis::BitrateRow& row : video.bitrates) {
    std::vector<std::string> words;
    if (row.min) words.push_back(fmt::format("at least {}", *row.min));
    if (row.max) words.push_back(fmt::format("at most {}", *row.max));
    if (row.recommended) words.push_back(fmt::format("recommended {}", *row.recommended));
    std::string remark;
    if (!row.codecs.empty()) remark = "limits for " + joined(row.codecs);
    if (!row.recommended_is_for.empty())
      remark += (remark.empty() ? "recommended for " : "; recommended for ") + joined(row.recommended_is_for);
    to.add(fmt::format("video kbit/s, {}x{} at {}", row.width, row.height, row.fps), joined(words),
           std::move(remark), row.sources);
  }
}

}  // namespace

std::string profiles_table(std::span<const Profile> profiles, TableFormat format) {
  Table table{{"id", "name", "hosts", "app", "key_distance", "video_kbps", "codecs"},
              {"Id", "Name", "Hosts", "Application", "Key frames", "Video kbit/s", "Codecs"},
              {0, 2},
              {}};
  for (const Profile& each : profiles) {
    std::uint32_t most = 0;
    for (const analysis::BitrateRow& row : each.video.bitrates) most = std::max(most, row.max.value_or(0));
    if (each.video.bitrate_max) most = each.video.bitrate_max->value;
    table.rows.push_back({each.id, each.name, joined(each.match.hosts, " "), joined(each.match.apps, " "),
                          each.video.key_distance ? shown(each.video.key_distance->value) : "",
                          most == 0 ? "" : fmt::format("at most {}", most),
                          each.video.codecs ? shown(each.video.codecs->value) : ""});
  }
  return print(table, format);
}

std::string profile_table(const Profile& profile, TableFormat format) {
  Table table{{"name", "value", "remark", "sources"}, {"What", "Value", "Remark", "Sources"}, {}, {}};
  ProfileRows rows(table);
  rows.add("platform", profile.name, profile.kind, profile.match_sources);
  if (!profile.match.hosts.empty()) rows.add("hosts", joined(profile.match.hosts, " "), "", {});
  if (!profile.match.apps.empty()) rows.add("application", joined(profile.match.apps, " "), "", {});
  if (!profile.match.key_prefix.empty()) rows.add("key begins with", profile.match.key_prefix, "", {});
  if (!profile.match.key_query.empty())
    rows.add("key's query has", joined(profile.match.key_query, " or "), "", {});
  rows.add("RTMPS", profile.rtmps);
  add_video(profile.video, rows);
  rows.add("audio codecs", profile.audio.codecs);
  rows.add("audio Hz", profile.audio.sample_rates);
  rows.add("audio channels, at most", profile.audio.channels_max);
  rows.add("audio kbit/s, at most", profile.audio.bitrate_max);
  rows.add("audio kbit/s, recommended", profile.audio.bitrate_recommended);
  rows.add("audio required", profile.audio.required);
  rows.add("hours, at most", profile.max_duration_h);
  for (const analysis::ProfileFact& fact : profile.facts)
    rows.add(fact.about, fact.text, fact.uncertain ? "uncertain" : "", fact.sources);
  return print(table, format);
}

}  // namespace rtmpscope::output
