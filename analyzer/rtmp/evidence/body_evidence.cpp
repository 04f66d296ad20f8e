#include "rtmp/evidence/body_evidence.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>

#include "base/byte_order.hpp"
#include "rtmp/evidence/silent_aac.hpp"
#include "rtmp/evidence/spare_bits.hpp"

namespace rtmpscope::rtmp {
namespace {

constexpr std::uint32_t longest_composition_ms = 60'000;

constexpr std::array<std::string_view, 6> audio_codecs = {"Opus", "ac-3", "ec-3", "fLaC", "mp4a", ".mp3"};
constexpr std::array<std::string_view, 6> video_codecs = {"avc1", "hvc1", "av01", "vp09", "vp08", "vvc1"};
constexpr int known_four_cc_bits = 28;
using CodecNames = std::array<std::string_view, 6>;

/// Bits of evidence of a FourCC (Enhanced RTMP): more for one that is defined for this kind of message, fewer
/// for an undefined one with valid characters; nothing if it is no FourCC.
std::optional<int> weigh_four_cc(Bytes bytes, const CodecNames& names) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), 4);
  const auto is_in = [&](const CodecNames& list) { return std::ranges::find(list, text) != list.end(); };
  if (is_in(names)) return known_four_cc_bits;
  if (is_in(audio_codecs) || is_in(video_codecs)) return std::nullopt;
  const bool usual = std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
  return usual ? std::optional<int>(10) : std::nullopt;
}

/// Header of an MPEG audio frame (ISO 11172-3, 2.4.1.3), layer III; senders begin messages with frames.
bool is_mp3_frame(Bytes frame) {
  return frame[0] == 0xFF && (frame[1] & 0xE6) == 0xE2 && frame[2] >> 4 != 0xF && (frame[2] & 0x0C) != 0x0C;
}

/// Enhanced RTMP: packet types, and where the FourCC is.
std::optional<int> weigh_enhanced(Bytes head, std::uint8_t packet_type, std::uint8_t multitrack,
                                  const CodecNames& names) {
  constexpr std::uint8_t mod_ex = 7;
  if (packet_type > mod_ex) return std::nullopt;
  if (packet_type == mod_ex) return 2;
  if (packet_type != multitrack) return head.size() < 5 ? 2 : weigh_four_cc(head.subspan(1, 4), names);
  if (head.size() < 6) return 2;
  constexpr std::uint8_t many_codecs = 2;  // each track has a FourCC of its own, further on
  if (head[1] >> 4 > many_codecs) return std::nullopt;
  return head[1] >> 4 == many_codecs ? std::optional<int>(4) : weigh_four_cc(head.subspan(2, 4), names);
}

std::optional<int> weigh_avc(Bytes head, std::uint32_t length) {
  if (head.size() < 2) return 0;
  if (head[1] > 2) return std::nullopt;
  int bits = 6;
  if (head.size() < 5) return bits;
  const std::uint32_t composition = load_be24(head.data() + 2);
  if (head[1] != 1) return composition == 0 ? bits + 20 : bits;
  const std::uint32_t size = composition >= 0x800000 ? 0x1000000 - composition : composition;
  if (size > longest_composition_ms) return std::nullopt;
  bits += spare_bits(23, size);
  if (head.size() < 9) return bits;
  const std::uint32_t unit =
      load_be32(head.data() + 5);  // length of the first NAL unit, with the usual four bytes
  if (unit == 0 || unit > length - 9) return bits;
  bits += spare_bits(32, length) + (unit == length - 9 ? 8 : 0);
  if (head.size() > 9 && (head[9] & 0x80) != 0) return std::nullopt;  // forbidden_zero_bit
  return bits;
}

/// Codecs with little evidence in the body: a start code, or bytes that do not change within a stream.
int weigh_old_codec(Bytes head, std::uint8_t codec, Bytes previous) {
  constexpr std::uint8_t sorenson = 2;
  constexpr std::uint8_t screen = 3;
  constexpr std::uint8_t screen_2 = 6;
  if (head.size() < 5) return 0;
  if (codec == sorenson) {  // 17 bits of start code, 5 of a version that is 0 or 1
    return head[1] == 0 && head[2] == 0 && (head[3] & 0xF8) == 0x80 ? 21 : 0;
  }
  if (codec != screen && codec != screen_2) return 0;
  // Sizes of the picture and its blocks.
  const bool same = previous.size() >= 5 && std::ranges::equal(head.subspan(1, 4), previous.subspan(1, 4));
  return same ? 28 : 0;
}

/// Codecs without evidence in the body: counts the first bytes that equal those of the last frame.
int weigh_alike(Bytes head, Bytes previous) {
  constexpr int bits_a_byte = 6;
  const Bytes compared = head.first(std::min(head.size(), previous.size()));
  const auto end = std::mismatch(compared.begin(), compared.end(), previous.begin()).first;
  const auto alike = static_cast<int>(end - compared.begin());
  return alike == 0 ? 0 : (alike - 1) * bits_a_byte;
}

/// A frame without coefficients that ends where its message does.
int weigh_aac_frame(Bytes head, std::uint32_t length) {
  if (head[1] != 1 || length > head.size()) return 0;
  return silent_aac_size(head.subspan(2)) == length - 2 ? silent_aac_bits : 0;
}

}  // namespace

std::optional<int> weigh_audio(Bytes head, std::uint32_t length, Bytes previous) {
  constexpr std::uint8_t multitrack = 5;
  const std::uint8_t format = head[0] >> 4;
  const bool same = !previous.empty() && previous[0] == head[0];
  const int bits = same ? 8 : 0;
  switch (format) {
    case 9: {  // Enhanced RTMP: the other half is a packet type
      const auto more = weigh_enhanced(head, head[0] & 0x0F, multitrack, audio_codecs);
      return more ? bits + *more : more;
    }
    case 12:
    case 13: return std::nullopt;
    case 10:
      if (head.size() < 2) return same ? bits : 4;
      if (head[1] > 1 || length < 3) return std::nullopt;
      return (same                       ? bits
              : head[0] == 0xAF          ? 7
              : (head[0] & 0xFC) == 0xAC ? 5
                                         : 3) +
             7 + weigh_aac_frame(head, length);
    case 2:
    case 14: return head.size() >= 4 && is_mp3_frame(head.subspan(1)) ? bits + 14 : bits;
    default: return bits + weigh_alike(head, previous);
  }
}

std::optional<int> weigh_video(Bytes head, std::uint32_t length, Bytes previous) {
  constexpr std::uint8_t multitrack = 6;
  const bool same_codec = !previous.empty() && (previous[0] & 0x8F) == (head[0] & 0x8F);
  if ((head[0] & 0x80) != 0) {  // Enhanced RTMP
    const std::uint8_t frame_type = head[0] >> 4 & 7;
    if (frame_type > 5) return std::nullopt;
    const auto bits = weigh_enhanced(head, head[0] & 0x0F, multitrack, video_codecs);
    // gortmplib sends frame type 0, which is none. Then the codec must be a known one.
    if (frame_type == 0 && bits.value_or(0) < known_four_cc_bits) return std::nullopt;
    return bits;
  }
  const std::uint8_t frame_type = head[0] >> 4;
  const std::uint8_t codec = head[0] & 0x0F;
  if (frame_type == 0 || frame_type > 5 || codec < 1) return std::nullopt;
  const int bits = same_codec ? 6 : 2;
  if (frame_type == 5) return bits;
  if (codec != 7 && codec != 12) return bits + weigh_old_codec(head, codec, previous);
  const auto rest = weigh_avc(head, length);
  if (!rest) return std::nullopt;
  return bits + *rest;
}

}  // namespace rtmpscope::rtmp
