#include "media_phrase.hpp"

#include <charconv>

#include "output/media_text.hpp"

namespace rtmpscope::plugin {
namespace {

/// "H.264": what stands in front of "/AVC".
std::string_view short_codec(std::string_view codec) {
  return codec.substr(0, codec.find('/'));
}

}  // namespace

// Nearly all packets of a capture have such a phrase, and general formatting took most of its time; so did
// strings that were put together to be copied.

void append_number(std::string& text, std::uint32_t number) {
  char digits[12];
  const char* end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  text.append(digits, static_cast<std::size_t>(end - digits));
}

void append_bytes(std::string& text, std::uint32_t count) {
  append_number(text, count);
  text.append(count == 1 ? " byte" : " bytes");
}

void append_frame_name(std::string& text, const media::VideoFacts& facts) {
  const std::string_view codec = short_codec(output::codec_text(facts.codec));
  text.append("Video ").append(codec);
  if (!codec.empty()) text.push_back(' ');
  text.append(facts.key_frame ? "key frame" : "frame");
}

void append_frame_name(std::string& text, const media::AudioFacts& facts) {
  const std::string_view codec = short_codec(output::codec_text(facts.codec));
  text.append(codec.empty() ? "Audio" : "Audio ").append(codec);
}

void append_tracks(std::string& text, const Tape& message) {
  std::string numbers;
  int tracks = 0;
  for (const Tape::Entry& entry : message.entries()) {
    if (entry.id != FieldId::video_track_id && entry.id != FieldId::audio_track_id) continue;
    if (tracks++ > 0) numbers.append(", ");
    append_number(numbers, static_cast<std::uint32_t>(entry.number));
  }
  if (tracks > 0) text.append(tracks > 1 ? ", tracks " : ", track ").append(numbers);
}

void append_time_and_size(std::string& text, const rtmp::MessageHeader& header) {
  text.append(header.timestamp_exact ? ", ts " : ", ts ~");
  append_number(text, header.timestamp);
  text.append(", ");
  append_bytes(text, header.length);
}

}  // namespace rtmpscope::plugin
