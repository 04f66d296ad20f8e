#include "analysis/judge/publishers.hpp"

#include <algorithm>

namespace rtmpscope::analysis {
namespace {

/// Of one name; older ones are forgotten.
constexpr std::size_t most_of_a_name = 16;

std::string_view without_query(std::string_view text) {
  text = text.substr(0, text.find('?'));
  while (text.ends_with('/')) text.remove_suffix(1);
  return text;
}

/// The latest one that fits.
template <typename Fits>
const Publisher* latest_of(const std::map<std::string, std::deque<Publisher>>& names, const std::string& key,
                           const Fits& fits) {
  const auto found = names.find(key);
  if (found == names.end()) return nullptr;
  const auto last = std::find_if(found->second.rbegin(), found->second.rend(), fits);
  return last == found->second.rend() ? nullptr : &*last;
}

}  // namespace

std::string stream_key(std::string_view server, std::string_view app, std::string_view name) {
  std::string key(server);
  // No address, and hardly a name, has a line feed in it.
  key.append("\n").append(without_query(app)).append("\n").append(without_query(name));
  return key;
}

void Publishers::began(const PublishMark& mark) {
  const std::string key = stream_key(mark.server, mark.app, mark.name);
  std::deque<Publisher>& all = names_[key];
  if (all.size() >= most_of_a_name) all.pop_front();
  all.push_back({mark.connection, mark.at, mark.client, std::nullopt, CauseId::unknown, {}});
  keys_[mark.connection].push_back(key);
  if (servers_.emplace(mark.connection, mark.server).second) ++open_[mark.server];
}

void Publishers::ended(const ConnectionReport& report, const Moment& at) {
  const auto keys = keys_.find(report.connection);
  if (keys == keys_.end()) return;
  for (const std::string& key : keys->second) {
    for (Publisher& publisher : names_[key]) {
      if (publisher.connection != report.connection || publisher.ended) continue;
      publisher.ended = at;
      publisher.cause = report.verdict.cause;
      publisher.sentence = report.verdict.sentence;
    }
  }
  keys_.erase(keys);
  const auto server = servers_.find(report.connection);
  if (const auto open = open_.find(server->second); --open->second == 0) open_.erase(open);
  servers_.erase(server);
}

const Publisher* Publishers::open_at(const std::string& key, std::uint32_t except, Timestamp at) const {
  return latest_of(names_, key, [&](const Publisher& publisher) {
    return publisher.connection != except && publisher.at.time <= at &&
           (!publisher.ended || publisher.ended->time >= at);
  });
}

const Publisher* Publishers::begun_within(const std::string& key, std::uint32_t except, Timestamp from,
                                          Timestamp to) const {
  return latest_of(names_, key, [&](const Publisher& publisher) {
    return publisher.connection != except && publisher.at.time >= from && publisher.at.time <= to;
  });
}

const Publisher* Publishers::of(const std::string& key, std::uint32_t connection) const {
  return latest_of(names_, key,
                   [&](const Publisher& publisher) { return publisher.connection == connection; });
}

const Publisher* Publishers::ended_within(const std::string& key, std::uint32_t except, Timestamp from,
                                          Timestamp to) const {
  return latest_of(names_, key, [&](const Publisher& publisher) {
    return publisher.connection != except && publisher.ended && publisher.ended->time >= from &&
           publisher.ended->time <= to;
  });
}

std::size_t Publishers::open_of(const std::string& server) const {
  const auto found = open_.find(server);
  return found == open_.end() ? 0 : found->second;
}

void Publishers::forget(Timestamp before) {
  for (auto name = names_.begin(); name != names_.end();) {
    std::erase_if(name->second, [&](const Publisher& publisher) {
      return publisher.ended && publisher.ended->time < before;
    });
    name = name->second.empty() ? names_.erase(name) : std::next(name);
  }
}

}  // namespace rtmpscope::analysis
