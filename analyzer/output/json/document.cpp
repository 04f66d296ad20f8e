#include "output/json/document.hpp"

#include <fmt/format.h>

#include "base/community_id.hpp"
#include "output/json/configuration_fields.hpp"
#include "output/media_text.hpp"
#include "output/time_text.hpp"

namespace rtmpscope::output {
namespace {

void put_text(FieldSink& sink, FieldId id, std::string_view text) {
  if (!text.empty()) sink.text(id, {}, as_bytes(text));
}

struct TotalsFields {
  FieldId object, packets, bytes, messages, audio, video, retransmitted, out_of_order, missing;
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
  sink.number(ids.out_of_order, {}, tcp.out_of_order_segments);
  sink.number(ids.missing, {}, tcp.missing_bytes);
  sink.end(ids.object, 0);
}

void describe_stream(const rtmp::StreamSummary& stream, FieldSink& sink) {
  sink.begin(FieldId::document_stream, 0);
  if (stream.id_known) sink.number(FieldId::document_stream_id, {}, stream.message_stream_id);
  sink.number(FieldId::document_stream_use, {}, static_cast<std::uint64_t>(stream.use));
  put_text(sink, FieldId::document_stream_name, stream.name);
  put_text(sink, FieldId::document_stream_status, stream.status);
  if (stream.video.messages != 0) {
    sink.begin(FieldId::document_video, 0);
    put_text(sink, FieldId::document_video_codec, codec_text(stream.video.codec));
    put_text(sink, FieldId::document_video_detail, configuration_text_of(stream.video));
    if (stream.video.configuration) describe_configuration(*stream.video.configuration, sink);
    sink.number(FieldId::document_video_messages, {}, stream.video.messages);
    sink.number(FieldId::document_video_bytes, {}, stream.video.bytes);
    sink.number(FieldId::document_video_key_frames, {}, stream.video.key_frames);
    sink.number(FieldId::document_video_first_timestamp, {}, stream.video.first_timestamp);
    sink.number(FieldId::document_video_last_timestamp, {}, stream.video.last_timestamp);
    sink.end(FieldId::document_video, 0);
  }
  if (stream.audio.messages != 0) {
    sink.begin(FieldId::document_audio, 0);
    put_text(sink, FieldId::document_audio_codec, codec_text(stream.audio.codec));
    put_text(sink, FieldId::document_audio_detail, configuration_text_of(stream.audio));
    if (stream.audio.configuration) describe_configuration(*stream.audio.configuration, sink);
    sink.number(FieldId::document_audio_messages, {}, stream.audio.messages);
    sink.number(FieldId::document_audio_bytes, {}, stream.audio.bytes);
    sink.number(FieldId::document_audio_first_timestamp, {}, stream.audio.first_timestamp);
    sink.number(FieldId::document_audio_last_timestamp, {}, stream.audio.last_timestamp);
    sink.end(FieldId::document_audio, 0);
  }
  sink.end(FieldId::document_stream, 0);
}

}  // namespace

void append_document_head(Buffer& out) {
  out.append(fmt::format(R"({{"format":"rtmpscope-timeline","version":{},"events":[)", document_version));
}

void append_document_tail(Buffer& out, std::string_view connections, std::string_view capture) {
  out.append("\n],\"connections\":[");
  if (!connections.empty()) {
    out.append('\n');
    out.append(connections);
    out.append('\n');
  }
  out.append(']');
  if (!capture.empty()) {
    out.append(",\"capture\":");
    out.append(capture);
  }
  out.append("}\n");
}

void describe_summary(const rtmp::ConnectionSummary& summary,
                      const std::array<rtmp::DirectionTotals, 2>& totals, FieldSink& sink) {
  const rtmp::ConnectionInfo& info = summary.info;
  sink.begin(FieldId::document_client, 0);
  put_text(sink, FieldId::document_client_address, info.client.address.to_string());
  sink.number(FieldId::document_client_port, {}, info.client.port);
  put_text(sink, FieldId::document_client_software, summary.client_software);
  sink.end(FieldId::document_client, 0);
  sink.begin(FieldId::document_server, 0);
  put_text(sink, FieldId::document_server_address, info.server.address.to_string());
  sink.number(FieldId::document_server_port, {}, info.server.port);
  put_text(sink, FieldId::document_server_software, summary.server_software);
  sink.end(FieldId::document_server, 0);
  sink.number(FieldId::document_transport, {}, static_cast<std::uint64_t>(info.transport));
  put_text(sink, FieldId::document_uid, as_text(info.uid));
  put_text(sink, FieldId::document_community_id, tcp_community_id(info.client, info.server));
  sink.number(FieldId::document_start, {}, static_cast<std::uint64_t>(info.start));
  put_text(sink, FieldId::document_first_time, time_text(summary.first_time));
  put_text(sink, FieldId::document_last_time, time_text(summary.last_time));
  sink.real(FieldId::document_duration, {},
            static_cast<double>(summary.last_time - summary.first_time) / 1e6);
  sink.number(FieldId::document_end, {}, static_cast<std::uint64_t>(summary.end));
  put_text(sink, FieldId::document_handshake, summary.handshake);
  put_text(sink, FieldId::document_app, summary.app);
  put_text(sink, FieldId::document_tc_url, summary.tc_url);
  put_text(sink, FieldId::document_error, summary.error);
  sink.begin(FieldId::document_streams, 0);
  for (const rtmp::StreamSummary& stream : summary.streams) describe_stream(stream, sink);
  sink.end(FieldId::document_streams, 0);
  describe_totals(
      summary, totals, Direction::to_server,
      {FieldId::document_to_server, FieldId::document_to_server_packets, FieldId::document_to_server_bytes,
       FieldId::document_to_server_messages, FieldId::document_to_server_audio,
       FieldId::document_to_server_video, FieldId::document_to_server_retransmitted,
       FieldId::document_to_server_out_of_order, FieldId::document_to_server_missing},
      sink);
  describe_totals(
      summary, totals, Direction::to_client,
      {FieldId::document_to_client, FieldId::document_to_client_packets, FieldId::document_to_client_bytes,
       FieldId::document_to_client_messages, FieldId::document_to_client_audio,
       FieldId::document_to_client_video, FieldId::document_to_client_retransmitted,
       FieldId::document_to_client_out_of_order, FieldId::document_to_client_missing},
      sink);
  sink.begin(FieldId::document_findings, 0);
  sink.number(FieldId::document_findings_note, {}, summary.findings[0]);
  sink.number(FieldId::document_findings_warning, {}, summary.findings[1]);
  sink.number(FieldId::document_findings_error, {}, summary.findings[2]);
  sink.end(FieldId::document_findings, 0);
}

}  // namespace rtmpscope::output
