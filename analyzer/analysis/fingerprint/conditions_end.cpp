// How and when the connection ended, and who had been silent before.
#include <algorithm>

#include "analysis/fingerprint/conditions.hpp"

namespace rtmpscope::analysis {
namespace {

/// The time of what the member "after" names, on a publisher's connection.
std::optional<Moment> moment_of(std::string_view event, const Condition& condition,
                                const Situation& situation) {
  const History& history = situation.history;
  const SideMarks& client = history.side(Direction::to_server).marks;
  if (event == "connect" || event == "publish") {
    const Request* const request = last_request(history, event);
    return request == nullptr ? std::nullopt : std::optional(request->asked.at);
  }
  if (event == "publish_start") {
    for (const StreamHistory& each : history.streams) {
      if (each.use == StreamUse::publish && each.started) return each.started;
    }
    return std::nullopt;
  }
  if (event == "first_video") return client.first_video;
  if (event == "first_audio") return client.first_audio;
  if (event == "metadata")
    return client.metadata_at.empty() ? std::nullopt : std::optional(client.metadata_at.front());
  if (event == "time_passed") return client.extended_time;
  if (event == "large_message") {
    const double wanted = number_at(condition.parameters, "bytes").value_or(0);
    return client.largest.length >= wanted ? std::optional(client.largest.at) : std::nullopt;
  }
  return std::nullopt;
}

/// Whether the closer began with a FIN, or with a RST.
bool is_how(const History& history, Direction closer, std::string_view how) {
  if (how.empty()) return true;
  const SideHistory& sent = history.side(closer);
  if (!sent.fin && !sent.reset) return history.close->reason == how;
  const bool fin_first = sent.fin && (!sent.reset || sent.fin->at.time <= sent.reset->at.time);
  return fin_first == (how == "fin");
}

Met ended_by(const Condition& condition, const Situation& situation) {
  const History& history = situation.history;
  if (!history.close || !history.close->ended_by) return met(false);
  const Direction side = side_of(condition, situation);
  if (*history.close->ended_by != side || !is_how(history, side, text_at(condition.parameters, "how")))
    return met(false);
  const auto end = end_moment(history);
  const std::string_view after = text_at(condition.parameters, "after");
  if (after.empty()) return met(true, end);
  const auto begin = moment_of(after, condition, situation);
  if (!begin || !end) return met(false);
  const double passed = seconds(begin->time, end->time);
  return met(passed >= 0 && passed <= number_at(condition.parameters, "within_s").value_or(2), end);
}

Met silent(const Condition& condition, const Situation& situation) {
  const History& history = situation.history;
  const Direction side = side_of(condition, situation);
  const auto last = last_data(history, side);
  if (!last) return undecided();
  const bool gap_behind = std::ranges::any_of(history.gaps, [&](const GapNote& each) {
    return each.direction == side && each.at.time >= last->time;
  });
  if (gap_behind) return undecided();
  const bool ended = history.close && history.close->ended_by.has_value();
  std::optional<Moment> until;
  if (text_at(condition.parameters, "then") == "open") {
    if (ended) return met(false);
    if (situation.context.capture_last.time != 0) until = situation.context.capture_last;
    if (history.close && (!until || until->time < history.close->at.time)) until = history.close->at;
  } else {
    if (!ended || *history.close->ended_by == side) return met(false);
    until = end_moment(history);
  }
  if (!until) return undecided();
  const double idle = seconds(last->time, until->time);
  if (const auto least = number_at(condition.parameters, "at_least_s"); least && idle < *least)
    return met(false);
  if (const std::string_view limit = text_at(condition.parameters, "about_limit");
      !limit.empty() && !is_limit(idle, limit, situation))
    return met(false);
  return met(lies_within(idle, condition), last);
}

/// For how long bytes of the side were not acknowledged at the end, or the peer's window was zero.
Met unacknowledged_for(const Condition& condition, const Situation& situation) {
  const Direction side = side_of(condition, situation);
  const SideHistory& sender = situation.history.side(side);
  const auto unanswered = sender.unanswered_ms;
  const auto zero = situation.history.side(other(side)).zero_window_at_end_ms;
  if (!unanswered && !zero) return undecided();
  const double longest = std::max(unanswered.value_or(0), zero.value_or(0)) / 1000;
  if (const std::string_view limit = text_at(condition.parameters, "limit"); !limit.empty())
    return met(is_limit(longest, limit, situation), end_moment(situation.history));
  return met(longest >= number_at(condition.parameters, "at_least_s").value_or(1),
             end_moment(situation.history));
}

Met zero_window(const Condition& condition, const Situation& situation) {
  const auto zero = situation.history.side(side_of(condition, situation)).zero_window_at_end_ms;
  return zero ? met(*zero >= 1000, end_moment(situation.history)) : undecided();
}

Met duration(const Condition& condition, const Situation& situation) {
  const auto end = end_moment(situation.history);
  if (!end || !situation.history.close->ended_by) return met(false);
  return met(lies_within(seconds(situation.history.opened.time, end->time), condition), end);
}

/// None of the commands with which a client says that it stops, in the 2 s before the end.
Met not_clean(const Situation& situation) {
  const History& history = situation.history;
  const auto end = end_moment(history);
  if (!end || !is_whole(history, Direction::to_server)) return undecided();
  const bool clean = std::ranges::any_of(history.commands, [&](const CommandNote& each) {
    const bool says_it = each.name == "FCUnpublish" || each.name == "deleteStream" ||
                         each.name == "closeStream" || each.name == "close";
    return each.direction == Direction::to_server && says_it && seconds(each.at.time, end->time) <= 2;
  });
  return met(!clean, end);
}

}  // namespace

std::optional<Met> check_end(const Condition& condition, const Situation& situation) {
  const std::string& test = condition.test;
  if (test == "ended_by") return ended_by(condition, situation);
  if (test == "silent") return silent(condition, situation);
  if (test == "unacknowledged_for") return unacknowledged_for(condition, situation);
  if (test == "zero_window") return zero_window(condition, situation);
  if (test == "duration") return duration(condition, situation);
  if (test == "not_clean") return not_clean(situation);
  if (test == "ends_in_cut_command") {
    const auto& cut = situation.history.side(situation.side()).marks.cut_command;
    const bool closed = situation.history.close.has_value();
    return met(closed && cut && cut == unsigned_at(condition.parameters, "bytes"),
               end_moment(situation.history));
  }
  return std::nullopt;
}

}  // namespace rtmpscope::analysis
