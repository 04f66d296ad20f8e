// Causes that TCP, windows, silence and clocks show.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <span>

#include "analysis/verdict/rows.hpp"
#include "analysis/verdict/session_times.hpp"

namespace rtmpscope::analysis::rows {
namespace {

constexpr double shortest_zero_window_ms = 1000;
constexpr double long_zero_window_ms = 5000;
constexpr Timestamp just_now = 2 * nanoseconds_per_second;
constexpr std::uint64_t fewest_repeats = 3;
constexpr double shortest_unanswered_ms = 5000;
/// Limits of servers and clients that are in use.
constexpr std::array<std::uint32_t, 9> usual_limits_s{2, 5, 10, 15, 20, 30, 60, 90, 120};
/// Idle times after which load balancers and NAT gateways forget a connection.
constexpr std::array<std::uint32_t, 6> middlebox_limits_s{60, 240, 300, 350, 900, 3600};

Timestamp from_ms(double milliseconds) {
  return std::llround(milliseconds * static_cast<double>(nanoseconds_per_millisecond));
}

/// For how long the side had not read when it ended; 0: it had. A sender that has given up can say so only
/// once the window has opened again, since its FIN waits behind what was not read.
double unread_ms(const Case& from, Direction side) {
  const SideHistory& reader = from.history.side(side);
  const double at_end = reader.zero_window_at_end_ms.value_or(0);
  if (at_end > shortest_zero_window_ms) return at_end;
  const double longest = reader.longest_zero_window_ms.value_or(0);
  const bool is_recent = reader.last_zero_window && from.end.closer == opposite(side) &&
                         from.end.at.time - *reader.last_zero_window < just_now;
  return is_recent && longest > long_zero_window_ms ? longest : 0;
}

/// Who has stopped reading. The client's first.
std::optional<Direction> stopped_reader(const Case& from) {
  for (const Direction side : {Direction::to_server, Direction::to_client}) {
    if (unread_ms(from, side) > 0) return side;
  }
  return std::nullopt;
}

/// Whose repeats had no answer.
std::optional<Direction> unanswered_sender(const Case& from) {
  for (const Direction side : {Direction::to_server, Direction::to_client}) {
    const SideHistory& sent = from.history.side(side);
    if (sent.repeats_at_end >= fewest_repeats && sent.unanswered_ms.value_or(0) >= shortest_unanswered_ms)
      return side;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> limit_of(Timestamp idle, std::span<const std::uint32_t> limits) {
  const auto found =
      std::ranges::find_if(limits, [&](std::uint32_t limit) { return matches_limit(idle, limit); });
  return found == limits.end() ? std::nullopt : std::optional(*found);
}

/// How long the client could not send, by its window or for want of acknowledgements.
Timestamp blocked_time(const Case& from) {
  return from_ms(
      std::max(from.server().zero_window_at_end_ms.value_or(0), from.client().unanswered_ms.value_or(0)));
}

/// A reset that another device has sent: the time to live differs, or the side goes on behind it.
struct Forgery {
  Direction named{};  ///< whom it pretends to be
  bool differs = false, goes_on = false;
};

std::optional<Forgery> forged_reset(const Case& from) {
  for (const Direction side : {Direction::to_server, Direction::to_client}) {
    const SideHistory& sent = from.history.side(side);
    if (!sent.reset || sent.fin) continue;
    const bool differs = has_other_hop_limit(*sent.reset);
    const bool goes_on = sent.last_data && sent.last_data->time > sent.reset->at.time;
    if (differs || goes_on) return Forgery{side, differs, goes_on};
  }
  return std::nullopt;
}

}  // namespace

Claimed ack_stall(const Case& from) {
  const SideHistory& client = from.client();
  if (!client.window_asked || *client.window_asked == 0 || !from.end.closer) return {};
  if (!client.last_media || from.before_end(*client.last_media) < nanoseconds_per_second) return {};
  const std::uint64_t sent = client.bytes + client.missing_bytes;
  const std::uint64_t acknowledged = from.server().last_acknowledgement.value_or(0);
  const std::uint64_t since = sent > acknowledged ? sent - acknowledged : 0;
  const std::uint64_t window = *client.window_asked;
  if (since < window - window / 10 || since > window + window / 10) return {};
  return unless_hidden(
      from, Direction::to_client, from.history.opened.time,
      {.confidence = Confidence::likely,
       .sentence = fmt::format("The client stopped after {} bytes: no Acknowledgement for its window of {}.",
                               since, window),
       .next_step = "The server must acknowledge: update it, or raise the window that the client asks for.",
       .evidence = {{*client.last_media, "last media"}, from.end_evidence()}});
}

Claimed receiver_stopped(const Case& from) {
  const auto reader = stopped_reader(from);
  if (!reader || !from.end.closer) return {};
  const Timestamp length = from_ms(unread_ms(from, *reader));
  return Claim{.confidence = Confidence::likely,
               .sentence = fmt::format("{} stopped reading for {}; then the {} closed.", subject(*reader),
                                       duration_text(length), noun(*from.end.closer)),
               .next_step = fmt::format("Look at the load of the {}, and at what it does with the stream.",
                                        noun(*reader)),
               .evidence = {from.end_evidence()}};
}

Claimed path_lost(const Case& from) {
  const auto sender = unanswered_sender(from);
  if (!sender || (from.end.closer && !from.end.by_reset)) return {};
  const SideHistory& sent = from.history.side(*sender);
  return Claim{.confidence = Confidence::likely,
               .sentence = fmt::format("The way to the {} broke: {} repeats without an answer over {}.",
                                       noun(opposite(*sender)), sent.repeats_at_end,
                                       duration_text(from_ms(*sent.unanswered_ms))),
               .next_step = "Look at the network between: links, address changes, firewalls, NAT.",
               .evidence = {from.end_evidence()}};
}

Claimed send_timeout(const Case& from) {
  const SideLimits& client = from.software(Direction::to_server);
  const Timestamp blocked = blocked_time(from);
  if (!from.closed_by_client() || !matches_limit(blocked, client.send_s)) return {};
  return Claim{
      .confidence = Confidence::likely,
      .sentence = fmt::format("{} gave up after {}, its send limit.", client.name, duration_text(blocked)),
      .next_step = "Find out why nothing could be sent: the network, or a server that does not read.",
      .evidence = {from.end_evidence()}};
}

Claimed ping_unanswered(const Case& from) {
  const auto& asked = from.server().ping_asked;
  const auto& answered = from.client().ping_answered;
  if (!asked || !from.closed_by_server() || (answered && answered->time >= asked->time)) return {};
  const SideLimits& server = from.software(Direction::to_client);
  const Timestamp waited = from.before_end(*asked);
  const bool is_known = matches_limit(waited, server.ping_s);
  if (!is_known && !limit_of(waited, std::span(usual_limits_s).subspan(1))) return {};
  return unless_hidden(
      from, Direction::to_server, asked->time,
      {.confidence = is_known ? Confidence::likely : Confidence::possible,
       .sentence = fmt::format("The client did not answer the server's ping; the server ended {} later.",
                               duration_text(waited)),
       .next_step = "Find out whether the client was still there: its log, the network.",
       .evidence = {{*asked, "Ping Request"}, from.end_evidence()}});
}

Claimed publisher_silent(const Case& from) {
  if (!from.closed_by_server() || !from.is_publishing() || from.client_has_left()) return {};
  const auto idle = idle_before_end(from.history, from.end, Direction::to_server);
  if (!idle) return {};
  const SideLimits& server = from.software(Direction::to_client);
  const bool is_known = matches_limit(*idle, server.idle_s);
  const auto limit = is_known ? std::optional(server.idle_s) : limit_of(*idle, usual_limits_s);
  if (!limit) return {};
  const std::string whose = is_known ? server.name + "'s limit" : std::string("a usual limit");
  return Claim{.confidence = is_known ? Confidence::likely : Confidence::possible,
               .sentence = fmt::format("The client sent nothing for {}: {} of {} s.", duration_text(*idle),
                                       whose, *limit),
               .next_step = "Find out why the encoder paused: its log, its load, and whether it could send.",
               .evidence = {{*last_before_end(from.history, from.end, Direction::to_server),
                             "last data of the client"},
                            from.end_evidence()}};
}

Claimed nobody_watching(const Case& from) {
  constexpr Timestamp shortest = 10 * nanoseconds_per_second;
  const StreamHistory* const stream = from.last_stream(StreamUse::publish);
  if (!from.closed_by_server() || stream == nullptr || from.software(Direction::to_client).id != "srs")
    return {};
  if (from.before_end(stream->asked) < shortest) return {};
  return Claim{.confidence = Confidence::possible,
               .sentence = "Nobody may have watched: SRS ends such publishers where it is told to.",
               .next_step = "Look at the server's setting publish_kickoff_for_idle.",
               .evidence = {from.end_evidence()}};
}

Claimed middlebox_idle(const Case& from) {
  const auto forged = forged_reset(from);
  const auto client = idle_before_end(from.history, from.end, Direction::to_server);
  const auto server = idle_before_end(from.history, from.end, Direction::to_client);
  if (!forged || !client || !server || !from.end.by_reset) return {};
  if (std::max(*client, *server) - std::min(*client, *server) > nanoseconds_per_second) return {};
  const Timestamp idle = std::min(*client, *server);
  if (!limit_of(idle, middlebox_limits_s)) return {};
  return Claim{.confidence = Confidence::possible,
               .sentence = fmt::format("A device in between dropped the idle connection after {}.",
                                       duration_text(idle)),
               .next_step = "Have one side send keep-alives, or raise the device's limit.",
               .evidence = {from.end_evidence()}};
}

Claimed middlebox_reset(const Case& from) {
  const auto forged = forged_reset(from);
  if (!forged || !from.end.by_reset) return {};
  const EndMark& reset = *from.history.side(forged->named).reset;
  std::string sign = forged->goes_on ? "which goes on behind it" : "";
  if (forged->differs) {
    sign =
        fmt::format("whose packets have a time to live of {}, and not of {}", *reset.ttl_usual, *reset.ttl) +
        (forged->goes_on ? ", and go on behind it" : "");
  }
  return Claim{.confidence = Confidence::likely,
               .sentence = fmt::format("The reset was not sent by the {}, {}.", noun(forged->named), sign),
               .next_step = "Look for a firewall or a balancer between, and capture on both sides of it.",
               .evidence = {{reset.at, "reset"}}};
}

Claimed time_limit(const Case& from) {
  if (!from.closed_by_server()) return {};
  constexpr Timestamp tolerance = 120 * nanoseconds_per_second;
  constexpr Timestamp hour = 3600 * nanoseconds_per_second;
  const Timestamp lasted = from.before_end(from.history.opened);
  const Timestamp limit = from.context.platform.longest_session_hours * hour;
  if (from.has_start() && limit > 0 && std::abs(lasted - limit) <= tolerance) {
    return Claim{
        .confidence = Confidence::likely,
        .sentence = fmt::format("It lasted {}: {}'s limit of {} hours.", duration_text(lasted),
                                from.context.platform.name, from.context.platform.longest_session_hours),
        .next_step = "Begin the stream anew before the limit.",
        .evidence = {from.end_evidence()}};
  }
  const auto expiry = key_expiry(from.history);
  if (!expiry || *expiry > from.end.at.time || *expiry < from.history.opened.time - tolerance) return {};
  return Claim{.confidence = Confidence::likely,
               .sentence = fmt::format("The key expired at {}, {} before the end.", clock_text(*expiry),
                                       duration_text(from.end.at.time - *expiry)),
               .next_step = "Get a key that is valid for longer.",
               .evidence = {from.end_evidence()}};
}

}  // namespace rtmpscope::analysis::rows
