#include "analysis/judge/publisher_facts.hpp"

#include "analysis/rules/codec_rules.hpp"
#include "analysis/rules/needs.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr std::uint8_t hevc = 12;

std::string codec_name(const TrackHistory& track) {
  const bool video = track.type == MediaType::video;
  if (video && !track.enhanced && track.codec == hevc) return "hevc_id_12";
  const ValueInfo* const row =
      find_value(video ? ValueTable::video_codec : ValueTable::audio_codec, track.codec);
  return row == nullptr ? std::string("unknown") : std::string(row->name);
}

std::optional<std::uint32_t> count_at(const Value& from, std::string_view path) {
  const auto value = unsigned_at(from, path);
  return value ? std::optional(static_cast<std::uint32_t>(*value)) : std::nullopt;
}

PublishedTrack track_of(const TrackHistory& from) {
  PublishedTrack track;
  track.type = from.type;
  track.track_id = from.track_id;
  track.codec = codec_name(from);
  if (from.enhanced) track.four_cc = four_cc_of(from.type, from.codec);
  track.first = from.first;
  if (from.sequence_start) track.configured = *from.sequence_start;
  const Value& is = from.configuration;
  if (from.type == MediaType::video) {
    track.settings.width = count_at(is, "configuration.width").value_or(0);
    track.settings.height = count_at(is, "configuration.height").value_or(0);
    track.settings.profile = text_at(is, "configuration.profile_name");
    track.settings.level = text_at(is, "configuration.level_name");
    if (const Value* const flag = member(is, "configuration.interlaced");
        flag != nullptr && flag->is_boolean())
      track.settings.interlaced = flag->get<bool>();
  } else {
    track.is_aac_lc = text_at(is, "configuration.object_type") == "lc";
    track.sample_rate = count_at(is, "configuration.sample_rate");
    track.channels = count_at(is, "configuration.channels");
  }
  return track;
}

}  // namespace

PublisherFigures publisher_of(const History& history, const StreamHistory& stream) {
  PublisherFigures figures;
  figures.start_seen = history.start != "midstream" && stream.use == StreamUse::publish;
  figures.has_holes = has_hole(history, Direction::to_server);
  figures.first = stream.first_media.value_or(Moment());
  figures.last = stream.last_media.value_or(Moment());
  if (figures.last.time > figures.first.time)
    figures.media_s = static_cast<double>(figures.last.time - figures.first.time) / 1e9;
  for (const TrackHistory& track : stream.tracks) figures.tracks.push_back(track_of(track));
  return figures;
}

PublisherTransport transport_of(const History& history) {
  PublisherTransport transport;
  transport.is_tls = history.tls.seen || history.transport == "rtmps" || history.transport == "rtmpts";
  transport.opened = history.opened;
  if (history.close && history.close->at.time > history.opened.time)
    transport.duration_s = static_cast<double>(history.close->at.time - history.opened.time) / 1e9;
  transport.ended = history.close && history.close->ended_by.has_value();
  return transport;
}

}  // namespace rtmpscope::analysis
