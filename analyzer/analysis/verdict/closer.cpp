#include "analysis/verdict/closer.hpp"

#include <algorithm>
#include <array>

namespace rtmpscope::analysis {
namespace {

constexpr Timestamp farewell_time = 2 * nanoseconds_per_second;

struct Candidate {
  Moment at;
  Direction side{};
  bool reset = false;
};

bool is_before(const Moment& one, const Moment& other) {
  return one.time != other.time ? one.time < other.time : one.frame < other.frame;
}

/// A client of RTMPT says with a request that it ends; the TCP connections below end as HTTP wants it.
std::optional<CommandNote> tunnel_farewell(const History& history, const Moment& end) {
  if (!history.tunnel_closed || is_before(end, *history.tunnel_closed)) return std::nullopt;
  if (end.time - history.tunnel_closed->time > farewell_time) return std::nullopt;
  CommandNote note;
  note.at = *history.tunnel_closed;
  note.name = "close";
  return note;
}

/// The first end that counts.
std::optional<Candidate> first_end(const History& history) {
  std::optional<Candidate> first;
  const auto consider = [&](const Candidate& candidate) {
    if (!first || is_before(candidate.at, first->at)) first = candidate;
  };
  for (const Direction side : {Direction::to_server, Direction::to_client}) {
    const SideHistory& sent = history.side(side);
    if (sent.fin) consider({sent.fin->at, side, false});
    // It says "not read", and comes after an end that counts.
    if (sent.reset && sent.reset->in_window && !sent.reset->answers_data)
      consider({sent.reset->at, side, true});
  }
  return first;
}

bool is_farewell(const CommandNote& note, Direction closer) {
  if (closer == Direction::to_client) return note.name == "close";
  constexpr std::array<std::string_view, 4> names{"FCUnpublish", "deleteStream", "closeStream", "close"};
  return std::ranges::find(names, note.name.view()) != names.end();
}

Moment last_packet(const History& history) {
  Moment last = history.close ? history.close->at : history.opened;
  for (const SideHistory& side : history.sides) {
    if (side.last_data && last.time < side.last_data->time) last = *side.last_data;
    if (side.last_packet && last.time < *side.last_packet) last = {*side.last_packet, 0};
  }
  return last;
}

}  // namespace

std::optional<CommandNote> farewell_before(const History& history, Direction side, const Moment& end) {
  if (side == Direction::to_server) {
    if (auto note = tunnel_farewell(history, end)) return note;
  }
  for (auto note = history.commands.rbegin(); note != history.commands.rend(); ++note) {
    if (note->direction != side || is_before(end, note->at)) continue;
    if (end.time - note->at.time > farewell_time) break;
    if (is_farewell(*note, side)) return *note;
  }
  return std::nullopt;
}

EndFacts end_of(const History& history) {
  EndFacts end;
  const auto first = first_end(history);
  if (history.tunnel_closed && (!first || is_before(*history.tunnel_closed, first->at))) {
    end.closer = Direction::to_server;
    end.at = *history.tunnel_closed;
  } else if (first) {
    end.closer = first->side;
    end.at = first->at;
    end.by_reset = first->reset;
  } else {
    end.at = last_packet(history);
    const bool is_said = history.close && history.close->ended_by &&
                         (history.close->reason == "fin" || history.close->reason == "reset");
    if (is_said) {
      end.closer = history.close->ended_by;
      end.at = history.close->at;
      end.by_reset = history.close->reason == "reset";
      // RTMFP has a request to close a session (RFC 7016, section 2.3.17), and no FIN.
      end.is_exact = history.transport == "rtmfp";
    }
  }
  if (end.closer) end.farewell = farewell_before(history, *end.closer, end.at);
  return end;
}

std::optional<Moment> last_before_end(const History& history, const EndFacts& end, Direction side) {
  const SideHistory& sent = history.side(side);
  if (sent.last_data && sent.last_data->time <= end.at.time) return sent.last_data;
  const auto pause = std::ranges::find_if(sent.pauses, [&](const Pause& one) {
    return one.from.time <= end.at.time && end.at.time < one.until.time;
  });
  return pause == sent.pauses.end() ? std::nullopt : std::optional(pause->from);
}

std::optional<Timestamp> idle_before_end(const History& history, const EndFacts& end, Direction side) {
  const auto last = last_before_end(history, end, side);
  return last ? std::optional(end.at.time - last->time) : std::nullopt;
}

bool has_other_hop_limit(const EndMark& reset) {
  if (!reset.ttl || !reset.ttl_usual) return false;
  return std::max(*reset.ttl, *reset.ttl_usual) - std::min(*reset.ttl, *reset.ttl_usual) > 1;
}

bool matches_limit(Timestamp idle, std::uint32_t limit_s) {
  if (limit_s == 0) return false;
  constexpr Timestamp least_tolerance = 600 * nanoseconds_per_millisecond;
  const Timestamp limit = limit_s * nanoseconds_per_second;
  const Timestamp difference = idle < limit ? limit - idle : idle - limit;
  return difference <= std::max(least_tolerance, limit * 3 / 100);
}

}  // namespace rtmpscope::analysis
