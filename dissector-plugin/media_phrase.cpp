#include "media_phrase.hpp"

#include <fmt/format.h>

#include "output/media_text.hpp"
#include "output/text/terminal_text.hpp"

namespace rtmpscope::plugin {
namespace {

/// "H.264": what stands in front of "/AVC".
std::string_view short_codec(std::string_view codec) {
  return codec.substr(0, codec.find('/'));
}

}  // namespace

// Nearly all packets of a capture have such a phrase, and general formatting took most of its time.

std::string frame_name(const media::VideoFacts& facts) {
  const std::string_view codec = short_codec(output::codec_text(facts.codec));
  std::string name = "Video ";
  if (!codec.empty()) name.append(codec).append(" ");
  return name.append(facts.key_frame ? "key frame" : "frame");
}

std::string frame_name(const media::AudioFacts& facts) {
  const std::string_view codec = short_codec(output::codec_text(facts.codec));
  std::string name = "Audio";
  if (!codec.empty()) name.append(" ").append(codec);
  return name;
}

std::string tracks_text(const Tape& message) {
  std::string text;
  int tracks = 0;
  for (const Tape::Entry& entry : message.entries()) {
    if (entry.id != FieldId::video_track_id && entry.id != FieldId::audio_track_id) continue;
    text.append(fmt::format(", {}", entry.number));
    ++tracks;
  }
  if (tracks == 0) return text;
  return fmt::format(", track{} {}", tracks > 1 ? "s" : "", text.substr(2));
}

std::string time_and_size(const rtmp::MessageHeader& header) {
  std::string text = header.timestamp_exact ? ", ts " : ", ts ~";
  text.append(std::to_string(header.timestamp)).append(", ");
  return text.append(output::count_text(header.length, "byte"));
}

}  // namespace rtmpscope::plugin
