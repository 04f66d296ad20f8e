// Software of both sides, acknowledgements, TLS, and what other connections of the capture show.
#include <algorithm>

#include "analysis/fingerprint/conditions.hpp"
#include "analysis/fingerprint/feature_test.hpp"

namespace rtmpscope::analysis {
namespace {

Met version(const Condition& condition, const Situation& situation) {
  const bool named = situation.own != nullptr && situation.own->id == situation.program.id;
  if (!named || !situation.own->versions.known())
    return flag_at(condition.parameters, "known") ? undecided() : met(true);
  return met(overlap(situation.own->versions, {std::string(text_at(condition.parameters, "from")),
                                               std::string(text_at(condition.parameters, "below"))}));
}

Met peer(const Condition& condition, const Situation& situation) {
  if (situation.peer == nullptr) return undecided();
  const std::vector<std::string>& known = situation.peer->candidates;
  return met(std::ranges::any_of(member(condition.parameters, "ids").elements(), [&](Value id) {
    return std::ranges::find(known, id.text()) != known.end();
  }));
}

Met feature(const Condition& condition, const Situation& situation) {
  if (!condition.feature) return undecided();
  const Evidence evidence(situation.history, side_of(condition, situation));
  switch (evaluate(*condition.feature, evidence.observe(condition.feature->feature), evidence)) {
    case Fit::fits: return met(true);
    case Fit::contradicts: return met(false);
    case Fit::unknown: return undecided();
  }
  return undecided();
}

/// The side asked for Acknowledgements, sent nearly its window, and had none.
Met no_acknowledgements(const Situation& situation) {
  const SideHistory& sender = situation.history.side(situation.side());
  const Direction peer = other(situation.side());
  if (!sender.window_asked) return met(false);
  if (!is_whole(situation.history, peer)) return undecided();
  const bool none = situation.history.side(peer).acknowledgements == 0;
  return met(none && static_cast<double>(sender.bytes) >= 0.9 * static_cast<double>(*sender.window_asked));
}

Met acknowledgements_per_second(const Condition& condition, const Situation& situation) {
  constexpr double shortest = 1;  // seconds
  const SideHistory& sender = situation.history.side(side_of(condition, situation));
  if (!sender.last_acknowledgement_at) return met(false);
  const double passed =
      std::max(shortest, seconds(situation.history.opened.time, sender.last_acknowledgement_at->time));
  return met(static_cast<double>(sender.acknowledgements) / passed >=
             number_at(condition.parameters, "at_least").value_or(0));
}

Met tls(const Condition& condition, const Situation& situation) {
  const TlsHistory& session = situation.history.tls;
  if (!session.seen) return met(false);
  if (flag_at(condition.parameters, "failed")) return met(session.alert_fatal, session.alert_at);
  return met(session.version.view().find(text_at(condition.parameters, "version")) != std::string::npos);
}

Met chunk_size_stays(const Condition& condition, const Situation& situation) {
  constexpr std::uint8_t set_chunk_size = 1;
  if (!is_whole(situation.history, situation.side())) return undecided();
  std::uint64_t size = 128;  // RTMP 5.4.1
  for (const ControlNote& each : situation.history.side(situation.side()).controls) {
    if (each.type == set_chunk_size && each.value) size = *each.value;
  }
  return met(static_cast<double>(size) == number_at(condition.parameters, "value").value_or(0));
}

Met within(const std::optional<double>& passed, const Condition& condition) {
  return passed ? met(lies_within(*passed, condition)) : undecided();
}

Met if_known(const std::optional<bool>& fact) {
  return fact ? met(*fact) : undecided();
}

}  // namespace

std::optional<Met> check_other(const Condition& condition, const Situation& situation) {
  const std::string& test = condition.test;
  const IssueContext& context = situation.context;
  if (test == "version") return version(condition, situation);
  if (test == "peer") return peer(condition, situation);
  if (test == "feature") return feature(condition, situation);
  if (test == "no_acknowledgements") return no_acknowledgements(situation);
  if (test == "acknowledgements_per_second") return acknowledgements_per_second(condition, situation);
  if (test == "tls") return tls(condition, situation);
  if (test == "chunk_size_stays") return chunk_size_stays(condition, situation);
  if (test == "name_in_use") return if_known(context.name_in_use);
  if (test == "newer_publisher") return if_known(context.newer_publisher);
  if (test == "since_previous") return within(context.since_previous_s, condition);
  if (test == "previous_broke") {
    if (!context.since_broken_s) return undecided();
    return met(*context.since_broken_s <= number_at(condition.parameters, "within_s").value_or(0));
  }
  if (test == "bytes")
    return met(static_cast<double>(situation.history.side(side_of(condition, situation)).bytes) >=
               number_at(condition.parameters, "at_least").value_or(0));
  if (test == "pings_unanswered") {
    const SideMarks& server = situation.history.side(Direction::to_client).marks;
    const SideMarks& client = situation.history.side(Direction::to_server).marks;
    if (client.hole || server.hole) return undecided();
    return met(server.pings > client.ping_answers);
  }
  return std::nullopt;
}

}  // namespace rtmpscope::analysis
