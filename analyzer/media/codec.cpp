#include "media/codec.hpp"

#include <optional>

#include "base/byte_order.hpp"

namespace rtmpscope::media {
namespace {

/// The number if it is whole and fits; a NaN is none.
std::optional<std::uint32_t> whole(double number) {
  if (!(number >= 0 && number <= 0xFFFFFFFF)) return std::nullopt;
  const auto value = static_cast<std::uint32_t>(number);
  if (static_cast<double>(value) != number) return std::nullopt;
  return value;
}

}  // namespace

VideoCodec metadata_video_codec(double number) {
  const auto id = whole(number);
  if (!id) return VideoCodec::unknown;
  return *id <= 15 ? legacy_video_codec(static_cast<std::uint8_t>(*id)) : enhanced_video_codec(*id);
}

AudioCodec metadata_audio_codec(double number) {
  const auto id = whole(number);
  if (!id) return AudioCodec::unknown;
  return *id <= 15 ? legacy_audio_codec(static_cast<std::uint8_t>(*id)) : enhanced_audio_codec(*id);
}

VideoCodec metadata_video_codec(Bytes text) {
  return text.size() == 4 ? enhanced_video_codec(load_be32(text.data())) : VideoCodec::unknown;
}

AudioCodec metadata_audio_codec(Bytes text) {
  return text.size() == 4 ? enhanced_audio_codec(load_be32(text.data())) : AudioCodec::unknown;
}

}  // namespace rtmpscope::media
