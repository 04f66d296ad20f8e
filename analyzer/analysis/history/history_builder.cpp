#include "analysis/history/history_builder.hpp"

#include <algorithm>
#include <array>

#include "analysis/history/ends.hpp"
#include "analysis/history/mark_records.hpp"
#include "analysis/history/messages.hpp"
#include "analysis/record/value_builder.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr std::size_t most_findings = 32;
constexpr std::size_t most_gaps = 16;
constexpr std::size_t most_handshake_records = 8;
constexpr std::size_t most_pauses = 4;
constexpr std::size_t largest_part = 4096;  // bytes of what is said of a part of the handshake
constexpr Timestamp shortest_pause = 1'000 * nanoseconds_per_millisecond;

std::optional<FindingId> finding_of(std::string_view name) {
  for (std::size_t i = 0; i < findings().size(); ++i) {
    if (findings()[i].id == name) return static_cast<FindingId>(i);
  }
  return std::nullopt;
}

Severity severity_of(std::string_view text) {
  return text == "error" ? Severity::error : text == "warning" ? Severity::warning : Severity::note;
}

void add_finding(History& history, const Record& record) {
  if (member(record.members, "priority")) return;  // of a judge, in the timeline of an earlier run
  const auto id = finding_of(text_at(record.members, "id"));
  if (!id) return;
  FindingNote note;
  note.at = record.at;
  note.id = *id;
  note.severity = severity_of(text_at(record.members, "severity"));
  note.direction = record.direction;
  note.offset = unsigned_at(record.members, "stream_offset");
  note.after_gap = flag_at(record.members, "after_gap");
  note.text = text_at(record.members, "text");
  ++history.finding_counts[static_cast<std::size_t>(note.severity)];
  if (note.severity == Severity::note && !note.after_gap && history.findings.size() >= most_findings / 2)
    return;
  if (history.findings.size() >= most_findings) history.findings.erase(history.findings.begin());
  history.findings.push_back(std::move(note));
}

void add_gap(History& history, const Record& record) {
  GapNote note;
  note.at = record.at;
  note.direction = record.direction.value_or(Direction::to_server);
  note.offset = unsigned_at(record.members, "stream_offset").value_or(0);
  note.length = unsigned_at(record.members, "length");
  note.cause = text_at(record.members, "cause");
  ++history.gap_count;
  if (history.gaps.size() >= most_gaps) history.gaps.erase(history.gaps.begin());
  history.gaps.push_back(std::move(note));
}

/// What was sent between a loss and the borders found again has not been read.
void add_sync(History& history, const Record& record) {
  const bool is_lost = record.kind == EventKind::sync_lost;
  if (is_lost) ++history.sync_losses;
  if (!record.direction) return;
  SideHistory& side = history.side(*record.direction);
  side.out_of_sync = is_lost;
  const bool has_skipped = is_lost || unsigned_at(record.members, "skipped_bytes").value_or(1) > 0;
  if (has_skipped && !is_lost) side.unread_until = record.at.time;
}

void note_message(SideHistory& side, const Moment& at) {
  if (side.last_message && at.time - side.last_message->time >= shortest_pause) {
    if (side.pauses.size() >= most_pauses) side.pauses.erase(side.pauses.begin());
    side.pauses.push_back({*side.last_message, at});
  }
  side.last_message = at;
}

bool needs_sequence_start(const MediaRecord& record) {
  if (record.type == MediaType::audio) return record.codec == 10;  // AAC
  return record.codec == 7 || record.codec == 12 || record.codec == 13 || record.codec == 16;
}

}  // namespace

void HistoryBuilder::keep_handshake(const Record& record) {
  constexpr std::array<std::string_view, 10> names = {"part",      "kind",         "version",  "peer_version",
                                                      "zero",      "echo",         "software", "texts",
                                                      "timestamp", "missing_bytes"};
  if (history_.handshake.size() < most_handshake_records)
    history_.handshake.push_back({record.kind, bounded_members(record.members, names, largest_part)});
}

void HistoryBuilder::on_message(const Record& record) {
  SideHistory& side = history_.side(record.direction.value_or(Direction::to_server));
  note_message(side, record.at);
  const MessageMembers& message = record.message();
  side.last_message_complete = message.complete;
  side.last_message_length = message.length.value_or(0);
  const std::uint64_t type = message.type_id;
  if (message.command || message.data || type == 15 || type == 17 || type == 18 || type == 20) {
    add_command(history_, record);
  } else if (type >= 1 && type <= 6) {
    add_control(history_, record);
  } else if (type == 8 || type == 9) {
    add_configuration(history_, record);
  }
}

void HistoryBuilder::on_record(const Record& record) {
  add_marks(history_, record);
  switch (record.kind) {
    case EventKind::connection_open: return add_opening(history_, record);
    case EventKind::connection_close: return add_close(history_, record);
    case EventKind::tunnel_close: return add_tunnel_close(history_, record);
    case EventKind::tcp_sample: return add_tcp_sample(history_, record);
    case EventKind::tls:
    case EventKind::tls_alert:
    case EventKind::tls_end: return add_tls(history_, record);
    case EventKind::handshake:
      if (history_.phase < Phase::handshake) history_.phase = Phase::handshake;
      keep_handshake(record);
      return;
    case EventKind::handshake_done:
      history_.handshake_done = true;
      keep_handshake(record);
      return;
    case EventKind::message: return on_message(record);
    case EventKind::finding: return add_finding(history_, record);
    case EventKind::gap: return add_gap(history_, record);
    case EventKind::sync_lost:
    case EventKind::sync_found: return add_sync(history_, record);
    default: return;
  }
}

void HistoryBuilder::on_media(const MediaRecord& record) {
  add_marks(history_, record);
  SideHistory& side = history_.side(record.direction);
  note_message(side, record.at);
  side.last_media = record.at;
  side.last_message_complete = record.complete;
  side.last_message_length = record.length;
  if (record.timestamp_exact) side.last_timestamp = record.timestamp;
  StreamHistory* const stream = stream_of(history_, record.message_stream_id);
  if (stream == nullptr) return;
  if (!stream->first_media) stream->first_media = record.at;
  stream->last_media = record.at;
  ++stream->media_messages;
  TrackHistory* const track = track_of(*stream, record.type, record.track_id);
  if (track == nullptr) return;
  if (track->first.frame == 0) track->first = record.at;
  track->codec = record.codec;
  track->legacy_codec = record.legacy_codec;
  track->enhanced = record.enhanced;
  if (record.packet == PacketKind::sequence_start && !track->sequence_start)
    track->sequence_start = record.at;
  if (record.packet != PacketKind::coded_frames) return;
  if (!track->first_coded) {
    track->first_coded = record.at;
    track->coded_before_sequence_start = needs_sequence_start(record) && !track->sequence_start;
  }
  track->last_coded = record.at;
}

}  // namespace rtmpscope::analysis
