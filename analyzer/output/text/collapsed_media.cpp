#include "output/text/collapsed_media.hpp"

#include <fmt/format.h>

#include "rtmp/chunk/message.hpp"

namespace rtmpscope::output {

bool is_special_media(const rtmp::MessageFacts& facts) {
  if (const auto* video = std::get_if<media::VideoFacts>(&facts); video != nullptr) {
    using enum media::VideoPacketKind;
    // A legacy header that is cut says nothing else than that it is video.
    return video->kind != coded_frames && video->kind != empty && (video->kind != unknown || video->enhanced);
  }
  if (const auto* audio = std::get_if<media::AudioFacts>(&facts); audio != nullptr) {
    using enum media::AudioPacketKind;
    return audio->kind != coded_frames && audio->kind != empty && (audio->kind != unknown || audio->enhanced);
  }
  return false;
}

bool is_collapsible(const rtmp::MessageEvent& event) {
  if (!event.message.complete) return false;
  switch (event.message.header.type_id) {
    case rtmp::aggregate: return true;
    case rtmp::acknowledgement: return std::holds_alternative<rtmp::ControlFacts>(event.facts);
    case rtmp::audio:
    case rtmp::video: return !is_special_media(event.facts);
    default: return false;
  }
}

void CollapsedMedia::Kind::add(const rtmp::MessageHeader& message) {
  if (messages == 0) first_timestamp = message.timestamp;
  last_timestamp = message.timestamp;
  estimated = estimated || !message.timestamp_exact;
  ++messages;
  bytes += message.length;
}

void CollapsedMedia::add(const rtmp::MessageEvent& event) {
  const rtmp::MessageHeader& header = event.message.header;
  switch (header.type_id) {
    case rtmp::video: {
      video_.add(header);
      const auto* facts = std::get_if<media::VideoFacts>(&event.facts);
      if (facts != nullptr && facts->frame_type == media::FrameType::key) ++key_frames_;
      break;
    }
    case rtmp::audio: audio_.add(header); break;
    case rtmp::aggregate: aggregates_.add(header); break;
    default: {
      ++acknowledgements_;
      const auto* facts = std::get_if<rtmp::ControlFacts>(&event.facts);
      last_acknowledged_ = facts == nullptr ? 0 : facts->value;
    }
  }
}

void CollapsedMedia::append(std::string& out, const Kind& kind, std::string_view name, std::string_view unit,
                            std::string_view extra, const Style& style) {
  if (kind.messages == 0) return;
  if (!out.empty()) out.append("; ");
  out.append(name).append(" ").append(count_text(kind.messages, unit)).append(extra);
  out.append(fmt::format(", {}{:.3f}{}{:.3f} s, {}", kind.estimated ? "about " : "",
                         kind.first_timestamp / 1000.0, style.dash(), kind.last_timestamp / 1000.0,
                         size_text(kind.bytes)));
}

std::string CollapsedMedia::text(const Style& style) const {
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
