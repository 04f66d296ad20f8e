#include "analysis/platform/profile_case.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rtmpscope::analysis {
namespace {

std::string reference_text(const ProfileSources& sources) {
  // A page that can be opened says more than hearsay.
  const auto best = std::ranges::find_if(sources, [](const auto& source) { return !source->url.empty(); });
  const auto& source = best == sources.end() ? sources.front() : *best;
  return source->url.empty() ? source->title : fmt::format("{}, {}", source->title, source->url);
}

}  // namespace

void ProfileCase::fail(Difference difference, const ProfileSources& sources, bool is_hearsay,
                       std::optional<Severity> severity) {
  JudgedFinding finding = judged(difference.id, difference.at);
  if (severity) finding.severity = *severity;
  if (is_hearsay || profile_.kind == "generic") finding.severity = Severity::note;
  finding.direction = Direction::to_server;
  finding.profile = profile_.id;
  if (!sources.empty()) finding.reference = reference_text(sources);
  finding.issue = difference.issue;
  finding.text = fmt::format("{}, {} {}", difference.text, wants(), difference.limit);
  if (!difference.issue.empty()) finding.text += fmt::format(" ({})", difference.issue);
  if (!difference.what_to_do.empty()) finding.what_to_do = std::move(difference.what_to_do);
  finding.worst = difference.worst;
  finding.unit = difference.unit;
  finding.count = difference.count;
  if (difference.at.frame != 0) {
    finding.evidence.push_back(
        {.at = difference.at, .stream_offset = {}, .field = "profile", .value = difference.value});
  }
  to_.fail(Direction::to_server, std::move(finding), std::move(difference.value),
           std::move(difference.limit));
}

std::string ProfileCase::wants() const {
  return profile_.kind == "generic" ? "most platforms want" : fmt::format("{} wants", profile_.name);
}

std::string codec_text(std::string_view name) {
  if (name == "aac_lc") return "AAC LC";
  if (name == "hevc_id_12") return "H.265 with the codec id 12";
  for (const ValueInfo& value : values()) {
    if ((value.table == ValueTable::video_codec || value.table == ValueTable::audio_codec) &&
        value.name == name)
      return std::string(value.text.substr(0, value.text.find('/')));
  }
  return std::string(name);
}

std::string list_text(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i != 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

std::string codec_list_text(const std::vector<std::string>& names) {
  std::vector<std::string> words;
  for (const std::string& name : names) words.push_back(codec_text(name));
  return list_text(words);
}

}  // namespace rtmpscope::analysis
