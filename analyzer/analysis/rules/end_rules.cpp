#include "analysis/rules/end_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/finding/number_text.hpp"
#include "analysis/finding/thresholds.hpp"
#include "analysis/record/captured_text.hpp"
#include "analysis/record/sides.hpp"
#include "analysis/rules/senders.hpp"

namespace rtmpscope::analysis {
namespace {

/// deleteStream at the very end is often cut: only its header is left. The decoder says so.
bool has_cut_farewell(const History& history) {
  return std::ranges::any_of(history.findings, [](const FindingNote& note) {
    return note.direction == client &&
           (note.id == FindingId::chunk_header_cut || note.id == FindingId::message_abandoned);
  });
}

}  // namespace

void judge_abrupt_end(const RuleContext& context, RuleResults& to) {
  const FindingId id = FindingId::end_abrupt;
  const History& history = context.history;
  const auto running = std::ranges::find_if(history.streams, [](const StreamHistory& stream) {
    return stream.use == StreamUse::publish && stream.started && !stream.ended;
  });
  const bool published = std::ranges::any_of(history.streams, [](const StreamHistory& stream) {
    return stream.use == StreamUse::publish && stream.started;
  });
  if (!published) return to.not_applicable(id, std::nullopt, "nothing was published");
  if (const auto need = missing_need(id, history)) return to.undecided(id, std::nullopt, *need);
  const auto ended_by = context.verdict != nullptr && context.verdict->ended_by ? context.verdict->ended_by
                                                                                : history.close->ended_by;
  if (running == history.streams.end()) return to.pass(id, ended_by);
  if (!ended_by) return to.undecided(id, std::nullopt, "it is not known who ended the connection");
  if (has_hole(history, client)) return to.undecided(id, ended_by, "bytes of the client are missing");
  if (*ended_by == client && has_cut_farewell(history)) return to.pass(id, ended_by);
  const SideHistory& closer = history.side(*ended_by);
  if (!closer.fin && !closer.reset) return to.undecided(id, ended_by, "the ends of both sides are not known");
  const Moment at = closer.fin ? closer.fin->at : closer.reset ? closer.reset->at : history.close->at;
  JudgedFinding finding = judged(id, at);
  finding.direction = *ended_by;
  // Some encoders never say more than FIN; it is an orderly end nevertheless.
  if (*ended_by == client && closer.fin) finding.severity = Severity::note;
  finding.text = fmt::format("the {} {} the connection while {} was being published", noun(*ended_by),
                             closer.fin ? "closed" : "reset", captured(CapturedKind::name, running->name));
  finding.evidence.push_back({.at = at,
                              .stream_offset = {},
                              .field = closer.fin ? "connection_close.fin" : "connection_close.reset",
                              .value = std::string(noun(*ended_by))});
  to.fail(ended_by, std::move(finding), "no word", "FCUnpublish, deleteStream or closeStream");
}

void judge_resets(const RuleContext& context, RuleResults& to) {
  const FindingId id = FindingId::middlebox_reset;
  const History& history = context.history;
  bool any = false;
  bool unknown = false;
  for (const Direction side : {Direction::to_server, Direction::to_client}) {
    const auto& reset = history.side(side).reset;
    if (!reset) continue;
    any = true;
    if (!reset->ttl || !reset->ttl_usual) {
      unknown = true;
      continue;
    }
    const std::uint32_t difference =
        *reset->ttl > *reset->ttl_usual ? *reset->ttl - *reset->ttl_usual : *reset->ttl_usual - *reset->ttl;
    // A system may answer with another first TTL than its programs' packets have: 64, 128, 255.
    if (difference < info(ThresholdId::ttl_difference).value || reset->after_own_fin) continue;
    JudgedFinding finding = judged(id, reset->at);
    finding.direction = side;
    finding.text = fmt::format("the reset in the {}'s name has TTL {}, its other packets have {}", noun(side),
                               *reset->ttl, *reset->ttl_usual);
    finding.worst = difference;
    finding.unit = "hops";
    finding.limit = info(ThresholdId::ttl_difference).name;
    finding.evidence.push_back({.at = reset->at,
                                .stream_offset = reset->offset,
                                .field = "ip.ttl",
                                .value = fmt::format("{}", *reset->ttl)});
    return to.fail(std::nullopt, std::move(finding), fmt::format("{}", *reset->ttl),
                   fmt::format("{}", *reset->ttl_usual));
  }
  if (!any && history.close && history.close->reason == "reset") unknown = true;
  if (unknown) return to.undecided(id, std::nullopt, "the TTL of the reset is not known");
  if (!any) return to.not_applicable(id, std::nullopt, "there was no reset");
  to.pass(id, std::nullopt);
}

void judge_silence(const RuleContext& context, const Silence& silence, RuleResults& to) {
  const FindingId id = FindingId::server_idle_limit_near;
  const History& history = context.history;
  if (silence.latest.time == 0) return to.not_applicable(id, client, "nothing was published");
  if (!context.idle_limit) return to.undecided(id, client, "the server's limit is not known");
  if (const auto need = missing_need(id, history, client)) return to.undecided(id, client, *need);
  Timestamp longest = silence.longest;
  Moment since = silence.since;
  if (history.close && history.close->ended_by == Direction::to_client &&
      history.close->at.time > silence.latest.time + longest) {
    longest = history.close->at.time - silence.latest.time;
    since = silence.latest;
  }
  const double seconds = static_cast<double>(longest) / 1e9;
  const double limit = context.idle_limit->seconds;
  const std::string limit_text = fmt::format("{} of {}", seconds_text(limit), context.idle_limit->whose);
  const double share = info(ThresholdId::idle_share).value;
  if (seconds <= limit * share) return to.pass(id, client, seconds_text(seconds), limit_text);
  JudgedFinding finding = judged(id, since);
  finding.direction = client;
  finding.text = fmt::format("the client sent nothing for {}, {} ends it after {} by default",
                             seconds_text(seconds), context.idle_limit->whose, seconds_text(limit));
  finding.worst = seconds;
  finding.unit = "s";
  finding.limit = info(ThresholdId::idle_share).name;
  finding.evidence.push_back(
      {.at = since, .stream_offset = {}, .field = "message.time", .value = "last before the silence"});
  to.fail(client, std::move(finding), seconds_text(seconds), limit_text);
}

}  // namespace rtmpscope::analysis
