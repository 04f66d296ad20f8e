// Causes in what was sent while a stream ran.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analysis/verdict/rows.hpp"
#include "analysis/verdict/status_text.hpp"

namespace rtmpscope::analysis::rows {
namespace {

constexpr std::uint64_t near_end_bytes = 64 * 1024;
/// The last time without an extended timestamp (RTMP 5.3.1.3): 4 h 39 min 37 s.
constexpr std::uint32_t last_short_time = 0xFF'FFFF;
constexpr std::uint32_t extended_window_ms = 10'000;

/// The last error that the closer has received right before its end.
const FindingNote* error_before_end(const Case& from) {
  if (!from.end.closer) return nullptr;
  const Direction input = opposite(*from.end.closer);
  const SideHistory& sender = from.history.side(input);
  for (auto note = from.history.findings.rbegin(); note != from.history.findings.rend(); ++note) {
    if (note->severity != Severity::error || note->after_gap || note->direction != input) continue;
    const Timestamp before = from.before_end(note->at);
    if (before < 0 || before > soon) continue;
    // A message that the end itself cut is no error.
    const bool is_cut =
        !sender.last_message_complete && sender.last_message && sender.last_message->time <= note->at.time;
    if (is_cut) continue;
    if (note->offset && *note->offset + near_end_bytes < sender.bytes) continue;
    return &*note;
  }
  return nullptr;
}

bool is_about_extended_time(FindingId id) {
  return id == FindingId::extended_timestamp_absent || id == FindingId::extended_timestamp_differs ||
         id == FindingId::extended_timestamp_unannounced;
}

/// Since the client's time needs an extended timestamp no more than a few seconds have gone by.
bool is_at_extended_time(const Case& from) {
  const auto& time = from.client().last_timestamp;
  return from.closed_by_server() && time && *time >= last_short_time - 1000 &&
         *time - last_short_time + 1000 <= extended_window_ms + 1000;
}

/// The server has named what of Enhanced RTMP it takes, in its reply to connect.
bool announces_enhanced(const History& history) {
  const Value arguments = member(history.connect_result, "command.arguments");
  constexpr std::array<const char*, 3> keys{"fourCcList", "videoFourCcInfoMap", "audioFourCcInfoMap"};
  return std::ranges::any_of(arguments.elements(), [&](Value argument) {
    return std::ranges::any_of(keys,
                               [&](const char* key) { return static_cast<bool>(argument.member(key)); });
  });
}

/// The track that began last.
const TrackHistory* newest_track(const StreamHistory& stream) {
  const auto newest =
      std::ranges::max_element(stream.tracks, {}, [](const TrackHistory& track) { return track.first.time; });
  return newest == stream.tracks.end() ? nullptr : &*newest;
}

std::string codec_name(const TrackHistory& track) {
  const ValueTable table = track.type == MediaType::video ? ValueTable::video_codec : ValueTable::audio_codec;
  const ValueInfo* const value = find_value(table, track.codec);
  return std::string(value != nullptr ? value->text : "unknown codec");
}

/// From the first metadata or media message; nothing if there was none.
std::optional<Moment> first_content(const StreamHistory& stream) {
  if (!stream.metadata_at) return stream.first_media;
  if (!stream.first_media) return stream.metadata_at;
  return stream.first_media->time < stream.metadata_at->time ? stream.first_media : stream.metadata_at;
}

bool has_frames_too_early(const StreamHistory& stream) {
  return std::ranges::any_of(stream.tracks,
                             [](const TrackHistory& track) { return track.coded_before_sequence_start; });
}

/// The published stream, if the server ended within two seconds after it began.
const StreamHistory* ended_at_once(const Case& from) {
  const StreamHistory* const stream = from.last_stream(StreamUse::publish);
  if (stream == nullptr || !from.closed_by_server() || from.client_has_left()) return nullptr;
  const auto first = first_content(*stream);
  if (!first) return nullptr;
  const Timestamp before = from.before_end(*first);
  return before >= 0 && before <= soon ? stream : nullptr;
}

}  // namespace

Claimed message_too_large(const Case& from) {
  const SideHistory& client = from.client();
  const SideLimits& server = from.software(Direction::to_client);
  if (!from.closed_by_server() || server.message_bytes == 0 || !client.last_message) return {};
  if (client.last_message_length <= server.message_bytes) return {};
  return Claim{.confidence = Confidence::likely,
               .sentence = fmt::format("A message of {} bytes exceeds {}'s limit of {}.",
                                       client.last_message_length, server.name, server.message_bytes),
               .next_step = "Raise the server's limit for messages, or lower the encoder's rate.",
               .evidence = {{*client.last_message, "the message"}, from.end_evidence()}};
}

Claimed protocol_error(const Case& from) {
  if (is_at_extended_time(from)) return {};
  const FindingNote* const error = error_before_end(from);
  if (error == nullptr) return {};
  const std::string place = error->offset ? fmt::format(" at byte {}", *error->offset) : std::string();
  return Claim{.confidence = Confidence::likely,
               .sentence = fmt::format("{} closed right after {}{}: {}.", subject(*from.end.closer),
                                       info(error->id).id, place, error->text),
               .next_step = std::string(info(error->id).explanation),
               .evidence = {{error->at, "the error"}, from.end_evidence()}};
}

Claimed extended_time(const Case& from) {
  if (!is_at_extended_time(from)) return {};
  const bool has_sign = error_before_end(from) != nullptr ||
                        std::ranges::any_of(from.history.findings, [](const FindingNote& note) {
                          return is_about_extended_time(note.id) && !note.after_gap;
                        });
  return Claim{
      .confidence = has_sign ? Confidence::likely : Confidence::possible,
      .sentence =
          "It broke when the stream's time passed 4 h 39 min 37 s, from where on extended timestamps "
          "are needed.",
      .next_step = "Update the encoder (OBS: 30.1 or later), or begin the stream anew before that time.",
      .evidence = {from.end_evidence()}};
}

Claimed codec_refused(const Case& from) {
  const StreamHistory* const stream = from.last_stream(StreamUse::publish);
  if (stream == nullptr || !from.closed_by_server() || from.client_has_left()) return {};
  const TrackHistory* const track = newest_track(*stream);
  if (track == nullptr) return {};
  const Timestamp after = from.before_end(track->first);
  constexpr std::uint8_t private_hevc = 12;
  const bool is_odd = (track->enhanced && !announces_enhanced(from.history)) ||
                      (track->type == MediaType::video && track->legacy_codec == private_hevc);
  if (after < 0 || after > soon || !is_odd) return {};
  return Claim{
      .confidence = Confidence::possible,
      .sentence = fmt::format("The server closed {} after the first {} message, which it had not said "
                              "to take.",
                              duration_text(after), codec_name(*track)),
      .next_step = "Use a codec that the server takes, or a server that knows Enhanced RTMP.",
      .evidence = {{track->first, "first message of the track"}, from.end_evidence()}};
}

bool begins_badly(const Case& from) {
  const StreamHistory* const stream = ended_at_once(from);
  return stream != nullptr && (stream->metadata_empty || has_frames_too_early(*stream));
}

Claimed bad_start(const Case& from) {
  const StreamHistory* const stream = ended_at_once(from);
  if (stream == nullptr) return {};
  std::string_view what;
  if (stream->metadata_empty) {
    what = "content in its metadata";
  } else if (has_frames_too_early(*stream)) {
    what = "a sequence start before its frames";
  } else if (!stream->metadata_at) {
    what = "metadata";
  } else {
    return {};
  }
  const Moment first = *first_content(*stream);
  return unless_hidden(
      from, Direction::to_server, stream->asked.time,
      {.confidence = Confidence::possible,
       .sentence = fmt::format("The stream began without {}; the server closed {} later.", what,
                               duration_text(from.before_end(first))),
       .next_step = "Look at what the encoder sends first: metadata, then a sequence start for "
                    "each track.",
       .evidence = {{first, "begin of the stream"}, from.end_evidence()}});
}

Claimed server_shutdown_said(const Case& from) {
  if (!from.closed_by_server()) return {};
  for (auto note = from.history.commands.rbegin(); note != from.history.commands.rend(); ++note) {
    if (note->direction != Direction::to_client || from.before_end(note->at) < 0) continue;
    if (from.before_end(note->at) > 5 * soon) break;
    const bool says_so = note->name == "close" || contains(note->code, "Connect.AppShutdown") ||
                         contains(note->code, "Connect.Closed");
    if (!says_so) continue;
    const std::string said = note->code.empty() ? "the command close" : status_text(*note);
    return Claim{.sentence = fmt::format("The server announced its end: {}.", said),
                 .next_step = "Look at the server's log for why it ends.",
                 .evidence = {{note->at, "announcement"}, from.end_evidence()}};
  }
  return {};
}

Claimed publisher_gone(const Case& from) {
  const StreamHistory* const stream = from.last_stream(StreamUse::play);
  if (stream == nullptr || !stream->stopped || stream->recorded || !from.end.closer) return {};
  const Timestamp before = from.before_end(*stream->stopped);
  constexpr Timestamp players_patience = 5 * nanoseconds_per_second;
  if (before < 0 || from.has_media_since(Direction::to_client, stream->stopped->time + 1)) return {};
  if (from.closed_by_client() && before > players_patience) return {};
  std::string sentence = fmt::format("The publisher of {} left", quote(CapturedKind::name, stream->name));
  sentence +=
      from.closed_by_client() ? fmt::format("; the player closed {} later.", duration_text(before)) : ".";
  return Claim{.sentence = std::move(sentence),
               .next_step = "Look for why the publisher ended.",
               .evidence = {{*stream->stopped, "end of the stream"}, from.end_evidence()}};
}

}  // namespace rtmpscope::analysis::rows
