// What was asked and answered.
#include <algorithm>

#include "analysis/fingerprint/conditions.hpp"

namespace rtmpscope::analysis {
namespace {

bool is_found(std::string_view text, const std::shared_ptr<const std::regex>& pattern) {
  constexpr std::size_t longest_searched = 256;
  if (pattern == nullptr) return true;
  const auto length = static_cast<std::ptrdiff_t>(std::min(text.size(), longest_searched));
  return std::regex_search(text.begin(), text.begin() + length, *pattern);
}

Met status(const Condition& condition, const Situation& situation) {
  for (const CommandNote& each : situation.history.commands) {
    if (each.direction != Direction::to_client || (each.code.empty() && each.description.empty())) continue;
    if (!is_found(each.code, condition.code) || !is_found(each.description, condition.text)) continue;
    if (flag_at(condition.parameters, "redirect") && each.redirect.empty()) continue;
    return met(true, each.at);
  }
  return met(false);
}

Met no_error_status(const Situation& situation) {
  if (!is_whole(situation.history, Direction::to_client)) return undecided();
  const bool any = std::ranges::any_of(situation.history.commands, [](const CommandNote& each) {
    return each.direction == Direction::to_client && each.level == "error";
  });
  return met(!any);
}

Met unanswered(const Condition& condition, const Situation& situation) {
  const Request* const request = last_request(situation.history, text_at(condition.parameters, "request"));
  if (request == nullptr) return met(false);
  if (request->answered) return met(false);
  if (!is_whole(situation.history, Direction::to_client)) return undecided();
  return met(true, request->asked.at);
}

Met answered(const Condition& condition, const Situation& situation) {
  const Request* const request = last_request(situation.history, text_at(condition.parameters, "request"));
  if (request == nullptr || !request->answered) return met(false);
  return met(request->answered->name == text_at(condition.parameters, "by"), request->answered->at);
}

/// The client's last request that wants an answer, and had none when the connection ended.
Met request_unanswered_for(const Condition& condition, const Situation& situation) {
  const History& history = situation.history;
  const auto end = end_moment(history);
  if (!end || !is_whole(history, Direction::to_client)) return undecided();
  for (auto request = history.requests.rbegin(); request != history.requests.rend(); ++request) {
    const std::string_view name = request->asked.name;
    if (name != "connect" && name != "createStream" && name != "publish" && name != "play") continue;
    if (request->answered) return met(false);
    return met(is_limit(seconds(request->asked.at.time, end->time), text_at(condition.parameters, "limit"),
                        situation),
               request->asked.at);
  }
  return met(false);
}

Met publish_started_after(const Condition& condition, const Situation& situation) {
  const Request* const connect = last_request(situation.history, "connect");
  if (connect == nullptr) return met(false);
  for (const StreamHistory& each : situation.history.streams) {
    if (each.use != StreamUse::publish || !each.started) continue;
    const double passed = seconds(connect->asked.at.time, each.started->time) * 1000;
    return met(passed >= number_at(condition.parameters, "from_ms").value_or(0) &&
                   passed <= number_at(condition.parameters, "to_ms").value_or(0),
               each.started);
  }
  return met(false);
}

/// Pauses between commands of the client up to publish.
Met command_pauses(const Condition& condition, const Situation& situation) {
  const double from = number_at(condition.parameters, "from_ms").value_or(0);
  const double to = number_at(condition.parameters, "to_ms").value_or(0);
  const CommandNote* before = nullptr;
  double count = 0;
  for (const CommandNote& each : situation.history.commands) {
    if (each.direction != Direction::to_server) continue;
    if (before != nullptr) {
      const double pause = seconds(before->at.time, each.at.time) * 1000;
      if (pause >= from && pause <= to) ++count;
    }
    before = &each;
    if (each.name == "publish") break;
  }
  return met(count >= number_at(condition.parameters, "at_least").value_or(1));
}

/// The reply to connect came in chunks of 128 bytes, since the server had announced no other size before.
Met reply_in_small_chunks(const Situation& situation) {
  constexpr std::uint64_t first_size = 128;  // RTMP 5.4.1
  const History& history = situation.history;
  if (!history.connect_result.view().is_object()) return met(false);
  const std::uint64_t length = unsigned_at(history.connect_result, "length").value_or(0);
  const std::uint64_t chunks = unsigned_at(history.connect_result, "chunks").value_or(0);
  return met(length > first_size && chunks == (length + first_size - 1) / first_size);
}

Met no_command(const Condition& condition, const Situation& situation) {
  if (!is_whole(situation.history, Direction::to_server) || !situation.history.handshake_done)
    return undecided();
  const std::string_view name = text_at(condition.parameters, "name");
  const bool any = std::ranges::any_of(situation.history.commands, [&](const CommandNote& each) {
    return each.direction == Direction::to_server && each.name == name;
  });
  return met(!any);
}

Met list_in_connect(const Situation& situation) {
  const Value connect = situation.history.connect.view().element(0);
  return met(
      std::ranges::any_of(connect.members(), [](const ValueMember& each) { return each.value.is_array(); }));
}

Met name_without(const Condition& condition, const Situation& situation) {
  const Request* const publish = last_request(situation.history, "publish");
  if (publish == nullptr) return met(false);
  return met(publish->asked.text.view().find(text_at(condition.parameters, "text")) == std::string::npos);
}

}  // namespace

std::optional<Met> check_request(const Condition& condition, const Situation& situation) {
  const std::string& test = condition.test;
  if (test == "status") return status(condition, situation);
  if (test == "no_error_status") return no_error_status(situation);
  if (test == "unanswered") return unanswered(condition, situation);
  if (test == "answered") return answered(condition, situation);
  if (test == "request_unanswered_for") return request_unanswered_for(condition, situation);
  if (test == "publish_started_after") return publish_started_after(condition, situation);
  if (test == "command_pauses") return command_pauses(condition, situation);
  if (test == "reply_in_small_chunks") return reply_in_small_chunks(situation);
  if (test == "no_command") return no_command(condition, situation);
  if (test == "list_in_connect") return list_in_connect(situation);
  if (test == "name_without") return name_without(condition, situation);
  return std::nullopt;
}

}  // namespace rtmpscope::analysis
