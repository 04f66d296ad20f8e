#include "analysis/media/frame_length.hpp"

#include <array>
#include <span>

namespace rtmpscope::analysis {
namespace {

// Numbers of the value table audio_codec.
enum : std::uint8_t {
  mp3 = 2,
  nellymoser = 6,
  aac = 10,
  speex = 11,
  opus = 13,
  ac3 = 16,
  eac3 = 17,
  flac = 18
};

constexpr std::array<FrameLength, 9> mpeg_audio = {{{1152, 44100},
                                                    {1152, 48000},
                                                    {1152, 32000},
                                                    {576, 22050},
                                                    {576, 24000},
                                                    {576, 16000},
                                                    {576, 11025},
                                                    {576, 12000},
                                                    {576, 8000}}};
constexpr std::array<FrameLength, 7> opus_packets = {
    {{120, 48000}, {240, 48000}, {480, 48000}, {960, 48000}, {1920, 48000}, {2880, 48000}, {5760, 48000}}};
constexpr std::array<FrameLength, 3> dolby = {{{1536, 48000}, {1536, 44100}, {1536, 32000}}};
constexpr std::array<FrameLength, 1> speex_packets = {{{320, 16000}}};

std::span<const FrameLength> usual_lengths(std::uint8_t codec) {
  switch (codec) {
    case mp3: return mpeg_audio;
    case opus: return opus_packets;
    case ac3:
    case eac3: return dolby;
    case speex: return speex_packets;
    default: return {};
  }
}

/// Thousandths by which the mean distance is off the length.
std::uint64_t off(const FrameLength& length, std::uint64_t distances, std::uint64_t time) {
  const std::uint64_t lasts = distances * length.samples * 1000 / length.rate;
  if (lasts == 0) return UINT64_MAX;
  return (lasts > time ? lasts - time : time - lasts) * 1000 / lasts;
}

}  // namespace

FrameLength frame_length_of(const TrackHistory& track) {
  const Value from = track.configuration.view();
  if (!from) return {};
  const auto number = [&](std::string_view key) {
    return static_cast<std::uint32_t>(unsigned_at(from, key).value_or(0));
  };
  if (track.type == MediaType::video) {
    const double rate = number_at(from, "frame_rate").value_or(0);
    if (!flag_at(from, "fixed_frame_rate") || rate < 1 || rate > 1000) return {};
    return {1000, static_cast<std::uint32_t>(rate * 1000 + 0.5), false};
  }
  if (track.codec == aac) return {number("frame_length"), number("sample_rate"), false};
  if (track.codec == flac && number("min_block_size") == number("max_block_size"))
    return {number("max_block_size"), number("sample_rate"), false};
  return {};
}

FrameLength infer_frame_length(std::uint8_t audio_codec, std::uint64_t distances, std::uint64_t time) {
  for (FrameLength length : usual_lengths(audio_codec)) {
    if (off(length, distances, time) > 10) continue;
    length.inferred = true;
    return length;
  }
  return {};
}

FrameLength fit_frame_length(const FrameLength& length, std::uint64_t distances, std::uint64_t time) {
  if (!length.known() || distances == 0) return {};
  if (off(length, distances, time) <= 200) return length;
  FrameLength twice = length;
  twice.samples *= 2;
  return off(twice, distances, time) <= 200 ? twice : FrameLength{};
}

}  // namespace rtmpscope::analysis
