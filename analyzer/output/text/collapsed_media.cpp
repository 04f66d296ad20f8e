#include "output/text/collapsed_media.hpp"

#include <fmt/format.h>

#include "rtmp/chunk/message.hpp"

namespace rtmpscope::output {
namespace {

// Numbers of values.def, tables video_frame_type, video_packet_type and audio_packet_type.
constexpr std::uint64_t key_frame_type = 1;
constexpr std::uint64_t command_frame_type = 5;
constexpr std::uint64_t coded_frames = 1;
constexpr std::uint64_t video_coded_frames_x = 3;

}  // namespace

void MessageGlance::number(FieldId id, Range, std::uint64_t value) {
  switch (id) {
    case FieldId::message_type_id: type_id = value; break;
    case FieldId::message_message_stream_id: message_stream_id = static_cast<std::uint32_t>(value); break;
    case FieldId::message_timestamp: timestamp = static_cast<std::uint32_t>(value); break;
    case FieldId::message_length: length = value; break;
    case FieldId::control_sequence_number: sequence_number = value; break;
    case FieldId::video_frame_type:
      key_frame = value == key_frame_type;
      special = special || value == command_frame_type;
      break;
    case FieldId::video_packet_type:
      special = special || (value != coded_frames && value != video_coded_frames_x);
      break;
    case FieldId::audio_packet_type: special = special || value != coded_frames; break;
    default: break;
  }
}

void MessageGlance::flag(FieldId id, Range, bool value) {
  if (id == FieldId::message_complete) complete = value;
  if (id == FieldId::message_timestamp_exact) timestamp_exact = value;
}

bool MessageGlance::is_repetitive() const {
  if (!complete) return false;
  if (type_id == rtmp::aggregate || type_id == rtmp::acknowledgement) return true;
  return (type_id == rtmp::audio || type_id == rtmp::video) && !special;
}

void MediaRun::Kind::add(const MessageGlance& message) {
  if (messages == 0) first_timestamp = message.timestamp;
  last_timestamp = message.timestamp;
  estimated = estimated || !message.timestamp_exact;
  ++messages;
  bytes += message.length;
}

void MediaRun::add(const MessageGlance& message) {
  switch (message.type_id) {
    case rtmp::video:
      video_.add(message);
      key_frames_ += message.key_frame ? 1U : 0U;
      break;
    case rtmp::audio: audio_.add(message); break;
    case rtmp::aggregate: aggregates_.add(message); break;
    default: ++acknowledgements_; last_acknowledged_ = message.sequence_number;
  }
}

void MediaRun::append(std::string& out, const Kind& kind, std::string_view name, std::string_view unit,
                      std::string_view extra, const Style& style) {
  if (kind.messages == 0) return;
  if (!out.empty()) out.append("; ");
  out.append(name).append(" ").append(count_text(kind.messages, unit)).append(extra);
  out.append(fmt::format(", {}{:.3f}{}{:.3f} s, {}", kind.estimated ? "about " : "",
                         kind.first_timestamp / 1000.0, style.dash(), kind.last_timestamp / 1000.0,
                         size_text(kind.bytes)));
}

std::string MediaRun::text(const Style& style) const {
  std::string out;
  append(out, video_, "video", "frame", fmt::format(", {} key", key_frames_), style);
  append(out, audio_, "audio", "message", "", style);
  append(out, aggregates_, "media in", "aggregate", "", style);
  if (acknowledgements_ != 0) {
    if (!out.empty()) out.append("; ");
    out.append(acknowledgements_ == 1
                   ? fmt::format("Acknowledgement {}", last_acknowledged_)
                   : fmt::format("{} Acknowledgements, last {}", acknowledgements_, last_acknowledged_));
  }
  if (repeated_ != 0)
    out.append(out.empty() ? "" : "; ").append(count_text(repeated_, "repeated configuration"));
  if (message_stream_id > 1) out.append(fmt::format("  (stream {})", message_stream_id));
  return out;
}

}  // namespace rtmpscope::output
