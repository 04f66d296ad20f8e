// Causes that no more than the end itself tells.
#include <fmt/format.h>

#include "analysis/verdict/rows.hpp"

namespace rtmpscope::analysis::rows {
namespace {

constexpr std::string_view give_keys = "Give the session's keys, so that what was said can be read.";

/// What the client did: the last stream that ran.
const StreamHistory* stream_that_ran(const Case& from) {
  for (auto stream = from.history.streams.rbegin(); stream != from.history.streams.rend(); ++stream) {
    if (stream->started || stream->media_messages > 0) return &*stream;
  }
  return nullptr;
}

/// Some servers send media on another message stream than that of play: what was asked for says it.
std::string_view doing(const Case& from) {
  if (stream_that_ran(from) == nullptr) return "";
  if (from.is_publishing()) return " publishing";
  return from.last_stream(StreamUse::play) != nullptr ? " playing" : "";
}

/// What was said before the end cannot be read.
bool is_encrypted(const Case& from) {
  return from.history.tls.seen && !from.history.tls.decrypted;
}

/// " after 5.1 s": since the stream began, or the connection
std::string after(const Case& from) {
  const StreamHistory* const stream = stream_that_ran(from);
  Moment begin = from.history.opened;
  if (stream != nullptr && stream->started) begin = *stream->started;
  return " after " + duration_text(from.before_end(begin));
}

/// What a stream's end says besides: a recording that was over.
std::string_view recording_end(const Case& from) {
  const StreamHistory* const stream = from.last_stream(StreamUse::play);
  const bool is_over =
      stream != nullptr && stream->stopped && stream->recorded && stream->stopped->time <= from.end.at.time;
  return is_over ? " The recording had been played to its end." : "";
}

Claim ended(const Case& from, Confidence confidence, std::string sentence, std::string next_step) {
  return {.confidence = confidence,
          .sentence = std::move(sentence),
          .next_step = std::move(next_step),
          .evidence = {from.end_evidence()}};
}

}  // namespace

Claimed client_stopped(const Case& from) {
  if (!from.end.closer) return {};
  const auto farewell = farewell_before(from.history, Direction::to_server, from.end.at);
  if (!farewell) return {};
  std::string sentence = fmt::format("The client stopped{} properly{}.", doing(from), after(from));
  if (from.closed_by_server()) sentence += " The server closed the connection then.";
  Claim claim = ended(from, Confidence::certain, std::move(sentence), "");
  claim.sentence += recording_end(from);
  claim.evidence.insert(claim.evidence.begin(), VerdictEvidence{farewell->at, farewell->name.str()});
  return claim;
}

Claimed client_closed(const Case& from) {
  if (!from.closed_by_client() || from.end.by_reset) return {};
  if (is_encrypted(from)) {
    return ended(from, Confidence::certain,
                 fmt::format("The client closed{}; what was said before is encrypted.", after(from)),
                 std::string(give_keys));
  }
  const bool publishing = from.is_publishing();
  Claim claim =
      ended(from, Confidence::certain, fmt::format("The client closed without saying so{}.", after(from)),
            publishing ? "Nothing, if the encoder was stopped; else look at its log." : "");
  claim.sentence += recording_end(from);
  return claim;
}

Claimed client_vanished(const Case& from) {
  if (!from.closed_by_client() || !from.end.by_reset) return {};
  if (from.last_stream(StreamUse::play) != nullptr && !from.is_publishing()) {
    Claim claim = ended(from, Confidence::likely,
                        fmt::format("The player closed{} with unread data, as players do.", after(from)), "");
    claim.sentence += recording_end(from);
    return claim;
  }
  return ended(from, Confidence::likely, fmt::format("The client's program ended abruptly{}.", after(from)),
               "Look for a crash of the client, or for who ended it.");
}

Claimed server_closed(const Case& from) {
  if (!from.closed_by_server() || from.end.by_reset) return {};
  if (is_encrypted(from)) {
    return ended(from, Confidence::certain,
                 fmt::format("The server closed{}; what was said before is encrypted.", after(from)),
                 std::string(give_keys));
  }
  return ended(from, Confidence::certain, "The server closed, for no reason that the connection shows.",
               fmt::format("Look at the server's log at {}.", clock_text(from.end.at.time)));
}

Claimed server_reset(const Case& from) {
  if (!from.closed_by_server() || !from.end.by_reset) return {};
  std::string sentence = "The server reset the connection";
  if (!from.history.findings.empty()) {
    const FindingNote& last = from.history.findings.back();
    if (last.severity != Severity::note && !last.after_gap)
      sentence += fmt::format("; the last thing to be noticed was {}", info(last.id).id);
  }
  return ended(from, Confidence::certain, sentence + ".",
               fmt::format("Look at the server's log at {}.", clock_text(from.end.at.time)));
}

Claimed unknown(const Case& from) {
  if (from.context.goes_on_behind) {
    return ended(from, Confidence::certain,
                 fmt::format("Nothing has been said for {}; the connection has not ended.",
                             duration_text(from.context.capture_last.time - from.end.at.time)),
                 "Look at both sides: who is to speak next.");
  }
  std::string sentence = "The end is not explained: no FIN and no reset was seen";
  if (from.context.capture_last.time > from.end.at.time && !from.end.closer) {
    sentence += fmt::format(", and nothing for {} before the capture ended",
                            duration_text(from.context.capture_last.time - from.end.at.time));
  }
  if (from.end.closer) sentence = "The end is not explained";
  return ended(from, Confidence::certain, sentence + ".",
               "Capture for longer, and look at the logs of both sides.");
}

}  // namespace rtmpscope::analysis::rows
