#include "analysis/verdict/case.hpp"

#include <algorithm>

namespace rtmpscope::analysis {
namespace {

/// Media without a Start tell as much: some servers say nothing.
Phase phase_of(const History& history) {
  if (history.phase >= Phase::request) {
    for (const StreamHistory& stream : history.streams) {
      if (stream.started || stream.media_messages > 0) return Phase::running;
    }
  }
  return history.phase;
}

/// Of what goes on, that is where it is now.
EndFacts end_of(const History& history, const DecisionContext& context) {
  EndFacts end = end_of(history);
  if (context.goes_on_behind && !end.closer) end.at = *context.goes_on_behind;
  return end;
}

}  // namespace

Case::Case(const History& from, const DecisionContext& with)
    : history(from), context(with), end(end_of(from, with)), phase(phase_of(from)) {}

bool Case::misses(Direction direction, Timestamp since) const {
  if (!has_start() && history.opened.time >= since) return true;
  const SideHistory& sent = history.side(direction);
  if (sent.out_of_sync && sent.bytes > 0) return true;
  if (sent.unread_until && *sent.unread_until >= since) return true;
  return std::ranges::any_of(history.gaps, [&](const GapNote& gap) {
    // What was sent before the capture began is missing from there on, whenever the side speaks for the first
    // time.
    const bool is_before_capture = !has_start() && gap.cause == "start_not_captured";
    return gap.direction == direction && gap.at.time >= since && !is_before_capture;
  });
}

bool Case::has_run() const {
  return std::ranges::any_of(history.streams, [](const StreamHistory& stream) {
    return stream.started || stream.media_messages > 0;
  });
}

const Request* Case::last_request(std::initializer_list<std::string_view> names) const {
  for (auto request = history.requests.rbegin(); request != history.requests.rend(); ++request) {
    if (request->asked.at.time > end.at.time) continue;
    if (std::ranges::find(names, request->asked.name.view()) != names.end()) return &*request;
  }
  return nullptr;
}

bool Case::ran_since(StreamUse use, Timestamp since) const {
  return std::ranges::any_of(history.streams, [&](const StreamHistory& stream) {
    if (stream.use != use) return false;
    return (stream.started && stream.started->time > since) ||
           (stream.last_media && stream.last_media->time > since);
  });
}

bool Case::has_media_since(Direction direction, Timestamp since) const {
  const auto& last = history.side(direction).last_media;
  return last && last->time >= since;
}

bool Case::client_has_left() const {
  return farewell_before(history, Direction::to_server, end.at).has_value();
}

const StreamHistory* Case::last_stream(StreamUse use) const {
  for (auto stream = history.streams.rbegin(); stream != history.streams.rend(); ++stream) {
    if (stream->use == use) return &*stream;
  }
  return nullptr;
}

VerdictEvidence Case::end_evidence() const {
  if (!end.closer) return {end.at, "last packet"};
  std::string what = end.by_reset ? "reset of the " : "FIN of the ";
  return {end.at, what.append(noun(*end.closer))};
}

std::string Case::server_address() const {
  return quote_address(history.server_address, history.server_port);
}

std::string_view subject(Direction side) {
  return side == Direction::to_server ? "The client" : "The server";
}

Claim unless_hidden(const Case& from, Direction direction, Timestamp since, Claim claim) {
  claim.is_hidden = from.misses(direction, since);
  return claim;
}

}  // namespace rtmpscope::analysis
