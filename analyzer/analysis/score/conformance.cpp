#include "analysis/score/conformance.hpp"

#include <algorithm>
#include <array>

namespace rtmpscope::analysis {
namespace {

/// What a side must have sent for a check to be decided; rule: a rule of the judge decides.
enum class Applies : std::uint8_t {
  messages,
  handshake,
  control,
  command,
  data,
  amf3,
  audio,
  video,
  media,
  enhanced,
  multitrack,
  configuration,
  aggregate,
  shared_object,
  tls,
  tunnel,
  rtmfp,
  rule,
};

struct Clause {
  FindingId id;
  Applies applies;
  ClauseLevel level;
  std::string_view text;
};

constexpr auto clauses = std::to_array<Clause>({
#define CLAUSE(finding, applies, level, text) \
  {FindingId::finding, Applies::applies, ClauseLevel::level, text},
#include "schema/tables/clauses.def"
#undef CLAUSE
});

bool was_sent(Applies what, const Traffic& traffic) {
  switch (what) {
    case Applies::messages: return traffic.messages != 0;
    case Applies::handshake: return traffic.handshake;
    case Applies::control: return traffic.controls != 0;
    case Applies::command: return traffic.commands + traffic.data != 0;
    case Applies::data: return traffic.data != 0;
    case Applies::amf3: return traffic.amf3 != 0;
    case Applies::audio: return traffic.audio != 0;
    case Applies::video: return traffic.video != 0;
    case Applies::media: return traffic.audio + traffic.video != 0;
    case Applies::enhanced: return traffic.enhanced != 0;
    case Applies::multitrack: return traffic.multitrack != 0;
    case Applies::configuration: return traffic.configurations != 0;
    case Applies::aggregate: return traffic.aggregates != 0;
    case Applies::shared_object: return traffic.shared_objects != 0;
    case Applies::tls: return traffic.tls;
    case Applies::tunnel: return traffic.tunnel;
    case Applies::rtmfp: return traffic.rtmfp;
    case Applies::rule: return false;
  }
  return false;
}

/// Of several answers of one rule the one that says most.
int weight(Answer answer) {
  switch (answer) {
    case Answer::fail: return 3;
    case Answer::pass: return 2;
    case Answer::undecided: return 1;
    case Answer::not_applicable: return 0;
  }
  return 0;
}

void answer_by_rule(std::span<const Check> checks, ClauseCheck& to) {
  for (const Check& check : checks) {
    if (check.id != to.id || (check.side && check.side != to.side)) continue;
    if (check.answer == Answer::fail) ++to.count;
    if (weight(check.answer) <= weight(to.answer)) continue;
    to.answer = check.answer;
    to.reason = check.reason;
  }
}

void answer_by_traffic(const Clause& clause, const ConductRules& seen, bool is_cut, bool is_missing,
                       ClauseCheck& to) {
  const TallyEntry* entry = seen.tally().find(clause.id, to.side);
  if (entry != nullptr && entry->certain() != 0) {
    to.answer = Answer::fail;
    to.count = entry->certain();
    to.first = entry->first;
    return;
  }
  if (is_missing) {
    to.answer = Answer::undecided;
    to.reason = "the direction was not captured";
    return;
  }
  if (!was_sent(clause.applies, seen.traffic(to.side))) return;
  if (is_cut) {
    to.answer = Answer::undecided;
    to.reason = "packets were cut by the snap length";
    return;
  }
  if (entry != nullptr) {
    to.answer = Answer::undecided;
    to.reason = "missing bytes may be the reason for what was found";
    return;
  }
  to.answer = Answer::pass;
}

}  // namespace

std::string_view name(ClauseLevel level) {
  switch (level) {
    case ClauseLevel::must: return "must";
    case ClauseLevel::should: return "should";
    case ClauseLevel::habit: return "habit";
  }
  return {};
}

std::vector<ClauseCheck> conformance_checks(const History& history, const ConductRules& seen,
                                            std::span<const Check> checks) {
  std::vector<ClauseCheck> result;
  result.reserve(2 * clauses.size());
  const bool is_cut =
      std::ranges::any_of(history.gaps, [](const GapNote& gap) { return gap.cause == "snap_length"; });
  for (const Clause& clause : clauses) {
    for (const Direction side : {Direction::to_server, Direction::to_client}) {
      ClauseCheck check;
      check.id = clause.id;
      check.clause = clause.text;
      check.level = clause.level;
      check.side = side;
      if (clause.applies == Applies::rule) {
        answer_by_rule(checks, check);
      } else {
        answer_by_traffic(clause, seen, is_cut, !is_captured(history, side), check);
      }
      result.push_back(check);
    }
  }
  return result;
}

Conformance count(std::span<const ClauseCheck> checks, Direction side) {
  Conformance counts;
  for (const ClauseCheck& check : checks) {
    if (check.side != side) continue;
    if (check.level == ClauseLevel::habit) {
      if (check.answer == Answer::fail) ++counts.habits;
      continue;
    }
    const bool must = check.level == ClauseLevel::must;
    switch (check.answer) {
      case Answer::pass:
        ++counts.kept;
        if (must) ++counts.must_kept;
        break;
      case Answer::fail:
        ++counts.broken;
        if (must) ++counts.must_broken;
        break;
      case Answer::undecided: ++counts.undecided; break;
      case Answer::not_applicable: ++counts.not_applicable; break;
    }
  }
  return counts;
}

}  // namespace rtmpscope::analysis
