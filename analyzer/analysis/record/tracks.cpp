#include "analysis/record/tracks.hpp"

#include <array>
#include <utility>

namespace rtmpscope::analysis {
namespace {

/// The number that a word of the timeline stands for; `otherwise` for words that have none.
std::uint8_t number_of(ValueTable table, Value from, std::string_view path, std::uint8_t otherwise) {
  const Value value = member(from, path);
  if (const auto number = value.whole()) return static_cast<std::uint8_t>(*number);
  if (!value.is_text()) return otherwise;
  for (const ValueInfo& row : values()) {
    if (row.table == table && row.name == value.text()) return static_cast<std::uint8_t>(row.number);
  }
  return otherwise;
}

constexpr std::uint8_t unknown_audio = 31;  // value table audio_codec

PacketKind packet_kind(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, PacketKind>, 5> names = {{
      {"coded_frames", PacketKind::coded_frames},
      {"coded_frames_x", PacketKind::coded_frames},
      {"sequence_start", PacketKind::sequence_start},
      {"sequence_end", PacketKind::sequence_end},
      {"metadata", PacketKind::metadata},
  }};
  for (const auto& [word, kind] : names) {
    if (word == name) return kind;
  }
  return PacketKind::other;
}

Picture picture_of(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Picture>, 3> names = {
      {{"idr", Picture::idr}, {"cra", Picture::cra}, {"bla", Picture::bla}}};
  for (const auto& [word, picture] : names) {
    if (word == name) return picture;
  }
  return name.empty() ? Picture::unknown : Picture::other;
}

std::uint32_t small(Value from, std::string_view path) {
  return static_cast<std::uint32_t>(unsigned_at(from, path).value_or(0));
}

/// What all tracks of the message share.
MediaRecord head_of(const Record& message, MediaType type) {
  MediaRecord head;
  Value from = message.members;
  head.at = message.at;
  head.first.time = time_at(from, "first_time").value_or(message.at.time);
  head.first.frame = unsigned_at(from, "first_frame").value_or(message.at.frame);
  head.connection = message.connection;
  head.direction = message.direction.value_or(Direction::to_server);
  head.type = type;
  const Value exact = member(from, "timestamp_exact");
  head.timestamp_exact = !exact || exact.flag();
  head.complete = flag_at(from, "complete");
  head.message_stream_id = small(from, "message_stream_id");
  head.chunk_stream_id = small(from, "chunk_stream_id");
  head.timestamp = small(from, "timestamp");
  head.length = small(from, "length");
  head.wire_bytes = small(from, "wire_bytes");
  head.stream_offset = unsigned_at(from, "stream_offset").value_or(0);
  return head;
}

/// Fills in what the body says: of the message, or of one of its tracks.
void add_body(MediaRecord& to, Value body, Value track, Value with_codec) {
  const bool video = to.type == MediaType::video;
  to.enhanced = flag_at(body, "enhanced");
  to.codec = video ? number_of(ValueTable::video_codec, with_codec, "codec", 0)
                   : number_of(ValueTable::audio_codec, with_codec, "codec", unknown_audio);
  to.legacy_codec = static_cast<std::uint8_t>(small(body, video ? "codec_id" : "sound_format"));
  to.track_id = static_cast<std::uint8_t>(small(track, "track_id"));
  to.packet = to.length == 0 ? PacketKind::empty : packet_kind(text_at(body, "packet_type"));
  // Codecs of FLV but AVC and AAC have no packet type: all of their messages are frames.
  if (to.packet == PacketKind::other && !member(body, "packet_type") && !member(body, "command"))
    to.packet = PacketKind::coded_frames;
  const std::string_view frame = text_at(body, "frame_type");
  to.key_frame = to.packet == PacketKind::coded_frames && (frame == "key" || frame == "generated_key");
  to.disposable = frame == "disposable_inter";
  to.composition_time = static_cast<std::int32_t>(number_at(track, "composition_time_ms").value_or(0));
  to.picture = picture_of(text_at(track, "picture"));
  to.filler_bytes = small(track, "filler_bytes");
}

}  // namespace

bool is_media_message(const Record& message) {
  if (message.kind != EventKind::message) return false;
  const std::uint64_t type = message.message().type_id;
  return type == 8U || type == 9U;
}

void for_each_track(const Record& message, const std::function<void(const MediaRecord&)>& take) {
  const bool video = message.message().type_id == 9;
  const MediaRecord head = head_of(message, video ? MediaType::video : MediaType::audio);
  const Value body = video ? message.message().video : message.message().audio;
  const Value tracks = member(body, "tracks");
  if (!tracks.is_array()) {
    MediaRecord record = head;
    add_body(record, body, body, body);
    return take(record);
  }
  for (const Value track : tracks.elements()) {
    MediaRecord record = head;
    // A message with one track is all of that track, with its headers, as any other message.
    if (tracks.size() > 1) {
      for (const char* const key : {"data.length", "length"}) {
        if (const auto length = unsigned_at(track, key); length)
          record.length = static_cast<std::uint32_t>(*length);
      }
    }
    // A multitrack message of one codec says the codec once, in front of its tracks.
    add_body(record, body, track, member(track, "codec") ? track : body);
    take(record);
  }
}

}  // namespace rtmpscope::analysis
