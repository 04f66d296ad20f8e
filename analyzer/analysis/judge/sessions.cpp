#include "analysis/judge/sessions.hpp"

#include <algorithm>

#include "analysis/judge/endpoints.hpp"
#include "analysis/judge/publishers.hpp"
#include "analysis/verdict/closer.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr Timestamp login_pause = 5 * nanoseconds_per_second;
constexpr Timestamp loop_pause = 60 * nanoseconds_per_second;
constexpr Timestamp loop_window = 120 * nanoseconds_per_second;
constexpr std::size_t most_refused_told = 16;
constexpr std::size_t most_begins = 32;

bool is_login_step(CauseId cause) {
  return cause == CauseId::auth_needed || cause == CauseId::auth_failed || cause == CauseId::auth_user;
}

std::string login_key(std::string_view client_host, std::string_view server) {
  return std::string(client_host).append("\n").append(server);
}

std::string loop_key(const History& history) {
  std::string_view name;
  for (const StreamHistory& stream : history.streams) {
    if (stream.use != StreamUse::unknown) name = stream.name;
  }
  return history.client_address.str() + "\n" + stream_key(server_of(history), history.app.str(), name);
}

}  // namespace

void Sessions::add(const ConnectionReport& report, const Moment& at) {
  Place& place = places_[report.connection];
  place.at = at.time;
  add_login(report, at, place);
  add_loop(report, at, place);
  const bool is_alone = place.login_before.empty() && !place.login_after && place.refused_before.empty();
  if (is_alone && place.sessions < 2) places_.erase(report.connection);  // as most are
}

void Sessions::add_login(const ConnectionReport& report, const Moment& at, Place& place) {
  if (report.history.phase < Phase::connect) return;
  const std::string key = login_key(report.history.client_address, server_of(report.history));
  if (const auto before = logins_.find(key); before != logins_.end()) {
    const Timestamp pause = report.history.opened.time - before->second.at;
    if (pause >= 0 && pause <= login_pause) {
      Place& earlier = places_[before->second.connection];
      earlier.login_after = report.connection;
      earlier.at = std::max(earlier.at, at.time);
      place.login_before = earlier.login_before;
      if (place.login_before.size() < most_refused_told)
        place.login_before.push_back(before->second.connection);
      logins_.erase(before);
    }
  }
  // A password that is wrong ends a login; the next attempt is another one.
  if (report.verdict.cause == CauseId::auth_needed) logins_[key] = {report.connection, at.time};
}

void Sessions::publish_began(const PublishMark& mark) {
  const auto before = logins_.find(login_key(address_of(mark.client), mark.server));
  if (before == logins_.end() || mark.at.time - before->second.at > login_pause) return;
  Place& earlier = places_[before->second.connection];
  earlier.login_after = mark.connection;
  earlier.at = std::max(earlier.at, mark.at.time);
}

void Sessions::add_loop(const ConnectionReport& report, const Moment& at, Place& place) {
  const CauseId cause = report.verdict.cause;
  if (is_undecided(cause)) return;  // it may have ended well
  if (report.history.phase < Phase::handshake && !is_refusal(cause)) return;
  const bool ended_well = cause == CauseId::client_stopped || is_login_step(cause) ||
                          (cause == CauseId::client_closed && report.history.phase < Phase::running);
  if (ended_well && !is_refusal(cause)) return;
  const Timestamp opened = report.history.opened.time;
  Loop& loop = loops_[loop_key(report.history)];
  const bool goes_on = loop.connection != 0 && opened >= loop.at && opened - loop.at < loop_pause;
  if (goes_on && is_refusal(cause) && loop.cause == cause && place.login_before.empty()) {
    const Place& earlier = places_[loop.connection];
    place.refused_before = earlier.refused_before;
    if (place.refused_before.size() < most_refused_told) place.refused_before.push_back(loop.connection);
    place.times_refused_before = earlier.times_refused_before + 1;
  }
  if (!is_login_step(cause)) {
    std::erase_if(loop.begins, [&](Timestamp begin) { return begin < opened - loop_window; });
    if (loop.begins.size() >= most_begins) loop.begins.erase(loop.begins.begin());
    loop.begins.push_back(opened);
    place.sessions = loop.begins.size();
  }
  loop.connection = report.connection;
  loop.at = at.time;
  loop.cause = cause;
}

std::vector<std::uint32_t> Sessions::login_before(std::uint32_t connection) const {
  const auto place = places_.find(connection);
  return place == places_.end() ? std::vector<std::uint32_t>() : place->second.login_before;
}

std::optional<std::uint32_t> Sessions::login_after(std::uint32_t connection) const {
  const auto place = places_.find(connection);
  return place == places_.end() ? std::nullopt : place->second.login_after;
}

std::vector<std::uint32_t> Sessions::refused_before(std::uint32_t connection) const {
  const auto place = places_.find(connection);
  return place == places_.end() ? std::vector<std::uint32_t>() : place->second.refused_before;
}

std::uint64_t Sessions::times_refused_before(std::uint32_t connection) const {
  const auto place = places_.find(connection);
  return place == places_.end() ? 0 : place->second.times_refused_before;
}

std::uint64_t Sessions::sessions_within_minutes(std::uint32_t connection) const {
  const auto place = places_.find(connection);
  return place == places_.end() ? 0 : place->second.sessions;
}

void Sessions::forget(Timestamp before) {
  std::erase_if(places_, [&](const auto& entry) { return entry.second.at < before; });
  std::erase_if(logins_, [&](const auto& entry) { return entry.second.at < before; });
  std::erase_if(loops_, [&](const auto& entry) { return entry.second.at < before; });
}

}  // namespace rtmpscope::analysis
