#include "analysis/rules/codec_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/finding/number_text.hpp"
#include "analysis/finding/thresholds.hpp"
#include "analysis/record/sides.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr std::uint8_t hevc_codec_id = 12;

/// The objects in which a side can announce what it reads: those of its connect, or of the reply to it.
bool announces_to_peer(const History& history, Direction reader, MediaType type, std::string_view four_cc) {
  Value arguments = history.connect;
  if (reader == Direction::to_client) arguments = member(history.connect_result, "command.arguments");
  return std::ranges::any_of(arguments.elements(),
                             [&](Value each) { return announces(each, type, four_cc); });
}

struct EnhancedTrack {
  const StreamHistory* stream = nullptr;
  const TrackHistory* track = nullptr;
  Direction sender{};
};

}  // namespace

std::string_view four_cc_of(MediaType type, std::uint8_t codec) {
  if (type == MediaType::video) {
    switch (codec) {
      case 7: return "avc1";
      case 12: return "hvc1";
      case 13: return "av01";
      case 14: return "vp08";
      case 15: return "vp09";
      case 16: return "vvc1";
      default: return {};
    }
  }
  switch (codec) {
    case 2: return ".mp3";
    case 10: return "mp4a";
    case 13: return "Opus";
    case 16: return "ac-3";
    case 17: return "ec-3";
    case 18: return "fLaC";
    default: return {};
  }
}

bool announces(Value announcement, MediaType type, std::string_view four_cc) {
  for (const Value each : announcement.member("fourCcList").elements()) {
    if (each.is_text() && (each.text() == "*" || each.text() == four_cc)) return true;
  }
  const Value map =
      member(announcement, type == MediaType::video ? "videoFourCcInfoMap" : "audioFourCcInfoMap");
  return map.member("*") || map.member(four_cc);
}

void judge_enhanced(const RuleContext& context, RuleResults& to) {
  const FindingId id = FindingId::enhanced_not_announced;
  const History& history = context.history;
  std::optional<EnhancedTrack> first;
  bool any = false;
  for (const StreamHistory& stream : history.streams) {
    const Direction sender = stream.use == StreamUse::play ? Direction::to_client : Direction::to_server;
    for (const TrackHistory& track : stream.tracks) {
      if (!track.enhanced) continue;
      any = true;
      const Direction reader = sender == Direction::to_server ? Direction::to_client : Direction::to_server;
      if (announces_to_peer(history, reader, track.type, four_cc_of(track.type, track.codec))) continue;
      if (!first || track.first.time < first->track->first.time)
        first = EnhancedTrack{&stream, &track, sender};
    }
  }
  if (!any) return to.not_applicable(id, std::nullopt, "nothing is sent by Enhanced RTMP");
  if (const auto need = missing_need(id, history)) return to.undecided(id, std::nullopt, *need);
  if (!first) return to.pass(id, std::nullopt);
  const bool from_client = first->sender == Direction::to_server;
  if (from_client ? history.connect_result.is_null() : history.connect.is_null())
    return to.undecided(id, first->sender, "what the peer has announced was not captured");
  const std::string four_cc(four_cc_of(first->track->type, first->track->codec));
  JudgedFinding finding = judged(id, first->track->first);
  finding.direction = first->sender;
  finding.text =
      fmt::format("the {} sends {} by Enhanced RTMP, the {} has not announced it", noun(first->sender),
                  four_cc.empty() ? std::string("a codec") : four_cc, noun(opposite(first->sender)));
  const auto& close = history.close;
  const Direction reader = from_client ? Direction::to_client : Direction::to_server;
  if (close && close->ended_by == reader && close->at.time >= first->track->first.time) {
    const double after = static_cast<double>(close->at.time - first->track->first.time) / 1e9;
    if (after <= info(ThresholdId::closed_at_once).value) {
      finding.severity = Severity::warning;
      finding.text += fmt::format(", and ended the connection {} later", seconds_text(after));
    }
  }
  finding.evidence.push_back(
      {.at = first->track->first,
       .stream_offset = {},
       .field = first->track->type == MediaType::video ? "video.fourcc" : "audio.fourcc",
       .value = four_cc});
  to.fail(first->sender, std::move(finding), four_cc, "in the list of the peer");
}

void judge_private_codec(const RuleContext& context, RuleResults& to) {
  const FindingId id = FindingId::codec_id_private;
  for (const StreamHistory& stream : context.history.streams) {
    if (stream.use == StreamUse::play) continue;
    for (const TrackHistory& track : stream.tracks) {
      if (track.type != MediaType::video || track.enhanced || track.legacy_codec != hevc_codec_id) continue;
      const auto& wanted = context.profile == nullptr ? std::nullopt : context.profile->video.codecs;
      const bool platform_takes_it =
          wanted && std::ranges::find(wanted->value, "hevc_id_12") != wanted->value.end();
      if (platform_takes_it || context.takes_codec_id_12.value_or(false))
        return to.pass(id, Direction::to_server, "codec id 12", "known to the server");
      if (!context.takes_codec_id_12 && context.history.start == "midstream")
        return to.undecided(id, Direction::to_server, "the server's software is not known");
      JudgedFinding finding = judged(id, track.first);
      finding.direction = Direction::to_server;
      finding.text =
          "H.265 is sent with codec id 12, which is no part of FLV; the server is not known to take it";
      finding.evidence.push_back(
          {.at = track.first, .stream_offset = {}, .field = "video.codec_id", .value = "12"});
      return to.fail(Direction::to_server, std::move(finding), "codec id 12", "hvc1 by Enhanced RTMP");
    }
  }
  to.not_applicable(id, Direction::to_server, "no H.265 with codec id 12");
}

}  // namespace rtmpscope::analysis
