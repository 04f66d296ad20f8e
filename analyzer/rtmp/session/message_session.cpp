#include "rtmp/session/message_session.hpp"

#include <utility>

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

/// Of several tracks the one that players without multitrack see says what the media is.
template <typename Summary, typename Facts>
bool says_what_media_is(const Summary& media, const Facts& facts, const Message& message) {
  return message.complete && (facts.track_id == 0 || !media.configuration);
}

/// Of a VideoSummary or AudioSummary, with its facts. `read` reads a configuration from a body.
template <typename Summary, typename Facts, typename Read>
void count_media(Summary& media, const Facts& facts, const Message& message, Read&& read) {
  count(media, message);
  if (media.codec == decltype(media.codec)::unknown) media.codec = facts.codec;
  if (!facts.sequence_header || !says_what_media_is(media, facts, message)) return;
  if (const auto configuration = read(message.body, message.header.length); configuration) {
    media.configuration = configuration;
    media.codec = configuration->codec;
  }
}

/// A channel map, or a frame of a codec whose frames say what no record does.
bool says_more(const AudioSummary& audio, const media::AudioFacts& facts) {
  if (facts.kind == media::AudioPacketKind::multichannel_config) return true;
  if (facts.kind != media::AudioPacketKind::coded_frames) return false;
  switch (facts.codec) {
    case media::AudioCodec::aac:
    case media::AudioCodec::flac:
    case media::AudioCodec::device_specific:
    case media::AudioCodec::unknown: return false;
    case media::AudioCodec::opus: return !audio.configuration || audio.configuration->packet_duration == 0;
    default: return !audio.configuration || !audio.configuration->sample_rate;
  }
}

std::optional<media::FrameSize> size_of(const VideoSummary& video) {
  return video.configuration ? video.configuration->size : std::nullopt;
}

void look_into(VideoSummary& video, const media::VideoFacts& facts, const Message& message) {
  if (!says_what_media_is(video, facts, message)) return;
  if (facts.may_hold_sequence) {
    const auto frame = media::read_video_configuration(message.body, message.header.length);
    if (frame && !video.configuration) video.configuration.emplace().codec = frame->codec;
    if (frame) media::update(*video.configuration, *frame);
  }
  if (video.configuration && video.configuration->fields_allowed && !video.configuration->interlaced) {
    video.configuration->interlaced =
        media::read_interlaced(*video.configuration, message.body, message.header.length);
  }
}

void look_into(AudioSummary& audio, const media::AudioFacts& facts, const Message& message) {
  if (!says_more(audio, facts) || !says_what_media_is(audio, facts, message)) return;
  const auto frame = media::read_audio_configuration(message.body, message.header.length);
  if (!frame) return;
  if (!audio.configuration || audio.configuration->codec != frame->codec) {
    audio.configuration.emplace().codec = frame->codec;
  }
  media::complete(*audio.configuration, *frame);
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
  ++summary().video_messages[index_of(direction)];
  constexpr std::optional<media::VideoConfiguration> (*read_video)(Bytes, std::uint32_t) =
      media::read_video_configuration;
  const media::VideoFacts facts = media::read_video_facts(message.body, message.header.length);
  if (StreamSummary* stream = conversation_.media_stream(known_stream_id(message.header));
      stream != nullptr) {
    VideoSummary& video = stream->video;
    const std::optional<media::FrameSize> size_before = size_of(video);
    count_media(video, facts, message, read_video);
    if (facts.key_frame) look_into(video, facts, message);
    if (size_before && size_of(video) != size_before)
      emit_size_change(direction, message, *size_of(video), packet);
    if (facts.kind == media::VideoPacketKind::coded_frames) count_frame(video, message.header.timestamp);
    if (facts.key_frame) {
      if (video.key_frames++ == 0) video.first_key_timestamp = message.header.timestamp;
      video.last_key_timestamp = message.header.timestamp;
    }
  }
  if (facts.needs_description) Inspector(*this, direction, message, packet);
  emit_message(direction, message, facts, packet);
}

void MessageSession::on_audio(Direction direction, const Message& message, PacketRef packet) {
  ++summary().audio_messages[index_of(direction)];
  constexpr std::optional<media::AudioConfiguration> (*read_audio)(Bytes, std::uint32_t) =
      media::read_audio_configuration;
  const media::AudioFacts facts = media::read_audio_facts(message.body, message.header.length);
  if (StreamSummary* stream = conversation_.media_stream(known_stream_id(message.header));
      stream != nullptr) {
    count_media(stream->audio, facts, message, read_audio);
    look_into(stream->audio, facts, message);
    if (facts.kind == media::AudioPacketKind::coded_frames) {
      count_frame(stream->audio, message.header.timestamp);
    }
  }
  if (facts.needs_description) Inspector(*this, direction, message, packet);
  emit_message(direction, message, facts, packet);
}

void MessageSession::on_other(Direction direction, const Message& message, PacketRef packet) {
  Inspector inspector(*this, direction, message, packet);
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

void MessageSession::emit_size_change(Direction direction, const Message& message, media::FrameSize size,
                                      PacketRef packet) {
  const auto kept = static_cast<std::uint32_t>(message.body.size());
  emit_body_finding(events_, direction, message, packet,
                    {FindingId::video_size_changed, {0, kept}, size.width, size.height});
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
