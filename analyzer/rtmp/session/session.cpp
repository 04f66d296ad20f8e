#include "rtmp/session/session.hpp"

#include <algorithm>

#include "base/prefetch.hpp"
#include "media/media.hpp"
#include "rtmp/message/describe_message.hpp"

namespace rtmpscope::rtmp {
namespace {

std::optional<std::uint32_t> known_stream_id(const MessageHeader& header) {
  return header.message_stream_id_known ? std::optional(header.message_stream_id) : std::nullopt;
}

bool is_rtmpe_version(std::optional<std::uint8_t> version) {
  return version && (*version == 6 || *version == 8 || *version == 9);
}

/// Events whose keys come from one describe function.
template <typename Describe>
struct DescribedEvent final : Event {
  Describe describe_fields;

  DescribedEvent(EventKind event_kind, Describe fields)
      : Event(event_kind), describe_fields(std::move(fields)) {}
  void describe(FieldSink& sink) const override { describe_fields(sink); }
};

/// Message types that belong to a stream even where they come on message stream 0 (node-media-server).
bool is_stream_content(std::uint8_t type) {
  return type == MessageType::audio || type == MessageType::video || type == MessageType::data_amf0 ||
         type == MessageType::data_amf3 || type == MessageType::aggregate;
}

std::string_view handshake_name(HandshakeKind kind) {
  const ValueInfo* value = find_value(ValueTable::handshake_kind, static_cast<std::uint64_t>(kind));
  return value == nullptr ? std::string_view() : value->name;
}

void count(MediaSummary& media, const Message& message) {
  if (media.messages++ == 0) media.first_timestamp = message.header.timestamp;
  media.last_timestamp = message.header.timestamp;
  media.bytes += message.header.length;
}

void take_codec(MediaSummary& media, ValueTable codecs, std::uint64_t codec) {
  if (!media.codec.empty()) return;
  const ValueInfo* value = find_value(codecs, codec);
  if (value != nullptr && value->name != "unknown") media.codec = value->text;
}

void take_configuration(MediaSummary& media, media::MediaType type, const Message& message) {
  auto text = media::configuration_text(type, message.body);
  if (!text.codec.empty()) media.codec = std::move(text.codec);
  if (!text.detail.empty()) media.detail = std::move(text.detail);
}

/// `facts` is VideoFacts or AudioFacts.
template <typename Facts>
void take_media(MediaSummary& media, media::MediaType type, ValueTable codecs, const Facts& facts,
                const Message& message) {
  count(media, message);
  take_codec(media, codecs, static_cast<std::uint64_t>(facts.codec));
  // Of several tracks the one that players without multitrack see says what the media is.
  const bool leads = facts.track_id == 0 || media.detail.empty();
  if (facts.sequence_header && message.complete && leads) take_configuration(media, type, message);
}

}  // namespace

/// Gathers a message's findings (as events) and a command's facts in one run of describe_message.
class Session::InspectingSink final : public FactSink {
 public:
  InspectingSink(Session& session, const Message& message, PacketRef packet)
      : session_(session), message_(message), packet_(packet) {}

  void finding(FindingId id, Range range, std::uint64_t a, std::uint64_t b) override {
    if (!message_.complete) return;  // the gap is to blame, not the sender
    FindingEvent event(id);
    event.direction = session_.direction_;
    event.stream_offset = message_.header.stream_offset;
    event.range = range;
    event.a = a;
    event.b = b;
    event.in_body = true;
    session_.emit_finding(event, packet_);
  }

 private:
  Session& session_;
  const Message& message_;
  PacketRef packet_;
};

Session::Session(const ConnectionInfo& info, std::uint32_t connection, SessionOptions options,
                 EventSink& sink)
    : connection_(connection), options_(options), sink_(sink) {
  summary_.info = info;
  keep_media_whole(options.keep_media);
}

void Session::open(PacketRef packet) {
  summary_.first_time = packet.time;
  summary_.last_time = packet.time;
  ConnectionOpenEvent event(summary_.info);
  emit(event, packet);
  if (summary_.info.proxy_header != 0) {
    FindingEvent finding(FindingId::proxy_header);
    finding.direction = Direction::to_server;
    finding.a = summary_.info.proxy_header;
    emit_finding(finding, packet);
  }
  const Transport transport = summary_.info.transport;
  if (transport == Transport::tls || transport == Transport::http || transport == Transport::unknown) {
    stages_.fill(Stage::opaque);
    FindingEvent finding(FindingId::not_rtmp);
    emit_finding(finding, packet);
  } else if (summary_.info.start == Start::midstream) {
    stages_.fill(Stage::chunks);
    for (const Direction direction : {Direction::to_server, Direction::to_client}) {
      direction_ = direction;
      decoders_[index_of(direction)].lose_sync(0, SyncLostReason::start_not_captured, packet, *this);
    }
  } else {
    handshake_ = std::make_unique<Handshake>(static_cast<HandshakeListener&>(*this));
    for (const Direction direction : {Direction::to_server, Direction::to_client}) {
      if (!summary_.info.start_lost[index_of(direction)]) continue;
      direction_ = direction;
      handshake_->skip(direction, {0, std::nullopt, GapCause::start_not_captured, packet});
      stages_[index_of(direction)] = Stage::chunks;
      decoders_[index_of(direction)].lose_sync(0, SyncLostReason::start_not_captured, packet, *this);
    }
  }
}

void Session::on_data(Direction direction, const StreamData& data) {
  direction_ = direction;
  Stage& stage = stages_[index_of(direction)];
  if (stage == Stage::chunks && handshake_ == nullptr) {
    decoders_[index_of(direction)].on_data(data, *this);
    return;
  }
  if (stage == Stage::encrypted || stage == Stage::opaque) return;
  if (stage == Stage::handshake) {
    const std::size_t taken = handshake_->consume(direction, data);
    const StreamData rest{data.offset + taken, data.bytes.subspan(taken), data.packet};
    if (handshake_->done(direction)) end_handshake(direction, data.packet, rest.offset);
    if (!rest.bytes.empty()) on_data(direction, rest);
    return;
  }
  if (!handshake_->finished()) {
    // The wait for the other direction ends at one place in the stream, however it is cut.
    constexpr std::uint64_t limit = handshake_size + Handshake::one_sided_limit;
    if (data.offset < limit && data.offset + data.bytes.size() > limit) {
      const std::size_t before = limit - data.offset;
      on_data(direction, {data.offset, data.bytes.first(before), data.packet});
      on_data(direction, {limit, data.bytes.subspan(before), data.packet});
      return;
    }
    handshake_->data_after(direction, data);
  }
  free_handshake();
  decoders_[index_of(direction)].on_data(data, *this);
}

void Session::prefetch(Direction direction, unsigned step) const {
  const ChunkStreamDecoder& decoder = decoders_[index_of(direction)];
  if (step == 0) {
    rtmpscope::prefetch(this, cache_line);
    rtmpscope::prefetch(&decoder, sizeof decoder);
    rtmpscope::prefetch(&conversation_, 2 * cache_line);
    rtmpscope::prefetch(&summary_.streams, 2 * cache_line);
  } else if (step == 1) {
    decoder.prefetch();
    rtmpscope::prefetch(summary_.streams.data(), sizeof(StreamSummary));
  } else {
    decoder.prefetch_search();
  }
}

void Session::on_gap(Direction direction, const StreamGap& stream_gap) {
  direction_ = direction;
  const StreamGap* rest = &stream_gap;
  StreamGap behind_handshake;
  if (stages_[index_of(direction)] == Stage::handshake) {
    const std::uint64_t taken = handshake_->skip(direction, stream_gap);
    if (handshake_->done(direction)) end_handshake(direction, stream_gap.noticed_at, stream_gap.offset);
    if (!stream_gap.length || taken >= *stream_gap.length) {
      rest = nullptr;
    } else {
      behind_handshake = {stream_gap.offset + taken, *stream_gap.length - taken, stream_gap.cause,
                          stream_gap.noticed_at};
      rest = &behind_handshake;
    }
  }
  ChunkStreamDecoder& decoder = decoders_[index_of(direction)];
  const bool chunks = stages_[index_of(direction)] == Stage::chunks && rest != nullptr;
  if (chunks) decoder.before_gap(*this);
  DescribedEvent event(EventKind::gap, [&](FieldSink& sink) {
    sink.number(FieldId::gap_stream_offset, {}, stream_gap.offset);
    if (stream_gap.length) sink.number(FieldId::gap_length, {}, *stream_gap.length);
    sink.number(FieldId::gap_cause, {}, static_cast<std::uint64_t>(stream_gap.cause));
  });
  event.direction = direction;
  emit(event, stream_gap.noticed_at);
  if (chunks) decoder.on_gap(*rest, *this);
}

void Session::on_end(Direction direction, const StreamEnd& end) {
  direction_ = direction;
  if (stages_[index_of(direction)] != Stage::chunks) return;
  ChunkStreamDecoder& decoder = decoders_[index_of(direction)];
  decoder.on_end(end.packet, *this);
  if (decoder.held_header_bytes() > 0) {
    FindingEvent event(FindingId::chunk_header_cut);
    event.direction = direction;
    event.stream_offset = end.offset - decoder.held_header_bytes();
    event.a = decoder.held_header_bytes();
    emit_finding(event, end.packet);
  }
}

void Session::close(EndCause cause, PacketRef packet, const std::array<DirectionTotals, 2>& totals) {
  if (handshake_ != nullptr && !handshake_->finished()) handshake_->finish(packet, cause);
  handshake_.reset();
  emit_suppressed(packet);
  summary_.end = cause;
  summary_.tcp = &totals;
  // The connection may be long over when that is noticed.
  const Timestamp last_time = std::max(totals[0].last_time, totals[1].last_time);
  summary_.last_time = last_time != 0 ? last_time : std::max(summary_.last_time, packet.time);
  ConnectionCloseEvent event(summary_);
  send(event, packet);
  summary_.tcp = &not_totalled;
}

void Session::on_overlap_conflict(Direction direction, std::uint64_t offset, std::uint64_t bytes,
                                  PacketRef packet) {
  FindingEvent event(FindingId::overlap_conflict);
  event.direction = direction;
  event.stream_offset = offset;
  event.a = bytes;
  emit_finding(event, packet);
}

void Session::end_handshake(Direction direction, const PacketRef& packet, std::uint64_t offset) {
  Stage& stage = stages_[index_of(direction)];
  if (stage != Stage::handshake) return;
  if (summary_.info.transport == Transport::rtmpe) {
    stage = Stage::encrypted;
    FindingEvent event(FindingId::encrypted_stream);
    event.direction = direction;
    event.stream_offset = offset;
    emit_finding(event, packet);
    return;
  }
  stage = Stage::chunks;
  if (handshake_->lost(direction))
    decoders_[index_of(direction)].lose_sync(offset, SyncLostReason::gap, packet, *this);
  free_handshake();
}

void Session::free_handshake() {
  const auto past = [](Stage stage) { return stage != Stage::handshake; };
  if (handshake_ != nullptr && handshake_->finished() && std::all_of(stages_.begin(), stages_.end(), past)) {
    handshake_.reset();
  }
}

void Session::on_part(const HandshakePartFacts& facts, Bytes raw) {
  if (is_rtmpe_version(facts.version)) summary_.info.transport = Transport::rtmpe;
  const bool from_client = facts.part <= HandshakePart::c2;
  HandshakeEvent event(facts, raw);
  event.direction = from_client ? Direction::to_server : Direction::to_client;
  emit(event, facts.place.last);
}

void Session::on_done(const HandshakeOutcome& outcome) {
  summary_.handshake = handshake_name(outcome.kind);
  DescribedEvent event(EventKind::handshake_done,
                       [&](FieldSink& sink) { describe_handshake_done(outcome, sink); });
  emit(event, outcome.packet);
}

void Session::on_chunk(const ChunkHeader& header, std::uint32_t payload_length, PacketRef packet) {
  if (!options_.chunk_events) return;
  ChunkEvent event(header, payload_length);
  event.direction = direction_;
  emit(event, packet);
}

void Session::on_chunk_finding(const ChunkHeader& header, const ChunkFinding& finding, PacketRef packet) {
  FindingEvent event(finding.id);
  event.direction = direction_;
  event.stream_offset = header.stream_offset;
  event.range = finding.range;
  event.a = finding.a;
  event.b = finding.b;
  event.after_gap = decoders_[index_of(direction_)].damaged();
  emit_finding(event, packet);
}

void Session::on_framing_finding(const MessageHeader& message, FindingId id, std::uint64_t a, std::uint64_t b,
                                 PacketRef packet) {
  FindingEvent event(id);
  event.direction = direction_;
  event.stream_offset = message.stream_offset;
  event.a = a;
  event.b = b;
  event.after_gap = decoders_[index_of(direction_)].damaged();
  emit_finding(event, packet);
}

void Session::on_sync_lost(std::uint64_t offset, std::uint8_t reason, PacketRef packet) {
  DescribedEvent event(EventKind::sync_lost, [&](FieldSink& sink) {
    sink.number(FieldId::sync_lost_stream_offset, {}, offset);
    sink.number(FieldId::sync_lost_reason, {}, reason);
  });
  event.direction = direction_;
  emit(event, packet);
}

void Session::on_sync_found(const SyncFound& found, std::uint32_t chunk_size) {
  DescribedEvent event(EventKind::sync_found, [&](FieldSink& sink) {
    sink.number(FieldId::sync_found_stream_offset, {}, found.header);
    sink.number(FieldId::sync_found_skipped, {}, found.skipped);
    sink.number(FieldId::sync_found_method, {}, static_cast<std::uint64_t>(found.method));
    sink.number(FieldId::sync_found_confidence, {}, static_cast<std::uint64_t>(found.confidence));
    if (chunk_size != 0) {
      sink.number(FieldId::sync_found_chunk_size, {}, chunk_size);
      sink.flag(FieldId::sync_found_chunk_size_exact, {}, found.trial.chunk_size.certain);
    }
  });
  event.direction = direction_;
  emit(event, found.packet);
}

void Session::on_message(const Message& message, PacketRef packet) {
  ++summary_.messages[index_of(direction_)];
  const std::uint8_t type = message.header.type_id;
  std::optional<PendingRequest> request;
  if (type == MessageType::video) {
    ++summary_.video_messages[index_of(direction_)];
    on_video(message);
  } else if (type == MessageType::audio) {
    ++summary_.audio_messages[index_of(direction_)];
    on_audio(message);
  }
  if ((type != MessageType::video && type != MessageType::audio) || inspect_media_) {
    InspectingSink inspector(*this, message, packet);
    describe_message(message, inspector);
    if (type == MessageType::command_amf0 || type == MessageType::command_amf3) {
      // Where bytes are missing, the argument that came last may be cut short.
      if (!message.complete) inspector.facts().first_text.clear();
      request =
          conversation_.on_command(direction_, message.header.message_stream_id, inspector.facts(), packet);
    }
  }
  if (!options_.message_events) {
    summary_.last_time = std::max(summary_.last_time, packet.time);
    return;
  }
  MessageEvent event(message);
  event.direction = direction_;
  if (message.header.message_stream_id != 0 || is_stream_content(type)) {
    event.stream_name = as_bytes(conversation_.stream_name(message.header.message_stream_id));
  }
  if (request) {
    event.request_frame = request->packet.number;
    event.response_time = packet.time - request->packet.time;
  }
  emit(event, packet);
}

void Session::on_video(const Message& message) {
  const media::VideoFacts facts = media::read_video_facts(message.body, message.header.length);
  inspect_media_ = facts.interesting;
  StreamSummary* stream = conversation_.media_stream(known_stream_id(message.header));
  if (stream == nullptr) return;
  take_media(stream->video, media::MediaType::video, ValueTable::video_codec, facts, message);
  if (facts.kind == media::VideoPacketKind::coded_frames)
    count_frame(stream->video, message.header.timestamp);
  if (!facts.key_frame) return;
  if (stream->video.key_frames++ == 0) stream->video.first_key_timestamp = message.header.timestamp;
  stream->video.last_key_timestamp = message.header.timestamp;
}

void Session::on_audio(const Message& message) {
  const media::AudioFacts facts = media::read_audio_facts(message.body, message.header.length);
  inspect_media_ = facts.interesting;
  StreamSummary* stream = conversation_.media_stream(known_stream_id(message.header));
  if (stream == nullptr) return;
  take_media(stream->audio, media::MediaType::audio, ValueTable::audio_codec, facts, message);
  if (facts.kind == media::AudioPacketKind::coded_frames)
    count_frame(stream->audio, message.header.timestamp);
}

void Session::emit(Event& event, PacketRef packet) {
  summary_.last_time = std::max(summary_.last_time, packet.time);
  send(event, packet);
}

void Session::send(Event& event, PacketRef packet) {
  event.packet = packet;
  event.connection = connection_;
  sink_.on_event(event);
}

void Session::emit_finding(FindingEvent& event, PacketRef packet) {
  ++summary_.findings[static_cast<std::size_t>(event.severity())];
  const auto found = std::find_if(finding_counts_.begin(), finding_counts_.end(),
                                  [&](const auto& entry) { return entry.first == event.id; });
  const std::uint32_t seen = found == finding_counts_.end() ? 0 : found->second;
  if (found == finding_counts_.end()) {
    finding_counts_.emplace_back(event.id, 1);
  } else {
    ++found->second;
  }
  if (seen < maximum_finding_events) emit(event, packet);
}

void Session::emit_suppressed(PacketRef packet) {
  for (const auto& [id, seen] : finding_counts_) {
    if (seen <= maximum_finding_events) continue;
    FindingEvent event(id);
    event.suppressed = seen - maximum_finding_events;
    emit(event, packet);
  }
}

}  // namespace rtmpscope::rtmp
