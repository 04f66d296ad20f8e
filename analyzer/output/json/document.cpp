#include "output/json/document.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/community_id.hpp"
#include "output/json/configuration_fields.hpp"
#include "output/media_text.hpp"
#include "output/time_text.hpp"
#include "rtmp/session/media_figures.hpp"

namespace rtmpscope::output {
namespace {

void put_text(FieldSink& sink, FieldId id, std::string_view text) {
  if (!text.empty()) sink.text(id, {}, as_bytes(text));
}

struct SideFields {
  FieldId object, address, port, software, identity;
};

void describe_side(const Endpoint& endpoint, std::string_view software, std::string_view identity,
                   const SideFields& ids, FieldSink& sink) {
  sink.begin(ids.object, 0);
  put_text(sink, ids.address, endpoint.address.to_string());
  sink.number(ids.port, {}, endpoint.port);
  put_text(sink, ids.software, software);
  put_text(sink, ids.identity, identity);
  sink.end(ids.object, 0);
}

void describe_findings(const std::array<std::uint64_t, 3>& counts, FieldSink& sink) {
  sink.begin(FieldId::document_findings, 0);
  sink.number(FieldId::document_findings_note, {}, counts[0]);
  sink.number(FieldId::document_findings_warning, {}, counts[1]);
  sink.number(FieldId::document_findings_error, {}, counts[2]);
  sink.end(FieldId::document_findings, 0);
}

struct TotalsFields {
  FieldId object, packets, bytes, messages, audio, video, retransmitted, retransmissions, out_of_order,
      missing;
};

void describe_totals(const rtmp::ConnectionSummary& summary,
                     const std::array<rtmp::DirectionTotals, 2>& totals, Direction direction,
                     const TotalsFields& ids, FieldSink& sink) {
  const std::size_t i = index_of(direction);
  const rtmp::DirectionTotals& tcp = totals[i];
  sink.begin(ids.object, 0);
  sink.number(ids.packets, {}, tcp.packets);
  sink.number(ids.bytes, {}, tcp.bytes);
  sink.number(ids.messages, {}, summary.messages[i]);
  sink.number(ids.audio, {}, summary.audio_messages[i]);
  sink.number(ids.video, {}, summary.video_messages[i]);
  sink.number(ids.retransmitted, {}, tcp.retransmitted_bytes);
  sink.number(ids.retransmissions, {}, tcp.retransmitted_segments);
  sink.number(ids.out_of_order, {}, tcp.out_of_order_segments);
  sink.number(ids.missing, {}, tcp.missing_bytes);
  sink.end(ids.object, 0);
}

/// Takes the fields of a stream's video or audio object, and passes them on as those of an element of the
/// list of tracks. Both come from one table, in one order.
class TrackSink final : public NullSink {
 public:
  /// `from` and `to` are the first fields of the object and of the element.
  TrackSink(FieldSink& sink, FieldId from, FieldId to)
      : sink_(sink), shift_(static_cast<std::uint16_t>(to) - static_cast<std::uint16_t>(from)) {}

  void number(FieldId id, Range range, std::uint64_t value) override {
    sink_.number(moved(id), range, value);
  }
  void real(FieldId id, Range range, double value) override { sink_.real(moved(id), range, value); }
  void flag(FieldId id, Range range, bool value) override { sink_.flag(moved(id), range, value); }
  void text(FieldId id, Range range, Bytes value) override { sink_.text(moved(id), range, value); }

 private:
  [[nodiscard]] FieldId moved(FieldId id) const {
    return static_cast<FieldId>(static_cast<std::uint16_t>(id) + shift_);
  }

  FieldSink& sink_;
  int shift_;
};

/// Ids of what video and audio have in common.
struct MediaFields {
  FieldId track_id, codec, detail, messages, bytes, frames, duration, bit_rate, frame_rate, rates_exact,
      first_timestamp, last_timestamp;
};

constexpr MediaFields video_fields = {
    FieldId::document_video_track_id,        FieldId::document_video_codec,
    FieldId::document_video_detail,          FieldId::document_video_messages,
    FieldId::document_video_bytes,           FieldId::document_video_frames,
    FieldId::document_video_duration,        FieldId::document_video_bit_rate,
    FieldId::document_video_frame_rate,      FieldId::document_video_rates_exact,
    FieldId::document_video_first_timestamp, FieldId::document_video_last_timestamp};
constexpr MediaFields audio_fields = {
    FieldId::document_audio_track_id,        FieldId::document_audio_codec,
    FieldId::document_audio_detail,          FieldId::document_audio_messages,
    FieldId::document_audio_bytes,           FieldId::document_audio_frames,
    FieldId::document_audio_duration,        FieldId::document_audio_bit_rate,
    FieldId::document_audio_frame_rate,      FieldId::document_audio_rates_exact,
    FieldId::document_audio_first_timestamp, FieldId::document_audio_last_timestamp};

template <typename Summary>
void describe_what(const Summary& media, bool several, const MediaFields& ids, FieldSink& sink) {
  if (several || media.track_id != 0) sink.number(ids.track_id, {}, media.track_id);
  put_text(sink, ids.codec, codec_text(media.codec));
  put_text(sink, ids.detail, configuration_text_of(media));
  if (media.configuration) describe_configuration(*media.configuration, sink);
  sink.number(ids.messages, {}, media.messages);
  sink.number(ids.bytes, {}, media.bytes);
  sink.number(ids.frames, {}, media.timing.frames);
}

void describe_times(const rtmp::MediaSummary& media, const MediaFields& ids, FieldSink& sink) {
  if (const std::uint64_t span = media_span(media); span != 0) {
    sink.number(ids.duration, {}, span);
    sink.number(ids.bit_rate, {}, static_cast<std::uint64_t>(std::llround(bit_rate(media))));
    sink.real(ids.frame_rate, {}, std::round(frame_rate(media) * 1000) / 1000);
    if (media.timing.estimated) sink.flag(ids.rates_exact, {}, false);
  }
  sink.number(ids.first_timestamp, {}, media.first_timestamp);
  sink.number(ids.last_timestamp, {}, media.last_timestamp);
}

void describe_track(const rtmp::VideoSummary& video, bool several, FieldSink& sink) {
  describe_what(video, several, video_fields, sink);
  sink.number(FieldId::document_video_key_frames, {}, video.key_frames);
  describe_times(video, video_fields, sink);
}

void describe_track(const rtmp::AudioSummary& audio, bool several, FieldSink& sink) {
  describe_what(audio, several, audio_fields, sink);
  describe_times(audio, audio_fields, sink);
}

/// Ids of the object with the first track, and of the list with all.
struct TrackFields {
  FieldId object, first_of_object, list, element, first_of_element;
};

template <typename Summary>
void describe_tracks(const Summary& first, const std::vector<Summary>& further, const TrackFields& ids,
                     FieldSink& sink) {
  if (first.messages == 0) return;
  const bool several = !further.empty();
  sink.begin(ids.object, 0);
  describe_track(first, several, sink);
  sink.end(ids.object, 0);
  if (!several) return;
  TrackSink element(sink, ids.first_of_object, ids.first_of_element);
  sink.begin(ids.list, 0);
  for_each_track(first, further, [&](const Summary& track) {
    sink.begin(ids.element, 0);
    describe_track(track, true, element);
    sink.end(ids.element, 0);
  });
  sink.end(ids.list, 0);
}

void describe_stream(const rtmp::StreamSummary& stream, FieldSink& sink) {
  sink.begin(FieldId::document_stream, 0);
  if (stream.id_known) sink.number(FieldId::document_stream_id, {}, stream.message_stream_id);
  sink.number(FieldId::document_stream_use, {}, static_cast<std::uint64_t>(stream.use));
  if (stream.named) sink.text(FieldId::document_stream_name, {}, as_bytes(stream.name));
  put_text(sink, FieldId::document_stream_status, stream.status);
  describe_tracks(stream.video, stream.further_video,
                  {FieldId::document_video, FieldId::document_video_track_id, FieldId::document_video_tracks,
                   FieldId::document_video_track, FieldId::document_video_track_track_id},
                  sink);
  describe_tracks(stream.audio, stream.further_audio,
                  {FieldId::document_audio, FieldId::document_audio_track_id, FieldId::document_audio_tracks,
                   FieldId::document_audio_track, FieldId::document_audio_track_track_id},
                  sink);
  sink.end(FieldId::document_stream, 0);
}

}  // namespace

void append_document_head(Buffer& out) {
  out.append(fmt::format(R"({{"format":"rtmpscope-timeline","version":{},"events":[)", document_version));
}

namespace {

void append_list(Buffer& out, std::string_view key, std::string_view elements) {
  out.append(",\"");
  out.append(key);
  out.append("\":[");
  if (!elements.empty()) {
    out.append('\n');
    out.append(elements);
    out.append('\n');
  }
  out.append(']');
}

void append_member(Buffer& out, std::string_view key, std::string_view object) {
  if (object.empty()) return;
  out.append(",\"");
  out.append(key);
  out.append("\":");
  out.append(object);
}

}  // namespace

void append_document_tail(Buffer& out, const DocumentTail& tail) {
  out.append("\n]");
  append_list(out, "connections", tail.connections);
  if (!tail.verdicts.empty()) append_list(out, "verdicts", tail.verdicts);
  append_member(out, "verdict", tail.verdict);
  append_member(out, "capture", tail.capture);
  out.append("}\n");
}

void describe_summary(const rtmp::ConnectionSummary& summary,
                      const std::array<rtmp::DirectionTotals, 2>& totals, FieldSink& sink) {
  const rtmp::ConnectionInfo& info = summary.info;
  describe_side(info.client, summary.client_software, summary.client_identity,
                {FieldId::document_client, FieldId::document_client_address, FieldId::document_client_port,
                 FieldId::document_client_software, FieldId::document_client_identity},
                sink);
  describe_side(info.server, summary.server_software, summary.server_identity,
                {FieldId::document_server, FieldId::document_server_address, FieldId::document_server_port,
                 FieldId::document_server_software, FieldId::document_server_identity},
                sink);
  sink.number(FieldId::document_transport, {}, static_cast<std::uint64_t>(info.transport));
  put_text(sink, FieldId::document_uid, as_text(info.uid));
  put_text(sink, FieldId::document_community_id,
           info.transport == rtmp::Transport::rtmfp ? udp_community_id(info.client, info.server)
                                                    : tcp_community_id(info.client, info.server));
  sink.number(FieldId::document_start, {}, static_cast<std::uint64_t>(info.start));
  rtmp::describe_proxy_headers(
      info.proxy_headers,
      {FieldId::document_proxy_headers, FieldId::document_proxy_header,
       FieldId::document_proxy_header_protocol, FieldId::document_proxy_header_length,
       FieldId::document_proxy_header_client, FieldId::document_proxy_header_client_address,
       FieldId::document_proxy_header_client_port},
      sink);
  put_text(sink, FieldId::document_first_time, time_text(summary.first_time));
  put_text(sink, FieldId::document_last_time, time_text(summary.last_time));
  sink.real(FieldId::document_duration, {},
            static_cast<double>(summary.last_time - summary.first_time) / 1e6);
  sink.number(FieldId::document_end, {}, static_cast<std::uint64_t>(summary.end));
  if (summary.ended_by)
    sink.number(FieldId::document_ended_by, {}, static_cast<std::uint64_t>(*summary.ended_by));
  if (summary.reset) sink.flag(FieldId::document_reset, {}, true);
  if (summary.captured_at)
    sink.number(FieldId::document_captured_at, {}, static_cast<std::uint64_t>(*summary.captured_at));
  put_text(sink, FieldId::document_handshake, summary.handshake);
  put_text(sink, FieldId::document_app, summary.app);
  put_text(sink, FieldId::document_tc_url, summary.tc_url);
  put_text(sink, FieldId::document_error, summary.error);
  sink.begin(FieldId::document_streams, 0);
  for (const rtmp::StreamSummary& stream : summary.streams) describe_stream(stream, sink);
  sink.end(FieldId::document_streams, 0);
  if (summary.unlisted_media != 0) {
    sink.number(FieldId::document_unlisted_media, {}, summary.unlisted_media);
  }
  describe_totals(summary, totals, Direction::to_server,
                  {FieldId::document_to_server, FieldId::document_to_server_packets,
                   FieldId::document_to_server_bytes, FieldId::document_to_server_messages,
                   FieldId::document_to_server_audio, FieldId::document_to_server_video,
                   FieldId::document_to_server_retransmitted, FieldId::document_to_server_retransmissions,
                   FieldId::document_to_server_out_of_order, FieldId::document_to_server_missing},
                  sink);
  describe_totals(summary, totals, Direction::to_client,
                  {FieldId::document_to_client, FieldId::document_to_client_packets,
                   FieldId::document_to_client_bytes, FieldId::document_to_client_messages,
                   FieldId::document_to_client_audio, FieldId::document_to_client_video,
                   FieldId::document_to_client_retransmitted, FieldId::document_to_client_retransmissions,
                   FieldId::document_to_client_out_of_order, FieldId::document_to_client_missing},
                  sink);
  describe_findings(summary.findings, sink);
}

}  // namespace rtmpscope::output
