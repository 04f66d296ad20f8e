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

std::string frame_name(const media::VideoFacts& facts) {
  const std::string_view codec = short_codec(output::codec_text(facts.codec));
  const std::string_view kind = facts.key_frame ? "key frame" : "frame";
  return codec.empty() ? fmt::format("Video {}", kind) : fmt::format("Video {} {}", codec, kind);
}

std::string frame_name(const media::AudioFacts& facts) {
  const std::string_view codec = short_codec(output::codec_text(facts.codec));
  return codec.empty() ? "Audio" : fmt::format("Audio {}", codec);
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
  return fmt::format(", ts {}{}, {}", header.timestamp_exact ? "" : "~", header.timestamp,
                     output::count_text(header.length, "byte"));
}

}  // namespace rtmpscope::plugin
