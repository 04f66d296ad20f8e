#include "analysis/platform/profile_match.hpp"

#include <algorithm>
#include <compare>
#include <optional>
#include <vector>

namespace rtmpscope::analysis {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return parts;
}

/// "name", "name=value", or several of these with & between.
bool query_has(const std::vector<std::string_view>& query, std::string_view wanted) {
  return std::ranges::all_of(split(wanted, '&'), [&](std::string_view condition) {
    const bool with_value = condition.find('=') != std::string_view::npos;
    return std::ranges::any_of(query, [&](std::string_view each) {
      return (with_value ? each : each.substr(0, each.find('='))) == condition;
    });
  });
}

/// Characters of the key's conditions that are met; 0: none is.
std::size_t key_fit(const ProfileMatch& match, std::string_view key) {
  std::size_t fit = 0;
  if (!match.key_prefix.empty() && key.starts_with(match.key_prefix)) fit = match.key_prefix.size();
  const std::size_t question = key.find('?');
  if (question == std::string_view::npos) return fit;
  const auto query = split(key.substr(question + 1), '&');
  for (const std::string& wanted : match.key_query) {
    if (query_has(query, wanted)) fit = std::max(fit, wanted.size());
  }
  return fit;
}

/// How well a profile fits; the larger the better, from the first member to the last.
struct Fit {
  bool whole_host = false;  ///< a pattern without *
  std::size_t host = 0;     ///< characters of the pattern that are no *
  bool app = false;
  std::size_t key = 0;
  MatchConfidence confidence{};

  auto operator<=>(const Fit&) const = default;
};

void improve_by_host(const ProfileMatch& match, std::string_view host, Fit& fit) {
  for (const std::string& pattern : match.hosts) {
    if (!fits(pattern, host)) continue;
    const auto stars = static_cast<std::size_t>(std::ranges::count(pattern, '*'));
    if (std::pair(stars == 0, pattern.size() - stars) <= std::pair(fit.whole_host, fit.host)) continue;
    fit.whole_host = stars == 0;
    fit.host = pattern.size() - stars;
  }
}

std::optional<Fit> fit_of(const ProfileMatch& match, const PublishTarget& target) {
  Fit fit;
  if (!target.host.empty()) improve_by_host(match, target.host, fit);
  // The name that the client asked TLS for counts where tcUrl's fits nothing: that may be an address.
  if (fit.host == 0 && !target.server_name.empty()) improve_by_host(match, target.server_name, fit);
  fit.app = std::ranges::any_of(match.apps, [&](const std::string& app) { return fits(app, target.app); });
  fit.key = key_fit(match, target.key);
  fit.confidence = match.confidence;
  if (fit.host == 0 && !(match.by_key_alone && fit.key > 0)) return std::nullopt;
  return fit;
}

}  // namespace

bool fits(std::string_view pattern, std::string_view name) {
  // Where the last star was, and what it stands for so far.
  std::size_t at = 0;
  std::size_t from = 0;
  std::size_t star = std::string_view::npos;
  std::size_t taken = 0;
  while (from < name.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      taken = from;
    } else if (at < pattern.size() && pattern[at] == name[from]) {
      ++at;
      ++from;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      from = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

std::string host_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  std::string_view rest = url.substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
  if (rest.starts_with('[')) return lower(rest.substr(1, rest.find(']') - 1));
  std::string host = lower(rest.substr(0, rest.find(':')));
  while (host.ends_with('.')) host.pop_back();
  return host;
}

PublishTarget publish_target(const History& history) {
  PublishTarget target{.host = host_of(history.tc_url),
                       .server_name = lower(history.tls.server_name),
                       .app = history.app.str(),
                       .key = {}};
  const auto publisher = std::ranges::find(history.streams, StreamUse::publish, &StreamHistory::use);
  if (publisher != history.streams.end()) target.key = publisher->name;
  return target;
}

const Profile* match(std::span<const Profile> profiles, const PublishTarget& target) {
  const Profile* best = nullptr;
  std::optional<Fit> best_fit;
  bool alone = true;
  for (const Profile& each : profiles) {
    const auto fit = fit_of(each.match, target);
    if (!fit) continue;
    if (best_fit && *fit < *best_fit) continue;
    alone = !best_fit || *fit > *best_fit;
    best = &each;
    best_fit = fit;
  }
  return alone ? best : nullptr;
}

}  // namespace rtmpscope::analysis
