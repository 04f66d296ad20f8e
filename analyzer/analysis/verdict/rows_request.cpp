// Causes in the phase of publish and play.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "analysis/verdict/rows.hpp"
#include "analysis/verdict/status_text.hpp"

namespace rtmpscope::analysis::rows {
namespace {

/// The last publish (play) if nothing of the kind ran afterwards.
const Request* last_publish(const Case& from) {
  const Request* const publish = from.last_request({"publish"});
  if (publish == nullptr || from.ran_since(StreamUse::publish, publish->asked.at.time)) return nullptr;
  return publish;
}

/// "stream x", with the name in marks
std::string stream_text(const CommandNote& request) {
  return "stream " + quote(CapturedKind::name, request.text);
}

bool says_busy(const CommandNote& answer) {
  if (contains(answer.code, "BadName")) return true;
  std::string text = answer.description.str();
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array<std::string_view, 4> denials{"not exist", "n't exist", "no such", "not found"};
  if (std::ranges::any_of(denials, [&](std::string_view denial) { return contains(text, denial); }))
    return false;
  constexpr std::array<std::string_view, 4> words{"already", "exist", "busy", "in use"};
  return std::ranges::any_of(words, [&](std::string_view word) { return contains(text, word); });
}

/// The last publish was refused.
const Request* refused_publish(const Case& from) {
  const Request* const publish = last_publish(from);
  return publish != nullptr && publish->answered && publish->answered->is_error() ? publish : nullptr;
}

bool has_cause_in_stream(const Case& from) {
  return message_too_large(from) || protocol_error(from) || extended_time(from) || codec_refused(from) ||
         begins_badly(from);
}

std::string_view busy_step(const Case& from) {
  if (from.software(Direction::to_client).id == "nginx_rtmp") {
    return "Wait until the old session is gone (nginx-rtmp's ping takes up to 90 s), end it, or set "
           "drop_idle_publisher.";
  }
  return "End the other publisher, or wait until its stale session is gone, or use another name.";
}

}  // namespace

Claimed publish_busy(const Case& from) {
  const Request* const publish = refused_publish(from);
  if (publish == nullptr || !says_busy(*publish->answered)) return {};
  return Claim{
      .sentence = fmt::format("The name {} is in use: {}.", quote(CapturedKind::name, publish->asked.text),
                              status_text(*publish->answered)),
      .next_step = std::string(busy_step(from)),
      .evidence = {{publish->answered->at, "refusal of publish"}, from.end_evidence()}};
}

Claimed publish_denied(const Case& from) {
  const Request* const publish = refused_publish(from);
  if (publish == nullptr || says_busy(*publish->answered)) return {};
  return Claim{.sentence = fmt::format("The server refused to publish {}: {}.", stream_text(publish->asked),
                                       status_text(*publish->answered)),
               .next_step = "Check the stream key, and its token or time.",
               .evidence = {{publish->answered->at, "refusal of publish"}, from.end_evidence()}};
}

Claimed publish_start_then_close(const Case& from) {
  const Request* const publish = from.last_request({"publish"});
  if (publish == nullptr || !publish->answered || publish->answered->is_error() || !from.closed_by_server())
    return {};
  const Timestamp after = from.before_end(publish->answered->at);
  if (after < 0 || after > soon || from.client_has_left() || from.end.farewell || has_cause_in_stream(from))
    return {};
  return Claim{
      .confidence = Confidence::likely,
      .sentence = fmt::format("The server accepted {} and closed {} later: refused by a rule or hook, or the "
                              "name is taken.",
                              stream_text(publish->asked), duration_text(after)),
      .next_step = "Look at the server's log for the rule or hook that refused, and check the stream key.",
      .evidence = {{publish->answered->at, "publish accepted"}, from.end_evidence()}};
}

Claimed publish_silent_refusal(const Case& from) {
  const Request* const publish = last_publish(from);
  if (publish == nullptr || publish->answered || !from.closed_by_server()) return {};
  return unless_hidden(
      from, Direction::to_client, publish->asked.at.time,
      {.confidence = Confidence::likely,
       .sentence =
           fmt::format("The server closed without a word after publish of {}.", stream_text(publish->asked)),
       .next_step = "Check the stream key, whether the name is in use, and the server's hooks.",
       .evidence = {{publish->asked.at, "publish"}, from.end_evidence()}});
}

Claimed publish_wrong_reply(const Case& from) {
  const Request* const publish = last_publish(from);
  if (publish == nullptr || !publish->answered || !publish->wrong_form || publish->answered->is_error())
    return {};
  if (from.closed_by_server()) return {};
  return unless_hidden(
      from, Direction::to_client, publish->asked.at.time,
      {.confidence = Confidence::likely,
       .sentence = "The reply to publish has the wrong form; the client waits for onStatus on the "
                   "stream's own message stream.",
       .next_step = "Have the server answer publish with onStatus NetStream.Publish.Start.",
       .evidence = {{publish->answered->at, "reply"}, from.end_evidence()}});
}

Claimed publish_unanswered(const Case& from) {
  const Request* const publish = last_publish(from);
  if (publish == nullptr || publish->answered || !from.closed_by_client()) return {};
  const Timestamp waited = from.before_end(publish->asked.at);
  if (waited < shortest_wait) return {};
  return unless_hidden(from, Direction::to_client, publish->asked.at.time,
                       {.sentence = fmt::format("No reply to publish within {}; the client gave up{}.",
                                                duration_text(waited), limit_of_client(from, waited)),
                        .next_step = "Look at the server's log, and at its callbacks.",
                        .evidence = {{publish->asked.at, "publish"}, from.end_evidence()}});
}

Claimed play_missing(const Case& from) {
  const Request* const play = from.last_request({"play", "play2"});
  if (play == nullptr || !play->answered || !play->answered->is_error()) return {};
  if (from.ran_since(StreamUse::play, play->answered->at.time)) return {};
  const bool is_missing = contains(play->answered->code, "StreamNotFound") || play->answered->code.empty();
  Claim claim;
  claim.sentence =
      is_missing ? fmt::format("The stream {} does not exist.", quote(CapturedKind::name, play->asked.text))
                 : fmt::format("The server does not play {}: {}.", stream_text(play->asked),
                               status_text(*play->answered));
  claim.next_step = "Check the stream's name, and whether it is published or stored there.";
  claim.evidence = {{play->answered->at, "refusal of play"}, from.end_evidence()};
  return claim;
}

Claimed play_waiting(const Case& from) {
  const Request* const play = from.last_request({"play", "play2"});
  if (play == nullptr || !from.closed_by_client()) return {};
  if (play->answered && play->answered->is_error()) return {};
  const Timestamp waited = from.before_end(play->asked.at);
  if (from.has_media_since(Direction::to_client, play->asked.at.time) || waited < shortest_wait) return {};
  return unless_hidden(
      from, Direction::to_client, play->asked.at.time,
      {.confidence = Confidence::likely,
       .sentence = fmt::format("Nobody was publishing {}; the player left after {}.",
                               quote(CapturedKind::name, play->asked.text), duration_text(waited)),
       .next_step = "Check the stream's name, and that its publisher runs.",
       .evidence = {{play->asked.at, "play"}, from.end_evidence()}});
}

}  // namespace rtmpscope::analysis::rows
