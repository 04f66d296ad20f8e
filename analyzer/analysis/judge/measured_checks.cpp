#include "analysis/judge/measured_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analysis/finding/finding_limits.hpp"
#include "analysis/record/sides.hpp"
#include "analysis/rules/needs.hpp"

namespace rtmpscope::analysis {
namespace {

/// What a rule looks at.
enum class Of : std::uint8_t { media, live, live_pair, video, audio, published };

struct MediaRule {
  FindingId id;
  Of of;
  std::uint32_t least_seconds;  ///< of media: its windows, and the time for which they must be bad
};

constexpr auto media_rules = std::to_array<MediaRule>({
    {FindingId::starved, Of::live, 10},
    {FindingId::too_fast, Of::live, 15},
    {FindingId::media_pause, Of::live, 3},
    {FindingId::jitter, Of::live, 15},
    {FindingId::interleave_wide, Of::live_pair, 10},
    {FindingId::av_drift, Of::live_pair, 60},
    {FindingId::audio_clock, Of::audio, 60},
    {FindingId::frame_rate_drop, Of::video, 70},
    {FindingId::bitrate_drop, Of::video, 70},
    {FindingId::frames_missing, Of::video, 15},
    {FindingId::buffer_need, Of::live, 10},
    {FindingId::track_silent, Of::live_pair, 15},
    {FindingId::key_distance, Of::video, 15},
    {FindingId::key_irregular, Of::video, 15},
    {FindingId::open_gop, Of::video, 15},
    {FindingId::key_flag_contradicts, Of::video, 0},
    {FindingId::time_back, Of::media, 0},
    {FindingId::time_jump, Of::media, 0},
    {FindingId::time_frozen, Of::video, 0},
    {FindingId::presentation_before_decoding, Of::video, 0},
    {FindingId::header_missing, Of::media, 0},
    {FindingId::header_changed, Of::media, 0},
    {FindingId::metadata_missing, Of::published, 0},
    {FindingId::metadata_late, Of::published, 0},
    {FindingId::metadata_unwrapped, Of::published, 0},
    {FindingId::metadata_contradicts, Of::published, 15},
});

constexpr std::array tcp_rules{FindingId::sender_blocked, FindingId::path_loss, FindingId::path_slow,
                               FindingId::path_timeout};
constexpr std::uint64_t least_bytes = 50'000;

/// All streams of one direction together.
struct Measured {
  std::uint32_t seconds = 0;
  bool any = false, recorded = false, estimated = false, video = false, audio = false;
};

Measured measured(const ConnectionReport& report, Direction direction) {
  Measured sum;
  for (const StreamFigures& figures : report.media) {
    if (figures.direction != direction || figures.messages == 0) continue;
    sum.any = true;
    sum.seconds = std::max(sum.seconds, figures.seconds);
    sum.recorded = sum.recorded || figures.recorded;
    sum.estimated = sum.estimated || figures.estimated != 0;
    for (const TrackFigures& track : figures.tracks) {
      if (track.frames != 0) (track.type == MediaType::video ? sum.video : sum.audio) = true;
    }
  }
  return sum;
}

bool is_found(const ConnectionReport& report, FindingId id, Direction direction) {
  return std::ranges::any_of(report.findings, [&](const JudgedFinding& finding) {
    return finding.id == id && finding.direction == direction;
  });
}

/// Why a rule says nothing about the direction; null: it may.
const char* not_looked_at(Of of, const Measured& media, Direction direction) {
  if (of == Of::published && direction == Direction::to_client) return "what a server plays is not judged";
  if ((of == Of::live || of == Of::live_pair) && media.recorded) return "it is a recording";
  if (of == Of::video && !media.video) return "there is no video";
  if (of == Of::audio && !media.audio) return "there is no audio";
  if (of == Of::live_pair && !(media.audio && media.video)) return "there are not both audio and video";
  return nullptr;
}

class Answers {
 public:
  Answers(const ConnectionReport& report, Direction direction, std::vector<Check>& to)
      : report_(report), direction_(direction), to_(to) {}

  void add(const MediaRule& rule, const Measured& media) {
    if (is_found(report_, rule.id, direction_)) return;
    if (const char* const reason = not_looked_at(rule.of, media, direction_); reason != nullptr)
      return put(rule.id, Answer::not_applicable, reason);
    if (auto need = missing(rule.id)) return put(rule.id, Answer::undecided, std::move(*need));
    if (media.estimated) return put(rule.id, Answer::undecided, "timestamps are estimated");
    if (media.seconds < rule.least_seconds)
      return put(rule.id, Answer::undecided, fmt::format("less than {} s of media", rule.least_seconds));
    put(rule.id, Answer::pass, {});
  }

  void add_tcp(FindingId id) {
    if (is_found(report_, id, direction_)) return;
    const SideHistory& side = report_.history.side(direction_);
    if (report_.history.transport == "rtmfp") return put(id, Answer::not_applicable, "RTMFP runs over UDP");
    if (auto need = missing(id)) return put(id, Answer::undecided, std::move(*need));
    if (!side.acknowledged) return put(id, Answer::undecided, "no acknowledgements were captured");
    if (side.bytes < least_bytes)
      return put(id, Answer::undecided, fmt::format("less than {} kB", least_bytes / 1000));
    put(id, Answer::pass, {});
  }

 private:
  [[nodiscard]] std::optional<std::string> missing(FindingId id) const {
    if (auto need = missing_need(id, report_.history, direction_)) return need;
    if (!has_hole(report_.history, direction_)) return std::nullopt;
    return fmt::format("bytes of the {} are missing", noun(direction_));
  }
  void put(FindingId id, Answer answer, std::string reason) {
    to_.push_back({id, direction_, answer, std::move(reason), {}, limit_text(id, Severity::note)});
  }

  const ConnectionReport& report_;
  Direction direction_;
  std::vector<Check>& to_;
};

}  // namespace

std::vector<Check> measured_checks(const ConnectionReport& report) {
  std::vector<Check> checks;
  for (const Direction direction : {Direction::to_server, Direction::to_client}) {
    if (!is_captured(report.history, direction)) continue;
    Answers answers(report, direction, checks);
    const Measured media = measured(report, direction);
    if (media.any) {
      for (const MediaRule& rule : media_rules) answers.add(rule, media);
    }
    for (const FindingId id : tcp_rules) answers.add_tcp(id);
  }
  return checks;
}

}  // namespace rtmpscope::analysis
