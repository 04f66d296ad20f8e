#include "rtmp/session/message_session.hpp"

#include <utility>

#include "base/prefetch.hpp"
#include "rtmp/message/aggregate.hpp"
#include "rtmp/message/describe_message.hpp"

namespace rtmpscope::rtmp {
namespace {

std::optional<std::uint32_t> known_stream_id(const MessageHeader& header) {
  return header.message_stream_id_known ? std::optional(header.message_stream_id) : std::nullopt;
}

/// Message types that belong to a stream even where they come on message stream 0 (node-media-server).
bool is_stream_content(std::uint8_t type) {
  return type == MessageType::audio || type == MessageType::video || is_data_message(type) ||
         type == MessageType::aggregate;
}

/// A habit of the sender: once says it.
bool is_about_last_back_pointer(FindingId id) {
  return id == FindingId::aggregate_last_back_pointer || id == FindingId::aggregate_back_pointer_missing;
}

struct BodyFinding {
  FindingId id;
  Range range;
  std::uint64_t a = 0;
  std::uint64_t b = 0;
};

void emit_body_finding(EventEmitter& events, Direction direction, const Message& message, PacketRef packet,
                       const BodyFinding& finding) {
  FindingEvent event(finding.id);
  event.direction = direction;
  event.stream_offset = message.header.stream_offset;
  event.range = finding.range;
  event.a = finding.a;
  event.b = finding.b;
  event.in_body = true;
  events.emit_finding(event, packet);
}

}  // namespace

/// Emits a message's findings, and collects the facts of a command or data message, in one run of
/// describe_message.
class MessageSession::Inspector final : public FactSink {
 public:
  Inspector(MessageSession& session, Direction direction, const Message& message, PacketRef packet)
      : events_(session.events_),
        last_back_pointer_told_(session.last_back_pointer_told_[index_of(direction)]),
        direction_(direction),
        message_(message),
        packet_(packet) {
    describe_message(message, *this);
  }

  void finding(FindingId id, Range range, std::uint64_t a, std::uint64_t b) override {
    if (!message_.complete) return;  // the missing bytes are to blame, not the sender
    if (is_about_last_back_pointer(id) && std::exchange(last_back_pointer_told_, true)) return;
    emit_body_finding(events_, direction_, message_, packet_, {id, range, a, b});
  }

 private:
  EventEmitter& events_;
  bool& last_back_pointer_told_;
  Direction direction_;
  const Message& message_;
  PacketRef packet_;
};

void MessageSession::prefetch(unsigned step) const {
  if (step == 0) {
    rtmpscope::prefetch(this, cache_line);
    rtmpscope::prefetch(&conversation_, 2 * cache_line);
    rtmpscope::prefetch(&summary().streams, 2 * cache_line);
  } else {
    rtmpscope::prefetch(summary().streams.data(), sizeof(StreamSummary));
  }
}

void MessageSession::on_message(Direction direction, const Message& message, PacketRef packet) {
  ++summary().messages[index_of(direction)];
  switch (message.header.type_id) {
    case MessageType::video: return on_video(direction, message, packet);
    case MessageType::audio: return on_audio(direction, message, packet);
    default: return on_other(direction, message, packet);
  }
}

void MessageSession::on_video(Direction direction, const Message& message, PacketRef packet) {
  const media::VideoFacts facts = count_video(direction, message, packet);
  if (facts.needs_description) [[unlikely]]
    Inspector(*this, direction, message, packet);
  if (!message_events_) return events_.note_time(packet);
  emit_message(direction, message, MessageFacts(facts), packet);
}

void MessageSession::on_audio(Direction direction, const Message& message, PacketRef packet) {
  const media::AudioFacts facts = count_audio(direction, message, packet);
  if (facts.needs_description) [[unlikely]]
    Inspector(*this, direction, message, packet);
  if (!message_events_) return events_.note_time(packet);
  emit_message(direction, message, MessageFacts(facts), packet);
}

media::VideoFacts MessageSession::count_video(Direction direction, const Message& message, PacketRef packet) {
  ++summary().video_messages[index_of(direction)];
  const media::VideoFacts facts = media::read_video_facts(message.body, message.header.length);
  StreamSummary* stream = conversation_.media_stream(known_stream_id(message.header));
  if (stream == nullptr) report_limits(direction, message, packet);
  const auto new_size = media_.on_video(direction, stream, message, facts, packet.time);
  if (new_size) emit_size_change(direction, message, *new_size, packet);
  return facts;
}

media::AudioFacts MessageSession::count_audio(Direction direction, const Message& message, PacketRef packet) {
  ++summary().audio_messages[index_of(direction)];
  const media::AudioFacts facts = media::read_audio_facts(message.body, message.header.length);
  StreamSummary* stream = conversation_.media_stream(known_stream_id(message.header));
  if (stream == nullptr) report_limits(direction, message, packet);
  media_.on_audio(direction, stream, message, facts, packet.time);
  return facts;
}

/// What is inside counts as if it had come alone.
void MessageSession::count_aggregate(Direction direction, const Message& aggregate, PacketRef packet) {
  AggregateReader reader(aggregate);
  while (const auto sub = reader.next()) {
    if (sub->type_id != MessageType::video && sub->type_id != MessageType::audio) continue;
    Message inner{.header = aggregate.header, .body = sub->body};
    inner.header.type_id = sub->type_id;
    inner.header.timestamp = sub->absolute_timestamp;
    inner.header.length = sub->length;
    inner.missing = sub->length - static_cast<std::uint32_t>(sub->body.size());
    inner.complete = inner.missing == 0;
    if (sub->type_id == MessageType::video) {
      count_video(direction, inner, packet);
    } else {
      count_audio(direction, inner, packet);
    }
  }
}

void MessageSession::on_other(Direction direction, const Message& message, PacketRef packet) {
  Inspector inspector(*this, direction, message, packet);
  const std::uint8_t type = message.header.type_id;
  if (type == MessageType::aggregate) count_aggregate(direction, message, packet);
  if (!is_command(type) && !is_data_message(type)) {
    const MessageFacts facts = read_control_facts(message);
    if (const auto* control = std::get_if<ControlFacts>(&facts); control != nullptr) {
      identity_.on_control(direction, type, control->value);
    }
    return emit_message(direction, message, facts, packet);
  }
  identity_.on_facts(direction, inspector.facts());
  tell_identity();
  std::optional<PendingRequest> request;
  if (is_command(type)) {
    if (!message.complete) inspector.drop_cut_argument();
    request =
        conversation_.on_command(direction, message.header.message_stream_id, inspector.facts(), packet);
    if (conversation_.has_reached_limit()) [[unlikely]]
      report_limits(direction, message, packet);
  }
  if (inspector.shortened_text() != 0) [[unlikely]] {
    emit_finding(direction, message, FindingId::text_shortened, inspector.shortened_text(), kept_text,
                 packet);
  }
  emit_message(direction, message, std::move(inspector.facts()), packet, request);
}

void MessageSession::emit_size_change(Direction direction, const Message& message, media::FrameSize size,
                                      PacketRef packet) {
  emit_finding(direction, message, FindingId::video_size_changed, size.width, size.height, packet);
}

void MessageSession::report_limits(Direction direction, const Message& message, PacketRef packet) {
  while (const auto limit = conversation_.take_reached_limit()) {
    emit_finding(direction, message, limit->id, limit->size, 0, packet);
  }
}

void MessageSession::emit_finding(Direction direction, const Message& message, FindingId id, std::uint64_t a,
                                  std::uint64_t b, PacketRef packet) {
  FindingEvent event(id);
  event.direction = direction;
  event.stream_offset = message.header.stream_offset;
  event.a = a;
  event.b = b;
  events_.emit_finding(event, packet);
}

void MessageSession::on_handshake_software(Direction sender, std::uint64_t software) {
  identity_.on_handshake(sender, software);
  tell_identity();
}

void MessageSession::tell_identity() {
  summary().client_identity = identity_.client();
  summary().server_identity = identity_.server();
}

void MessageSession::emit_message(Direction direction, const Message& message, const MessageFacts& facts,
                                  PacketRef packet, const std::optional<PendingRequest>& request) {
  if (!message_events_) return events_.note_time(packet);
  MessageEvent event(message, facts);
  event.direction = direction;
  if (message.header.message_stream_id != 0 || is_stream_content(message.header.type_id)) {
    const StreamSummary* stream = conversation_.find(message.header.message_stream_id);
    if (stream != nullptr && stream->named) event.stream_name = as_bytes(stream->name);
  }
  if (request) {
    event.request_frame = request->packet.number;
    event.response_time = packet.time - request->packet.time;
  }
  events_.emit(event, packet);
}

}  // namespace rtmpscope::rtmp
