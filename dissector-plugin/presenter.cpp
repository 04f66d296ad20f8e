#include "presenter.hpp"

#include <fmt/format.h>

#include <iterator>

#include "base/byte_order.hpp"
#include "base/stream.hpp"
#include "media_phrase.hpp"
#include "output/text/event_line.hpp"
#include "rtmp/session/events.hpp"

namespace rtmpscope::plugin {
namespace {

constexpr output::Style style{};
constexpr output::Style plain_style{.ascii = true};
/// Columns of one message in the Info column, and of all.
constexpr std::size_t phrase_width = 160;
constexpr std::size_t column_width = 1000;
constexpr std::size_t line_width = 4000;
constexpr std::size_t label_width = 230;  // Wireshark cuts labels at 240 bytes

/// Whatever fails here is memory, and then there is no text; nothing may pass through the C code above.
template <typename Make>
const char* guarded(std::string& text, Make make) noexcept {
  try {
    make();
    return text.c_str();
  } catch (...) {
    return "";
  }
}

/// The event's line, with what its values are called here.
std::string line_of(EventKind kind, const Tape& fields, const output::Style& how) {
  std::string line = output::event_line(kind, fields, how);
  if (kind != EventKind::gap) return line;
  const ValueInfo* cause =
      find_value(ValueTable::gap_cause, static_cast<std::uint64_t>(GapCause::not_captured));
  const std::size_t at = line.find(cause->text);
  return at == std::string::npos ? line : line.replace(at, cause->text.size(), text_of(*cause));
}

/// A key for the line of coded frames without `needs_description`: such a line names only codec and packet
/// type. Nearly all messages are such frames; those with one key have one line. 0: not such a frame.
std::uint64_t frame_key(const recording::MessageRecord& record, Bytes body) {
  constexpr std::size_t enhanced_header = 1 + 4;  // with the FourCC
  const std::uint8_t type = record.header.type_id;
  if (!record.complete || body.size() < enhanced_header) return 0;
  bool enhanced = false;
  if (type == rtmp::video) {
    const media::VideoFacts facts = media::read_video_facts(body, record.header.length);
    if (facts.needs_description || facts.kind != media::VideoPacketKind::coded_frames) return 0;
    enhanced = facts.enhanced;
  } else if (type == rtmp::audio) {
    const media::AudioFacts facts = media::read_audio_facts(body, record.header.length);
    if (facts.needs_description || facts.kind != media::AudioPacketKind::coded_frames) return 0;
    enhanced = facts.enhanced;
  } else {
    return 0;
  }
  const std::uint64_t key = std::uint64_t{type} << 40 | std::uint64_t{body[0]} << 32;
  if (!enhanced) return key;
  // The FourCC stands elsewhere behind ModEx and in messages of tracks.
  const unsigned packet_type = body[0] & 0x0FU;
  return packet_type == 1 || packet_type == 3 ? key | load_be32(body.data() + 1) : 0;
}

}  // namespace

std::string_view text_of(const ValueInfo& value) {
  const bool is_missing = value.table == ValueTable::gap_cause &&
                          value.number == static_cast<std::uint64_t>(GapCause::not_captured);
  return is_missing ? "not seen before this packet" : value.text;
}

Bytes bytes_of(const recording::KeptBytes& kept, Bytes frame) {
  if (kept.copy != nullptr) return {kept.copy, kept.size};
  if (kept.offset > frame.size()) return {};
  return frame.subspan(kept.offset, std::min<std::size_t>(kept.size, frame.size() - kept.offset));
}

const char* protocol_name(rtmp::Transport transport) {
  switch (transport) {
    case rtmp::Transport::rtmpe: return "RTMPE";
    case rtmp::Transport::rtmps: return "RTMPS";
    case rtmp::Transport::rtmpt: return "RTMPT";
    case rtmp::Transport::rtmpts: return "RTMPTS";
    case rtmp::Transport::rtmpte: return "RTMPTE";
    case rtmp::Transport::rtmfp: return "RTMFP";
    default: return "RTMP";
  }
}

void Presenter::set_redaction(output::RedactionPointer redaction) noexcept {
  redacting_.reset();
  redaction_ = std::move(redaction);
  for (FrameLine& line : frame_lines_) line.key = 0;
  if (redaction_) redacting_.emplace(*redaction_, tape_);
}

void Presenter::describe(const rtmp::Event& event) {
  if (!redacting_) return event.describe(tape_);
  redacting_->reset();
  event.describe(*redacting_);
}

std::string Presenter::shown(const TextRule& rule, std::string_view text) const {
  return redaction_ ? redaction_->shown(rule, text) : std::string(text);
}

const Tape& Presenter::message_fields(const recording::MessageRecord& record,
                                      const RecordedConnection& connection, Bytes frame) noexcept {
  tape_.clear();
  try {
    const rtmp::Message message{.header = record.header,
                                .body = bytes_of(record.body, frame),
                                .complete = record.complete,
                                .contents = record.contents ? &*record.contents : nullptr};
    const rtmp::MessageFacts not_needed;
    rtmp::MessageEvent event(message, not_needed);
    if (const rtmp::ConnectionSummary* summary = connection.summary()) event.about = &summary->info;
    // An empty name and none at all are one record.
    if (const std::string_view name = connection.records().text(record.stream_name); !name.empty()) {
      event.stream_name = as_bytes(name);
    }
    const recording::CommandLink& link = connection.records().link(record);
    if (link.request_frame != 0) {
      event.request_frame = link.request_frame;
      event.response_time = link.response_time;
    }
    describe(event);
  } catch (...) {
    tape_.clear();
  }
  return tape_;
}

const Tape& Presenter::chunk_fields(const recording::ChunkRecord& record) noexcept {
  tape_.clear();
  try {
    rtmp::describe_chunk(record.header, record.payload_length, tape_);
  } catch (...) {
    tape_.clear();
  }
  return tape_;
}

const char* Presenter::message_label(const recording::MessageRecord& record, Bytes frame) noexcept {
  const std::uint64_t key = frame_key(record, bytes_of(record.body, frame));
  FrameLine& known = frame_line(key);
  if (key != 0 && known.key == key) return known.line.c_str();
  return guarded(text_, [&] {
    text_ = output::message_line(tape_, style);
    output::cut_to_width(text_, label_width, style);
    if (key != 0) known = {key, text_};
  });
}

const Tape& Presenter::event_fields(const recording::EventRecord& record, Bytes frame) noexcept {
  if (record.handshake == nullptr && !redacting_) return record.fields;
  tape_.clear();
  try {
    if (redacting_) redacting_->reset();
    FieldSink& to = redacting_ ? static_cast<FieldSink&>(*redacting_) : tape_;
    if (record.handshake == nullptr) {
      record.fields.replay(to);
    } else {
      rtmp::describe_handshake_part(*record.handshake, bytes_of(record.part, frame), to);
    }
  } catch (...) {
    tape_.clear();
  }
  return tape_;
}

const char* Presenter::event_label(EventKind kind, const Tape& fields) noexcept {
  return guarded(text_, [&] {
    text_ = line_of(kind, fields, style);
    output::cut_to_width(text_, label_width, style);
  });
}

const char* Presenter::app(const recording::MessageRecord& record,
                           const RecordedConnection& connection) noexcept {
  return guarded(text_, [&] {
    const std::string app = shown(text_rule(FieldId::document_app), connection.records().text(record.app));
    text_ = output::safe(app, false);
  });
}

std::span<const recording::Segment> Presenter::segments(const recording::MessageRecord& record,
                                                        const RecordedConnection& connection,
                                                        Direction direction) noexcept {
  try {
    connection.records().list_segments(record, direction, segments_);
  } catch (...) {
    segments_.clear();
  }
  return segments_;
}

const char* Presenter::segments_label() noexcept {
  return guarded(text_, [&] {
    constexpr std::size_t most_named = 12;
    std::uint64_t bytes = 0;
    for (const recording::Segment& segment : segments_) bytes += segment.bytes;
    text_ = fmt::format("{}, {}: ", output::count_text(segments_.size(), "segment"),
                        output::count_text(bytes, "byte"));
    const std::size_t named = std::min(segments_.size(), most_named);
    for (std::size_t i = 0; i < named; ++i) {
      text_.append(fmt::format("{}#{} ({})", i == 0 ? "" : ", ", segments_[i].frame, segments_[i].bytes));
    }
    if (named < segments_.size()) text_.append(", \u2026");
  });
}

const char* Presenter::tunnel_session(const char* id) noexcept {
  return guarded(text_, [&] { text_ = shown({.noun = "session"}, id); });
}

const char* Presenter::finding_label(FindingId id, std::uint64_t a, std::uint64_t b) noexcept {
  return guarded(text_, [&] {
    text_ = rtmp::finding_text(id, a, b);
    if (redaction_) text_ = redaction_->finding(info(id).id, text_);
  });
}

const char* Presenter::line(const recording::Record& record, const RecordedConnection& connection,
                            Bytes frame, Timestamp time) noexcept {
  return guarded(text_, [&] {
    text_.clear();
    std::string line;
    if (record.kind == recording::Record::Kind::message) {
      line = output::message_line(message_fields(record.message, connection, frame), plain_style);
    } else if (record.kind == recording::Record::Kind::event) {
      const recording::EventRecord& event = connection.records().event(record.event);
      if (event.kind != EventKind::connection_open) {
        line = line_of(event.kind, event_fields(event, frame), plain_style);
      }
    }
    if (line.empty()) return;
    output::cut_to_width(line, line_width, plain_style);
    const Timestamp begin = connection.summary() == nullptr ? time : connection.summary()->first_time;
    text_ = fmt::format("{:+.3f}  {}\n", static_cast<double>(time - begin) / 1e9, line);
  });
}

void Presenter::add_phrase(const recording::MessageRecord& record, const RecordedConnection& connection,
                           Bytes frame) {
  if (record.header.type_id == rtmp::video || record.header.type_id == rtmp::audio)
    return add_media_phrase(record, connection, frame);
  std::string phrase = output::message_line(message_fields(record, connection, frame), style);
  output::cut_to_width(phrase, phrase_width, style);
  text_.append(phrase);
}

/// Most messages are frames whose first bytes say all; others are described.
void Presenter::add_media_phrase(const recording::MessageRecord& record, const RecordedConnection& connection,
                                 Bytes frame) {
  const Bytes body = bytes_of(record.body, frame);
  const std::uint32_t length = record.header.length;
  bool coded = false;
  bool described = true;
  unsigned track = 0;
  if (record.header.type_id == rtmp::video) {
    const media::VideoFacts facts = media::read_video_facts(body, length);
    coded = facts.kind == media::VideoPacketKind::coded_frames;
    if (coded) append_frame_name(text_, facts);
    described = facts.needs_description;
    track = facts.track_id;
  } else {
    const media::AudioFacts facts = media::read_audio_facts(body, length);
    coded = facts.kind == media::AudioPacketKind::coded_frames;
    if (coded) append_frame_name(text_, facts);
    described = facts.needs_description;
    track = facts.track_id;
  }
  if (!coded) {
    std::string phrase = output::message_line(message_fields(record, connection, frame), style);
    // "video", "audio"; an undescribed body has the name of its type
    if (phrase[0] >= 'a') phrase[0] = static_cast<char>(phrase[0] - 'a' + 'A');
    output::cut_to_width(phrase, phrase_width, style);
    return append_time_and_size(text_.append(phrase), record.header);
  }
  if (described) {
    append_tracks(text_, message_fields(record, connection, frame));
  } else if (track != 0) {
    append_number(text_.append(", track "), track);
  }
  append_time_and_size(text_, record.header);
  if (!record.complete) text_.append("  (incomplete)");
}

void Presenter::write_phrases(const recording::RecordBatch& batch, const RecordedConnection& connection,
                              Bytes frame) {
  text_.clear();
  recording::Record record;
  for (recording::RecordReader records(batch); text_.size() <= column_width && records.next(record);) {
    if (record.kind == recording::Record::Kind::message) {
      if (!text_.empty()) text_.append(" | ");
      add_phrase(record.message, connection, frame);
    } else if (record.kind == recording::Record::Kind::event) {
      const recording::EventRecord& event = connection.records().event(record.event);
      if (event.kind == EventKind::connection_open || event.kind == EventKind::finding) continue;
      if (!text_.empty()) text_.append(" | ");
      text_.append(line_of(event.kind, event_fields(event, frame), style));
    }
  }
}

const char* Presenter::phrases(const recording::RecordBatch& batch, const RecordedConnection& connection,
                               Bytes frame) noexcept {
  return guarded(text_, [&] { write_phrases(batch, connection, frame); });
}

const char* Presenter::info_column(const recording::RecordBatch& batch, const RecordedConnection& connection,
                                   Bytes frame) noexcept {
  return guarded(text_, [&] {
    write_phrases(batch, connection, frame);
    if (!text_.empty()) return;
    const ValueInfo* type = find_value(ValueTable::message_type, batch.message_type);
    if (batch.proxy_header > 0) {
      text_ = fmt::format("[proxy header, {}]", output::count_text(batch.proxy_header, "byte"));
    } else if (batch.repeated == batch.length) {
      text_ = fmt::format("{} seen before", output::count_text(batch.length, "byte"));
    } else if (batch.message_type != 0 && type != nullptr) {
      text_.assign("[part of ").append(type->text).append(", ");
      append_bytes(text_, batch.length);
      if (const auto completed = connection.records().completed_in(batch))
        append_number(text_.append(", complete in packet "), *completed);
      text_.append("]");
    } else {
      text_ = fmt::format("[{}]", output::count_text(batch.length, "byte"));
    }
  });
}

}  // namespace rtmpscope::plugin
