#include "analysis/judge/stream_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "analysis/record/captured_text.hpp"

namespace rtmpscope::analysis {
namespace {

std::string codec_of(const TrackHistory& track) {
  const bool video = track.type == MediaType::video;
  const ValueInfo* const row =
      find_value(video ? ValueTable::video_codec : ValueTable::audio_codec, track.codec);
  const std::string_view name = row == nullptr ? "unknown" : row->text;
  return std::string(name.substr(0, name.find('/')));  // "H.264/AVC": one name is enough in a table
}

std::string video_of(const TrackHistory& track) {
  std::string text = codec_of(track);
  const auto width = unsigned_at(track.configuration, "width");
  const auto height = unsigned_at(track.configuration, "height");
  if (width && height) text.append(fmt::format(" {}x{}", *width, *height));
  return text;
}

std::string audio_of(const TrackHistory& track) {
  std::string text = codec_of(track);
  const auto rate = number_at(track.configuration, "sample_rate");
  if (rate) text.append(fmt::format(" {:.4g} kHz", *rate / 1000));
  const auto channels = unsigned_at(track.configuration, "channels");
  if (channels == 1u) text.append(" mono");
  if (channels == 2u) text.append(" stereo");
  if (channels && *channels > 2) text.append(fmt::format(" {} channels", *channels));
  return text;
}

/// Application and name are hidden each by itself: the name has one pseudonym wherever it stands.
std::string name_of(const History& history, const StreamHistory& stream) {
  if (stream.use == StreamUse::unknown) return {};
  std::string text;
  if (!history.app.empty()) text = captured(CapturedKind::name, history.app);
  if (!text.empty() && !stream.name.empty()) text.push_back('/');
  if (!stream.name.empty()) text.append(captured(CapturedKind::name, stream.name));
  return text;
}

/// The first track's text, and how many more there are.
void add_track(std::string& text, std::size_t& others, std::string track) {
  if (text.empty()) {
    text = std::move(track);
  } else {
    ++others;
  }
}

/// bit/s as kbit/s with one decimal, half rounded up.
std::optional<double> kilobits(const std::optional<std::uint64_t>& rate) {
  return rate ? std::optional(static_cast<double>((*rate + 50) / 100) / 10) : std::nullopt;
}

/// The first track of each type stands for the stream.
void add_figures(StreamRow& row, const StreamFigures& figures) {
  bool video = false;
  bool audio = false;
  for (const TrackFigures& track : figures.tracks) {
    if (track.media_time > 0)
      row.media_s = std::max(row.media_s.value_or(0), static_cast<double>(track.media_time) / 1000);
    bool& seen = track.type == MediaType::video ? video : audio;
    if (std::exchange(seen, true)) continue;
    (track.type == MediaType::video ? row.video_kbps : row.audio_kbps) = kilobits(track.rate);
    if (track.type == MediaType::audio) continue;
    if (track.frame_rate) row.frames_per_second = *track.frame_rate / 1000.0;
    if (track.key_distance) row.key_distance_s = track.key_distance->p50 / 1000.0;
  }
}

/// Figures are of a stream id, whatever was published or played on it: they go to its last use.
const StreamFigures* figures_of(const History& history, const StreamHistory& stream,
                                const std::vector<StreamFigures>& media) {
  const auto last = std::find_if(history.streams.rbegin(), history.streams.rend(),
                                 [&](const StreamHistory& one) { return one.id == stream.id; });
  if (&*last != &stream) return nullptr;
  const auto found = std::find_if(media.begin(), media.end(), [&](const StreamFigures& figures) {
    return figures.message_stream_id == stream.id;
  });
  return found == media.end() ? nullptr : &*found;
}

}  // namespace

std::vector<StreamRow> stream_rows(const History& history, const std::vector<StreamFigures>& media) {
  std::vector<StreamRow> rows;
  for (const StreamHistory& stream : history.streams) {
    if (stream.use == StreamUse::unknown && stream.media_messages == 0) continue;
    StreamRow& row = rows.emplace_back();
    row.use = stream.use;
    row.name = name_of(history, stream);
    row.media_messages = stream.media_messages;
    if (const StreamFigures* const figures = figures_of(history, stream, media); figures != nullptr)
      add_figures(row, *figures);
    std::size_t more_video = 0;
    std::size_t more_audio = 0;
    for (const TrackHistory& track : stream.tracks) {
      if (track.type == MediaType::video) add_track(row.video, more_video, video_of(track));
      if (track.type == MediaType::audio) add_track(row.audio, more_audio, audio_of(track));
    }
    if (more_video != 0) row.video.append(fmt::format(" +{}", more_video));
    if (more_audio != 0) row.audio.append(fmt::format(" +{}", more_audio));
  }
  return rows;
}

}  // namespace rtmpscope::analysis
