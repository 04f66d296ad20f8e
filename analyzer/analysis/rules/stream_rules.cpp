#include "analysis/rules/stream_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analysis/finding/number_text.hpp"
#include "analysis/finding/thresholds.hpp"
#include "analysis/record/sides.hpp"

namespace rtmpscope::analysis {
namespace {

/// The decoder's findings about codec configurations that make them useless, or nearly so.
constexpr auto unreadable = std::to_array<FindingId>({
    FindingId::configuration_short,
    FindingId::configuration_magic,
    FindingId::configuration_parameter_set_missing,
    FindingId::configuration_parameter_set_unreadable,
    FindingId::configuration_nal_length_size,
});
constexpr auto doubtful = std::to_array<FindingId>({
    FindingId::configuration_end_cut,
    FindingId::configuration_version,
    FindingId::configuration_contradicts_sequence,
});

bool has_media(const History& history) {
  return std::ranges::any_of(history.streams,
                             [](const StreamHistory& stream) { return stream.media_messages != 0; });
}

}  // namespace

void judge_chunk_stream(const RuleContext& context, Direction side, const SyncLoss& loss, RuleResults& to) {
  const FindingId id = FindingId::chunk_stream_lost;
  if (loss.count == 0) {
    if (!is_captured(context.history, side))
      return to.undecided(id, side, fmt::format("the {}'s direction was not captured", noun(side)));
    if (context.history.connect.is_null() && !has_media(context.history))
      return to.not_applicable(id, side, "there is no chunk stream");
    return to.pass(id, side);
  }
  if (context.history.side(side).missing_bytes != 0)
    return to.undecided(id, side, fmt::format("bytes of the {} are missing", noun(side)));
  JudgedFinding finding = judged(id, loss.first);
  finding.direction = side;
  finding.count = loss.count;
  finding.text = fmt::format(
      "no chunk header is where one must be, at offset {} of what the {} sent, "
      "though no byte is missing",
      loss.offset, noun(side));
  finding.evidence.push_back({.at = loss.first,
                              .stream_offset = loss.offset,
                              .field = "sync_lost.reason",
                              .value = "implausible_header"});
  to.fail(side, std::move(finding), fmt::format("{}", loss.count), "0");
}

void judge_incomplete_messages(const RuleContext& context, const FindingTally& tally, Direction side,
                               std::uint64_t messages, RuleResults& to) {
  const FindingId id = FindingId::message_incomplete_often;
  std::uint64_t count = 0;
  const TallyEntry* first = nullptr;
  for (const FindingId each : {FindingId::message_abandoned, FindingId::message_aborted}) {
    const TallyEntry* const entry = tally.find(each, side);
    if (entry == nullptr || entry->certain() == 0) continue;
    count += entry->certain();
    if (first == nullptr || entry->first.time < first->first.time) first = entry;
  }
  const double limit = info(ThresholdId::incomplete_share).value;
  const double share = messages == 0 ? 0 : static_cast<double>(count) / static_cast<double>(messages);
  const std::string value = fmt::format("{} of {}", count, messages);
  const std::string limit_text = "1 of 1000";
  if (count < 2 || share <= limit) {
    if (!is_captured(context.history, side))
      return to.undecided(id, side, fmt::format("the {}'s direction was not captured", noun(side)));
    if (messages == 0) return to.not_applicable(id, side, "there are no messages");
    return to.pass(id, side, value, limit_text);
  }
  if (has_hole(context.history, side))
    return to.undecided(id, side, fmt::format("bytes of the {} are missing", noun(side)));
  JudgedFinding finding = judged(id, first->first);
  finding.direction = side;
  finding.count = count;
  finding.text = fmt::format("{} messages of the {} were given up before their end", value, noun(side));
  finding.worst = share;
  finding.limit = info(ThresholdId::incomplete_share).name;
  finding.evidence.push_back({.at = first->first,
                              .stream_offset = {},
                              .field = "finding.id",
                              .value = std::string(info(first->id).id)});
  to.fail(side, std::move(finding), value, limit_text);
}

void judge_headers(const RuleContext& context, const FindingTally& tally, Direction side, RuleResults& to) {
  const FindingId id = FindingId::header_invalid;
  const TallyEntry* worst = nullptr;
  Severity severity = Severity::error;
  for (const FindingId each : unreadable) {
    const TallyEntry* const entry = tally.find(each, side);
    if (worst == nullptr && entry != nullptr && entry->certain() != 0) worst = entry;
  }
  if (worst == nullptr) {
    severity = Severity::warning;
    for (const FindingId each : doubtful) {
      const TallyEntry* const entry = tally.find(each, side);
      if (worst == nullptr && entry != nullptr && entry->certain() != 0) worst = entry;
    }
  }
  if (worst == nullptr) {
    const bool seen = std::ranges::any_of(context.history.streams, [&](const StreamHistory& stream) {
      const bool is_publisher = stream.use != StreamUse::play;
      return is_publisher == (side == Direction::to_server) &&
             std::ranges::any_of(stream.tracks,
                                 [](const TrackHistory& track) { return track.sequence_start.has_value(); });
    });
    return seen ? to.pass(id, side) : to.not_applicable(id, side, "no sequence start was seen");
  }
  JudgedFinding finding = judged(id, worst->first);
  finding.severity = severity;
  finding.direction = side;
  finding.count = worst->certain();
  finding.text = fmt::format("a sequence start is invalid: {}", worst->first_text);
  finding.evidence.push_back({.at = worst->first,
                              .stream_offset = {},
                              .field = "finding.id",
                              .value = std::string(info(worst->id).id)});
  to.fail(side, std::move(finding), std::string(info(worst->id).id));
}

void judge_capture(const RuleContext& context, RuleResults& to) {
  const FindingId id = FindingId::capture_incomplete;
  const History& history = context.history;
  const std::uint64_t missing =
      history.side(Direction::to_server).missing_bytes + history.side(Direction::to_client).missing_bytes;
  std::string what;
  const auto add = [&what](const std::string& text) { what += (what.empty() ? "" : "; ") + text; };
  const bool cut =
      std::ranges::any_of(history.gaps, [](const GapNote& gap) { return gap.cause == "snap_length"; });
  if (history.start == "midstream") add("its beginning is missing");
  for (const Direction side : {Direction::to_server, Direction::to_client}) {
    const bool other =
        is_captured(history, side == Direction::to_server ? Direction::to_client : Direction::to_server);
    if (history.close && !is_captured(history, side) && other && history.start != "unanswered" &&
        history.start != "refused")
      add(fmt::format("nothing of what the {} sent is there", noun(side)));
  }
  if (missing != 0 || history.gap_count != 0) {
    const std::string holes = fmt::format("{} hole{}", history.gap_count, history.gap_count == 1 ? "" : "s");
    add(missing == 0 ? fmt::format("it has {}", holes)
                     : fmt::format("{} bytes are missing in {}", missing, holes));
    if (cut) what += ", since packets were cut by the snap length";
  }
  if (what.empty()) return to.pass(id, std::nullopt);
  JudgedFinding finding = judged(id, history.gaps.empty() ? history.opened : history.gaps.front().at);
  finding.text = "the capture does not have all of the connection: " + what;
  std::string observed = std::move(what);
  finding.count = std::max<std::uint64_t>(history.gap_count, 1);
  for (std::size_t i = 0; i < std::min<std::size_t>(history.gaps.size(), 8); ++i) {
    const GapNote& gap = history.gaps[i];
    finding.evidence.push_back(
        {.at = gap.at, .stream_offset = gap.offset, .field = "gap.cause", .value = gap.cause.str()});
  }
  to.fail(std::nullopt, std::move(finding), std::move(observed), "all of it");
}

}  // namespace rtmpscope::analysis
