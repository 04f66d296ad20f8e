#include "analysis/media/metadata_rules.hpp"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "analysis/finding/finding_limits.hpp"
#include "analysis/finding/judge_rules.hpp"
#include "analysis/finding/thresholds.hpp"

namespace rtmpscope::analysis {
namespace {

JudgedFinding finding_of(FindingId id, const StreamFigures& measured, Moment since, std::string text) {
  JudgedFinding finding;
  finding.id = id;
  finding.severity = info(id).severity;
  finding.priority = rule_of(id).priority;
  finding.what_to_do = rule_of(id).what_to_do;
  finding.direction = measured.direction;
  finding.since = since;
  finding.limit = limit_name(id, finding.severity);
  finding.text = std::move(text);
  return finding;
}

/// One value of the metadata against what the stream says.
struct Comparison {
  std::string_view key;
  double said = 0;
  double is = 0;
  std::string_view whose;  ///< of the second one
  bool weak = false;       ///< worth a note only
};

class Comparisons {
 public:
  Comparisons(const StreamHistory& stream, const StreamFigures& measured)
      : stream_(stream), measured_(measured) {}

  [[nodiscard]] std::vector<Comparison> differences();

 private:
  void add_exact(std::string_view key, std::optional<double> is, std::string_view whose);
  void add_within(std::string_view key, std::optional<double> is, double share, bool weak);
  void add_video(const TrackHistory& track);
  void add_audio(const TrackHistory& track);
  void add_measured();
  [[nodiscard]] const TrackHistory* track(MediaType type) const;

  const StreamHistory& stream_;
  const StreamFigures& measured_;
  std::vector<Comparison> found_;
};

const TrackHistory* Comparisons::track(MediaType type) const {
  for (const TrackHistory& one : stream_.tracks) {
    if (one.type == type && one.track_id == 0) return &one;
  }
  return nullptr;
}

void Comparisons::add_exact(std::string_view key, std::optional<double> is, std::string_view whose) {
  const auto said = number_at(stream_.metadata, key);
  if (!said || !is || *said <= 0 || *is <= 0 || *said == *is) return;
  found_.push_back({key, *said, *is, whose});
}

void Comparisons::add_within(std::string_view key, std::optional<double> is, double share, bool weak) {
  const auto said = number_at(stream_.metadata, key);
  if (!said || !is || *said <= 0 || *is <= 0 || std::abs(*said - *is) <= share * *is) return;
  found_.push_back({key, *said, *is, "measured", weak});
}

void Comparisons::add_video(const TrackHistory& track) {
  const Value configuration = track.configuration.view();
  if (configuration) {
    add_exact("width", number_at(configuration, "width"), "the codec's configuration");
    add_exact("height", number_at(configuration, "height"), "the codec's configuration");
  }
  if (!track.enhanced && track.legacy_codec > 0)
    add_exact("videocodecid", track.legacy_codec, "the video messages");
}

void Comparisons::add_audio(const TrackHistory& track) {
  if (!track.enhanced && track.legacy_codec > 0)
    add_exact("audiocodecid", track.legacy_codec, "the audio messages");
  const Value configuration = track.configuration.view();
  if (!configuration || track.codec == 13) return;  // Opus: the rate is that of the original
  const auto said = number_at(stream_.metadata, "audiosamplerate");
  const auto core = number_at(configuration, "sample_rate");
  // HE-AAC plays at twice the rate of its core.
  if (said && core && *said != *core * 2 && said != number_at(configuration, "extension_sample_rate"))
    add_exact("audiosamplerate", core, "the codec's configuration");
  const auto channels = number_at(configuration, "channels");
  add_exact("audiochannels", channels, "the codec's configuration");
  const Value stereo = member(stream_.metadata, "stereo");
  const bool ps = flag_at(configuration, "ps");
  if (stereo && stereo.is_flag() && channels && !ps && *channels <= 2 && stereo.flag() != (*channels == 2))
    found_.push_back({"stereo", stereo.flag() ? 2.0 : 1.0, *channels, "the codec's configuration"});
}

void Comparisons::add_measured() {
  for (const TrackFigures& one : measured_.tracks) {
    if (one.track_id != 0 || one.lacking != Lacking::nothing || one.media_time < 10'000) continue;
    if (one.type == MediaType::video && one.frame_rate && one.irregular * 10 <= one.distances) {
      // Frames that are missing are those of a source or an encoder that cannot keep up, not of the metadata.
      add_within("framerate", *one.frame_rate / 1000.0, limit(ThresholdId::metadata_rate), false);
    }
    const std::string_view key = one.type == MediaType::video ? "videodatarate" : "audiodatarate";
    // Silence takes next to no bits, whatever the encoder was set to.
    const auto said = number_at(stream_.metadata, key);
    const bool silent =
        one.type == MediaType::audio && one.rate && said && static_cast<double>(*one.rate) < *said * 1000;
    if (one.rate && !silent)
      add_within(key, static_cast<double>(*one.rate) / 1000.0, limit(ThresholdId::metadata_bit_rate), true);
  }
}

std::vector<Comparison> Comparisons::differences() {
  if (const TrackHistory* const video = track(MediaType::video); video != nullptr) add_video(*video);
  if (const TrackHistory* const audio = track(MediaType::audio); audio != nullptr) add_audio(*audio);
  add_measured();
  return std::move(found_);
}

std::string number_text(double value) {
  return value == std::floor(value) && std::abs(value) < 1e15 ? fmt::format("{:.0f}", value)
                                                              : fmt::format("{:.3f}", value);
}

std::optional<JudgedFinding> judge_content(const StreamHistory& stream, const StreamFigures& measured) {
  const std::vector<Comparison> differences = Comparisons(stream, measured).differences();
  if (differences.empty()) return std::nullopt;
  JudgedFinding finding = finding_of(FindingId::metadata_contradicts, measured, *stream.metadata_at, {});
  finding.severity = Severity::note;
  finding.count = differences.size();
  std::string list;
  for (const Comparison& one : differences) {
    if (!one.weak) finding.severity = Severity::warning;
    if (!list.empty()) list += "; ";
    list += fmt::format("{} says {}, {}: {}", one.key, number_text(one.said), one.whose, number_text(one.is));
    if (finding.evidence.size() < 8)
      finding.evidence.push_back(
          {*stream.metadata_at, std::nullopt, fmt::format("data.{}", one.key),
           fmt::format("{}, {}: {}", number_text(one.said), one.whose, number_text(one.is))});
  }
  finding.text = "metadata contradicts the stream: " + list;
  return finding;
}

}  // namespace

std::vector<JudgedFinding> judge_metadata(const StreamHistory& stream, const StreamFigures& measured,
                                          bool start_seen) {
  std::vector<JudgedFinding> found;
  const Timestamp wait = limit(ThresholdId::metadata_wait, 1'000'000'000);
  if (start_seen && !stream.metadata_at && measured.last.time - measured.first.time >= wait)
    found.push_back(finding_of(FindingId::metadata_missing, measured, measured.first,
                               "media began without metadata, and none came within 1 s"));
  if (!stream.metadata_at) return found;
  if (start_seen && stream.metadata_at->time > measured.first.time &&
      stream.metadata_at->frame > measured.first.frame) {
    found.push_back(finding_of(
        FindingId::metadata_late, measured, *stream.metadata_at,
        fmt::format("metadata came {} ms after the first media message",
                    (stream.metadata_at->time - measured.first.time) / nanoseconds_per_millisecond)));
  }
  if (start_seen && stream.use == StreamUse::publish && !stream.metadata_wrapped && !stream.metadata_empty)
    found.push_back(finding_of(FindingId::metadata_unwrapped, measured, *stream.metadata_at,
                               "the publisher's onMetaData has no @setDataFrame in front"));
  if (const auto content = judge_content(stream, measured); content) found.push_back(*content);
  return found;
}

}  // namespace rtmpscope::analysis
