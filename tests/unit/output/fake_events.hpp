// Events made up for tests, and what a renderer makes of them.
#pragma once

#include <functional>
#include <string>

#include "output/factory/renderer_factory.hpp"
#include "rtmp/session/media_figures.hpp"
#include "rtmp/session/summary.hpp"

namespace rtmpscope::output::test {

inline constexpr Timestamp second = 1'000'000'000;
/// 2026-11-22T20:13:05.123456789Z
inline constexpr Timestamp start_time = 1'795'378'385 * second + 123'456'789;

/// With a key that never changes.
inline RedactionPointer redaction(bool addresses = false) {
  const std::uint8_t key[] = {'k'};
  return std::make_shared<const Redaction>(Bytes(key), addresses);
}

/// An event whose keys are pushed by a function.
struct FakeEvent final : rtmp::Event {
  std::function<void(FieldSink&)> push;

  FakeEvent(EventKind event_kind, std::function<void(FieldSink&)> describe_function)
      : Event(event_kind), push(std::move(describe_function)) {
    packet = {7, start_time};
    connection = 1;
    direction = Direction::to_server;
  }
  void describe(FieldSink& sink) const override { push(sink); }

  FakeEvent& at(Timestamp time) {
    packet.time = time;
    return *this;
  }
  FakeEvent& to(Direction way) {
    direction = way;
    return *this;
  }
};

/// What a message event refers to; a base, so that it exists first.
struct FakeMessageParts {
  rtmp::Message stored_message;
  rtmp::MessageFacts stored_facts;
};

inline void message_head(FieldSink& sink, std::uint8_t type_id, std::uint32_t length, std::uint32_t timestamp,
                         std::string_view stream_name);

/// A message whose body is pushed by a function. Commands and data messages take their facts from it.
struct FakeMessage final : FakeMessageParts, rtmp::MessageEvent {
  std::function<void(FieldSink&)> push;
  std::string name;

  FakeMessage(std::uint8_t type, std::uint32_t length, std::uint32_t timestamp,
              rtmp::MessageFacts message_facts, std::function<void(FieldSink&)> push_body,
              std::string stream = {})
      : FakeMessageParts{{}, std::move(message_facts)},
        MessageEvent(stored_message, stored_facts),
        push(std::move(push_body)),
        name(std::move(stream)) {
    stored_message.header.type_id = type;
    stored_message.header.length = length;
    stored_message.header.timestamp = timestamp;
    stored_message.header.message_stream_id = 1;
    if (rtmp::is_command(type) || rtmp::is_data_message(type)) {
      rtmp::FactSink sink;
      push(sink);
      stored_facts = sink.facts();
    }
    packet = {7, start_time};
    connection = 1;
    direction = Direction::to_server;
  }
  FakeMessage(const FakeMessage&) = delete;

  void describe(FieldSink& sink) const override {
    const rtmp::MessageHeader& header = message.header;
    message_head(sink, header.type_id, header.length, header.timestamp, name);
    push(sink);
  }
  FakeMessage& at(Timestamp time) {
    packet.time = time;
    return *this;
  }
  FakeMessage& to(Direction way) {
    direction = way;
    return *this;
  }
};

inline void text(FieldSink& sink, FieldId id, std::string_view value) {
  sink.text(id, {0, static_cast<std::uint32_t>(value.size())}, as_bytes(value));
}

/// An AMF property with a string.
inline void property(FieldSink& sink, std::string_view key, std::string_view value) {
  sink.key({0, 2}, as_bytes(key));
  text(sink, FieldId::amf_string, value);
}

inline void message_head(FieldSink& sink, std::uint8_t type_id, std::uint32_t length, std::uint32_t timestamp,
                         std::string_view stream_name) {
  const ValueInfo* type = find_value(ValueTable::message_type, type_id);
  sink.text(FieldId::message_type, {}, as_bytes(type == nullptr ? "unknown" : type->name));
  sink.number(FieldId::message_type_id, {}, type_id);
  sink.number(FieldId::message_chunk_stream_id, {}, 3);
  sink.number(FieldId::message_message_stream_id, {}, 1);
  sink.number(FieldId::message_timestamp, {}, timestamp);
  sink.number(FieldId::message_length, {}, length);
  sink.number(FieldId::message_chunks, {}, 1);
  sink.number(FieldId::message_first_frame, {}, 6);
  sink.number(FieldId::message_stream_offset, {}, 3073);
  sink.flag(FieldId::message_complete, {}, true);
  if (!stream_name.empty()) sink.text(FieldId::message_stream_name, {}, as_bytes(stream_name));
}

/// A command whose arguments are pushed by `arguments`.
inline FakeMessage command(const std::string& name, double transaction_id,
                           const std::function<void(FieldSink&)>& arguments, std::string stream_name = {}) {
  const auto push = [=](FieldSink& sink) {
    sink.begin(FieldId::command, 0);
    text(sink, FieldId::command_name, name);
    sink.real(FieldId::command_transaction_id, {10, 9}, transaction_id);
    sink.begin(FieldId::command_arguments, 19);
    arguments(sink);
    sink.end(FieldId::command_arguments, 100);
    sink.end(FieldId::command, 100);
  };
  return {20, 100, 0, {}, push, std::move(stream_name)};
}

inline FakeMessage video(std::uint32_t timestamp, bool key, std::uint8_t packet_type = 1) {
  media::VideoFacts facts;
  facts.codec = media::VideoCodec::avc;
  facts.frame_type = key ? media::FrameType::key : media::FrameType::inter;
  facts.kind =
      packet_type == 0 ? media::VideoPacketKind::sequence_start : media::VideoPacketKind::coded_frames;
  facts.key_frame = key && packet_type == 1;
  const auto push = [=](FieldSink& sink) {
    sink.begin(FieldId::video, 0);
    sink.number(FieldId::video_frame_type, {0, 1}, key ? 1 : 2);
    sink.flag(FieldId::video_enhanced, {0, 1}, false);
    sink.number(FieldId::video_codec_id, {0, 1}, 7);
    sink.number(FieldId::video_codec, {0, 1}, 7);
    sink.number(FieldId::video_packet_type, {1, 1}, packet_type);
    sink.signed_number(FieldId::video_composition_time, {2, 3}, 40);
    if (packet_type == 0) {
      sink.begin(FieldId::video_configuration, 5);
      text(sink, FieldId::video_configuration_profile_name, "High");
      text(sink, FieldId::video_configuration_level_name, "3.1");
      sink.number(FieldId::video_configuration_width, {}, 1280);
      sink.number(FieldId::video_configuration_height, {}, 720);
      sink.end(FieldId::video_configuration, 40);
    }
    sink.end(FieldId::video, 1000);
  };
  return {9, 1000, timestamp, facts, push};
}

inline FakeMessage audio(std::uint32_t timestamp) {
  media::AudioFacts facts;
  facts.kind = media::AudioPacketKind::coded_frames;
  const auto push = [](FieldSink& sink) {
    sink.begin(FieldId::audio, 0);
    sink.number(FieldId::audio_packet_type, {1, 1}, 1);
    sink.end(FieldId::audio, 200);
  };
  return {8, 200, timestamp, facts, push};
}

inline constexpr std::array<rtmp::DirectionTotals, 2> sample_totals{
    {{2431, 1'500'000, 1460, 2, 0, 0, 1}, {1200, 4'000, 0, 0, 0}}};

inline rtmp::ConnectionSummary sample_summary() {
  rtmp::ConnectionSummary summary;
  summary.info.client = {{{127, 0, 0, 1}, 4}, 51234};
  summary.info.server = {{{127, 0, 0, 1}, 4}, 1935};
  summary.first_time = start_time;
  summary.last_time = start_time + 10 * second;
  summary.end = EndCause::fin;
  summary.messages = {702, 10};
  summary.audio_messages = {431, 0};
  summary.video_messages = {251, 0};
  summary.handshake = "digest";
  summary.client_software = "FMLE/3.0 (compatible; Lavf59.27.100)";
  summary.server_software = "FMS/3,0,1,123";
  summary.app = "live";
  summary.tc_url = "rtmp://127.0.0.1:1935/live";
  rtmp::StreamSummary stream;
  stream.message_stream_id = 1;
  stream.use = rtmp::StreamUse::publish;
  stream.named = true;
  stream.name = "room1?key=abc";
  stream.status = "NetStream.Publish.Start";
  stream.video.messages = 251;
  stream.video.bytes = 1'250'000;
  stream.video.key_frames = 10;
  stream.video.last_timestamp = 9'960;
  for (std::uint32_t i = 0; i < 250; ++i) {
    rtmp::add_frame(stream.video.timing, {.timestamp = i * 40, .size = 5000});
  }
  stream.video.codec = media::VideoCodec::avc;
  media::VideoConfiguration video;
  video.codec = media::VideoCodec::avc;
  video.profile = std::uint8_t{100};
  video.level = media::Level{3, 1};
  video.size = media::FrameSize{1280, 720};
  stream.video.configuration = video;
  stream.audio.messages = 431;
  stream.audio.bytes = 160'000;
  stream.audio.last_timestamp = 9'976;
  for (std::uint32_t i = 0; i < 430; ++i) {
    rtmp::add_frame(stream.audio.timing, {.timestamp = i * 10'000 / 430, .size = 372});
  }
  stream.audio.codec = media::AudioCodec::aac;
  media::AudioConfiguration audio;
  audio.codec = media::AudioCodec::aac;
  audio.object_type = std::uint8_t{2};
  audio.sample_rate = 44'100U;
  audio.channels = 2U;
  stream.audio.configuration = audio;
  summary.streams.push_back(stream);
  summary.findings = {2, 1, 0};
  return summary;
}

/// Everything that the renderer has written, with the local connection numbers plus 100 as global ones.
inline std::string take(Renderer& renderer, Assembler& assembler) {
  Buffer out;
  for (const OutputSpan& span : renderer.output().spans) {
    assembler.add(renderer.output(), span, span.connection + 100, out);
  }
  renderer.output().clear();
  return std::string(out.view());
}

inline std::string take(Renderer& renderer, OutputFormat format = OutputFormat::text) {
  const auto assembler = make_assembler(format, BlockOrder::end, {});
  std::string text = take(renderer, *assembler);
  if (format == OutputFormat::json) return text;
  Buffer rest;
  while (assembler->end(rest)) {
  }
  return text.append(rest.view());
}

template <typename Typed>
void stamp(Typed& event, Timestamp time, std::uint32_t connection = 1) {
  event.packet = {9, time};
  event.connection = connection;
}

inline void open(rtmp::EventSink& sink, const rtmp::ConnectionSummary& summary,
                 std::uint32_t connection = 1) {
  rtmp::ConnectionOpenEvent event(summary.info);
  stamp(event, summary.first_time, connection);
  sink.on_event(event);
}

inline void close(rtmp::EventSink& sink, const rtmp::ConnectionSummary& summary, std::uint32_t connection = 1,
                  const std::array<rtmp::DirectionTotals, 2>& totals = sample_totals) {
  rtmp::ConnectionCloseEvent event(summary, totals);
  stamp(event, summary.last_time, connection);
  sink.on_event(event);
}

}  // namespace rtmpscope::output::test
