#include "api/public_events.hpp"

#include "output/media_text.hpp"
#include "rtmp/session/media_figures.hpp"

namespace rtmpscope::api {
namespace {

template <typename Number>
std::string_view word(ValueTable table, Number number) {
  const ValueInfo* value = find_value(table, static_cast<std::uint64_t>(number));
  return value == nullptr ? std::string_view() : value->name;
}

v1::Packet to_public(PacketRef packet) {
  return {.number = packet.number, .time = packet.time};
}

v1::Direction to_public(Direction direction) {
  return direction == Direction::to_server ? v1::Direction::to_server : v1::Direction::to_client;
}

v1::Endpoint to_public(const Endpoint& endpoint) {
  return {.address = endpoint.address.to_string(), .port = endpoint.port};
}

v1::Severity to_public(Severity severity) {
  switch (severity) {
    case Severity::note: return v1::Severity::note;
    case Severity::warning: return v1::Severity::warning;
    case Severity::error: break;
  }
  return v1::Severity::error;
}

v1::MediaKind to_public(media::VideoPacketKind kind) {
  switch (kind) {
    case media::VideoPacketKind::coded_frames: return v1::MediaKind::coded_frames;
    case media::VideoPacketKind::sequence_start: return v1::MediaKind::sequence_start;
    case media::VideoPacketKind::sequence_end: return v1::MediaKind::sequence_end;
    default: return v1::MediaKind::other;
  }
}

v1::MediaKind to_public(media::AudioPacketKind kind) {
  switch (kind) {
    case media::AudioPacketKind::coded_frames: return v1::MediaKind::coded_frames;
    case media::AudioPacketKind::sequence_start: return v1::MediaKind::sequence_start;
    case media::AudioPacketKind::sequence_end: return v1::MediaKind::sequence_end;
    default: return v1::MediaKind::other;
  }
}

/// What of a message's facts is public.
struct Content {
  using Variant = decltype(v1::Message::content);

  Variant operator()(const rtmp::CommandFacts& command) const {
    return v1::Command{
        .name = command.name,
        .transaction_id = command.transaction_id,
        .argument = command.first_text ? std::string_view(*command.first_text) : std::string_view(),
        .level = command.level,
        .code = command.code,
        .description = command.description,
        .request = {},
        .response_time = {}};
  }
  Variant operator()(const media::AudioFacts& audio) const {
    return v1::Audio{.codec = word(ValueTable::audio_codec, audio.codec),
                     .kind = to_public(audio.kind),
                     .track = audio.track_id,
                     .enhanced = audio.enhanced};
  }
  Variant operator()(const media::VideoFacts& video) const {
    return v1::Video{.codec = word(ValueTable::video_codec, video.codec),
                     .kind = to_public(video.kind),
                     .track = video.track_id,
                     .enhanced = video.enhanced,
                     .key_frame = video.key_frame,
                     .composition_time = video.composition_time};
  }
  template <typename Other>
  Variant operator()(const Other&) const {
    return {};
  }
};

template <typename Report, typename Summary>
Report media_report(const Summary& media) {
  Report report;
  report.track_id = media.track_id;
  report.messages = media.messages;
  report.bytes = media.bytes;
  report.frames = media.timing.frames;
  report.duration = static_cast<std::uint32_t>(rtmp::media_span(media));
  report.bit_rate = rtmp::bit_rate(media);
  report.codec = output::codec_text(media.codec);
  report.configuration = output::configuration_text_of(media);
  return report;
}

v1::VideoReport to_public(const rtmp::VideoSummary& video) {
  auto report = media_report<v1::VideoReport>(video);
  report.key_frames = video.key_frames;
  report.key_frame_interval = rtmp::key_frame_interval(video);
  report.frame_rate = rtmp::frame_rate(video);
  if (video.configuration && video.configuration->size) {
    report.width = video.configuration->size->width;
    report.height = video.configuration->size->height;
  }
  return report;
}

v1::AudioReport to_public(const rtmp::AudioSummary& audio) {
  auto report = media_report<v1::AudioReport>(audio);
  if (audio.configuration) {
    report.sample_rate = audio.configuration->sample_rate.value_or(0);
    report.channels = audio.configuration->channels.value_or(0);
  }
  return report;
}

}  // namespace

v1::Message public_message(const rtmp::Message& message, const rtmp::MessageFacts& facts, PacketRef packet,
                           Direction direction, std::string_view stream_name) {
  const rtmp::MessageHeader& header = message.header;
  v1::Message result;
  result.packet = to_public(packet);
  result.direction = to_public(direction);
  result.first_packet = header.first_frame;
  result.stream_offset = header.stream_offset;
  result.type_id = header.type_id;
  result.chunk_stream_id = header.chunk_stream_id;
  result.message_stream_id = header.message_stream_id;
  result.message_stream_id_known = header.message_stream_id_known;
  result.timestamp = header.timestamp;
  result.timestamp_exact = header.timestamp_exact;
  result.length = header.length;
  result.complete = message.complete;
  result.body = message.body;
  result.stream_name = stream_name;
  result.implementation = &message;
  if (header.type_id == rtmp::MessageType::data_amf0 || header.type_id == rtmp::MessageType::data_amf3)
    return result;
  result.content = std::visit(Content{}, facts);
  return result;
}

void PublicEvents::on_event(const rtmp::Event& event) {
  if (event.kind == EventKind::connection_open) {
    return on_open(static_cast<const rtmp::ConnectionOpenEvent&>(event));
  }
  const auto found = connections_.find(event.connection);
  if (found == connections_.end()) return;
  const v1::Connection& connection = found->second;
  switch (event.kind) {
    case EventKind::message: return on_message(connection, static_cast<const rtmp::MessageEvent&>(event));
    case EventKind::finding: return on_finding(connection, static_cast<const rtmp::FindingEvent&>(event));
    case EventKind::gap: return on_gap(connection, static_cast<const rtmp::GapEvent&>(event));
    case EventKind::connection_close:
      on_close(connection, static_cast<const rtmp::ConnectionCloseEvent&>(event));
      connections_.erase(found);
      return;
    default: return;
  }
}

void PublicEvents::on_open(const rtmp::ConnectionOpenEvent& event) {
  const rtmp::ConnectionInfo& about = event.connection_info;
  const v1::Connection connection{.number = ++opened_,
                                  .client = to_public(about.client),
                                  .server = to_public(about.server),
                                  .transport = word(ValueTable::transport, about.transport),
                                  .midstream = about.start == rtmp::Start::midstream};
  observer_->on_open(connections_.insert_or_assign(event.connection, connection).first->second);
}

void PublicEvents::on_message(const v1::Connection& connection, const rtmp::MessageEvent& event) {
  v1::Message message = public_message(event.message, event.facts, event.packet, *event.direction,
                                       as_text(event.stream_name.value_or(Bytes())));
  if (auto* command = std::get_if<v1::Command>(&message.content)) {
    command->request = event.request_frame;
    command->response_time = event.response_time;
  }
  observer_->on_message(connection, message);
}

void PublicEvents::on_finding(const v1::Connection& connection, const rtmp::FindingEvent& event) {
  v1::Finding finding;
  finding.packet = to_public(event.packet);
  if (event.direction) finding.direction = to_public(*event.direction);
  finding.id = info(event.id).id;
  finding.severity = to_public(event.severity());
  finding.text = event.text();
  finding.explanation = info(event.id).explanation;
  finding.stream_offset = event.stream_offset;
  finding.suppressed = event.suppressed;
  observer_->on_finding(connection, finding);
}

void PublicEvents::on_gap(const v1::Connection& connection, const rtmp::GapEvent& event) {
  observer_->on_gap(connection, {.packet = to_public(event.packet),
                                 .direction = to_public(*event.direction),
                                 .stream_offset = event.gap.offset,
                                 .length = event.gap.length});
}

void PublicEvents::on_close(const v1::Connection& connection, const rtmp::ConnectionCloseEvent& event) {
  const rtmp::ConnectionSummary& summary = event.summary;
  v1::Report report;
  report.first = summary.first_time;
  report.last = summary.last_time;
  report.end = word(ValueTable::end_cause, summary.end);
  for (const Direction direction : {Direction::to_server, Direction::to_client}) {
    const std::size_t i = index_of(direction);
    const rtmp::DirectionTotals& totals = event.totals[i];
    report.directions[i] = {.packets = totals.packets,
                            .bytes = totals.bytes,
                            .retransmitted_bytes = totals.retransmitted_bytes,
                            .missing_bytes = totals.missing_bytes,
                            .messages = summary.messages[i]};
  }
  for (const rtmp::StreamSummary& stream : summary.streams) {
    v1::StreamReport& to = report.streams.emplace_back();
    to.message_stream_id = stream.message_stream_id;
    to.use = static_cast<v1::StreamUse>(stream.use);
    to.name = stream.name;
    to.status = stream.status;
    to.video = to_public(stream.video);
    to.audio = to_public(stream.audio);
    for (const rtmp::VideoSummary& video : stream.further_video) to.further_video.push_back(to_public(video));
    for (const rtmp::AudioSummary& audio : stream.further_audio) to.further_audio.push_back(to_public(audio));
  }
  report.client_software = summary.client_software;
  report.server_software = summary.server_software;
  report.app = summary.app;
  report.tc_url = summary.tc_url;
  report.error = summary.error;
  report.findings = summary.findings;
  observer_->on_close(connection, report);
}

}  // namespace rtmpscope::api
