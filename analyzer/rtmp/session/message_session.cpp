#include "rtmp/session/message_session.hpp"

#include "base/prefetch.hpp"
#include "media/configuration.hpp"
#include "rtmp/message/describe_message.hpp"
#include "rtmp/session/media_figures.hpp"

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

void count(MediaSummary& media, const Message& message) {
  if (media.messages++ == 0) media.first_timestamp = message.header.timestamp;
  media.last_timestamp = message.header.timestamp;
  media.bytes += message.header.length;
}

/// Of a VideoSummary or AudioSummary, with its facts. `read` reads a configuration from a body.
template <typename Summary, typename Facts, typename Read>
void count_media(Summary& media, const Facts& facts, const Message& message, Read&& read) {
  count(media, message);
  if (media.codec == decltype(media.codec)::unknown) media.codec = facts.codec;
  // Of several tracks the one that players without multitrack see says what the media is.
  const bool leads = facts.track_id == 0 || !media.configuration;
  if (!facts.sequence_header || !message.complete || !leads) return;
  if (const auto configuration = read(message.body); configuration) {
    media.configuration = configuration;
    media.codec = configuration->codec;
  }
}

}  // namespace

/// Emits a message's findings, and collects the facts of a command or data message, in one run of
/// describe_message.
class MessageSession::Inspector final : public FactSink {
 public:
  Inspector(EventEmitter& events, Direction direction, const Message& message, PacketRef packet)
      : events_(events), direction_(direction), message_(message), packet_(packet) {
    describe_message(message, *this);
  }

  void finding(FindingId id, Range range, std::uint64_t a, std::uint64_t b) override {
    if (!message_.complete) return;  // the missing bytes are to blame, not the sender
    FindingEvent event(id);
    event.direction = direction_;
    event.stream_offset = message_.header.stream_offset;
    event.range = range;
    event.a = a;
    event.b = b;
    event.in_body = true;
    events_.emit_finding(event, packet_);
  }

 private:
  EventEmitter& events_;
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
  ++summary().video_messages[index_of(direction)];
  const media::VideoFacts facts = media::read_video_facts(message.body, message.header.length);
  if (StreamSummary* stream = conversation_.media_stream(known_stream_id(message.header));
      stream != nullptr) {
    VideoSummary& video = stream->video;
    count_media(video, facts, message, media::read_video_configuration);
    if (facts.kind == media::VideoPacketKind::coded_frames) count_frame(video, message.header.timestamp);
    if (facts.key_frame) {
      if (video.key_frames++ == 0) video.first_key_timestamp = message.header.timestamp;
      video.last_key_timestamp = message.header.timestamp;
    }
  }
  if (facts.needs_description) Inspector(events_, direction, message, packet);
  emit_message(direction, message, facts, packet);
}

void MessageSession::on_audio(Direction direction, const Message& message, PacketRef packet) {
  ++summary().audio_messages[index_of(direction)];
  const media::AudioFacts facts = media::read_audio_facts(message.body, message.header.length);
  if (StreamSummary* stream = conversation_.media_stream(known_stream_id(message.header));
      stream != nullptr) {
    count_media(stream->audio, facts, message, media::read_audio_configuration);
    if (facts.kind == media::AudioPacketKind::coded_frames) {
      count_frame(stream->audio, message.header.timestamp);
    }
  }
  if (facts.needs_description) Inspector(events_, direction, message, packet);
  emit_message(direction, message, facts, packet);
}

void MessageSession::on_other(Direction direction, const Message& message, PacketRef packet) {
  Inspector inspector(events_, direction, message, packet);
  const std::uint8_t type = message.header.type_id;
  if (!is_command(type) && !is_data_message(type)) {
    return emit_message(direction, message, read_control_facts(message), packet);
  }
  std::optional<PendingRequest> request;
  if (is_command(type)) {
    if (!message.complete) inspector.drop_cut_argument();
    request =
        conversation_.on_command(direction, message.header.message_stream_id, inspector.facts(), packet);
  }
  emit_message(direction, message, std::move(inspector.facts()), packet, request);
}

void MessageSession::emit_message(Direction direction, const Message& message, const MessageFacts& facts,
                                  PacketRef packet, const std::optional<PendingRequest>& request) {
  if (!message_events_) return events_.note_time(packet);
  MessageEvent event(message, facts);
  event.direction = direction;
  if (message.header.message_stream_id != 0 || is_stream_content(message.header.type_id)) {
    event.stream_name = as_bytes(conversation_.stream_name(message.header.message_stream_id));
  }
  if (request) {
    event.request_frame = request->packet.number;
    event.response_time = packet.time - request->packet.time;
  }
  events_.emit(event, packet);
}

}  // namespace rtmpscope::rtmp
