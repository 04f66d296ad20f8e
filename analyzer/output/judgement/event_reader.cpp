#include "output/judgement/event_reader.hpp"

#include "analysis/record/line_reader.hpp"
#include "media/frame_contents.hpp"

namespace rtmpscope::output {
namespace {

using analysis::MediaRecord;
using analysis::PacketKind;

PacketKind packet_kind(media::VideoPacketKind kind) {
  switch (kind) {
    case media::VideoPacketKind::empty: return PacketKind::empty;
    case media::VideoPacketKind::coded_frames: return PacketKind::coded_frames;
    default: return PacketKind::other;
  }
}

PacketKind packet_kind(media::AudioPacketKind kind) {
  switch (kind) {
    case media::AudioPacketKind::empty: return PacketKind::empty;
    case media::AudioPacketKind::coded_frames: return PacketKind::coded_frames;
    default: return PacketKind::other;
  }
}

analysis::Picture picture_of(media::PictureKind kind) {
  switch (kind) {
    case media::PictureKind::unknown: return analysis::Picture::unknown;
    case media::PictureKind::idr: return analysis::Picture::idr;
    case media::PictureKind::cra: return analysis::Picture::cra;
    case media::PictureKind::bla: return analysis::Picture::bla;
    default: return analysis::Picture::other;
  }
}

MediaRecord head_of(const rtmp::MessageEvent& event) {
  const rtmp::MessageHeader& header = event.message.header;
  MediaRecord record;
  record.at = {event.packet.time, event.packet.number};
  const bool timed = header.first_time != rtmp::no_time;
  record.first = {timed ? header.first_time : event.packet.time, header.first_frame};
  record.connection = event.connection;
  record.direction = *event.direction;
  record.timestamp_exact = header.timestamp_exact;
  record.complete = event.message.complete;
  record.message_stream_id = header.message_stream_id_known ? header.message_stream_id : 0;
  record.chunk_stream_id = header.chunk_stream_id;
  record.timestamp = header.timestamp;
  record.length = header.length;
  if (event.message.complete && header.header_bytes != 0) record.wire_bytes = event.message.wire_bytes();
  // Over RTMFP it is a sequence number, and no place in a stream of bytes.
  const bool in_flow = event.about != nullptr && event.about->transport == rtmp::Transport::rtmfp;
  record.stream_offset = in_flow ? 0 : header.stream_offset;
  return record;
}

}  // namespace

void EventReader::read(const rtmp::Event& event) {
  if (event.kind == EventKind::chunk) return;
  if (event.kind == EventKind::message && read_media(static_cast<const rtmp::MessageEvent&>(event))) return;
  analysis::Record record;
  record.kind = event.kind;
  record.at = {event.packet.time, event.packet.number};
  record.connection = event.connection;
  record.direction = event.direction;
  values_.begin_event();
  if (event.kind == EventKind::connection_open && event.about != nullptr)
    values_.add_text("uid", as_text(event.about->uid));
  event.describe(values_);
  record.members = values_.value();
  analysis::hand_on(record, to_);
}

/// Coded frames of one track: what nearly all messages are. Answers whether it was one.
bool EventReader::read_media(const rtmp::MessageEvent& event) {
  if (const auto* const video = std::get_if<media::VideoFacts>(&event.facts); video != nullptr) {
    if (video->kind != media::VideoPacketKind::coded_frames || video->needs_description) return false;
    MediaRecord record = head_of(event);
    record.type = analysis::MediaType::video;
    record.packet = packet_kind(video->kind);
    record.codec = static_cast<std::uint8_t>(video->codec);
    record.enhanced = video->enhanced;
    // A codec without FourCC has the number of its codec id.
    record.legacy_codec = video->enhanced ? 0 : record.codec;
    record.track_id = video->track_id;
    record.key_frame = video->key_frame;
    record.disposable = video->frame_type == media::FrameType::disposable_inter;
    record.composition_time = video->composition_time;
    if (const media::FrameContents* const contents = event.message.contents; contents != nullptr) {
      record.picture = picture_of(contents->picture);
      record.filler_bytes = contents->filler_bytes;
    }
    to_.on_media(record);
    return true;
  }
  if (const auto* const audio = std::get_if<media::AudioFacts>(&event.facts); audio != nullptr) {
    if (audio->kind != media::AudioPacketKind::coded_frames || audio->needs_description) return false;
    MediaRecord record = head_of(event);
    record.type = analysis::MediaType::audio;
    record.packet = packet_kind(audio->kind);
    record.codec = static_cast<std::uint8_t>(audio->codec);
    record.enhanced = audio->enhanced;
    record.legacy_codec = audio->enhanced ? 0 : record.codec;
    record.track_id = audio->track_id;
    to_.on_media(record);
    return true;
  }
  return false;
}

}  // namespace rtmpscope::output
