#include "media/track_reader.hpp"

#include <algorithm>

#include "base/byte_order.hpp"
#include "media/enhanced_header.hpp"

namespace rtmpscope::media {
namespace {

constexpr std::uint32_t fourcc_size = 4;
constexpr std::uint32_t track_header_size = 1 + 3;  // track id and length

/// An enhanced header begins with this; what remains of the first byte is the packet type.
bool is_enhanced(MediaType type, std::uint8_t first) {
  return type == MediaType::video ? (first & 0x80) != 0 : first >> 4 == sound_format_extended;
}

std::uint8_t multitrack_type(MediaType type) {
  if (type == MediaType::video) return video_multitrack;
  return audio_multitrack;
}

}  // namespace

TrackReader::TrackReader(MediaType type, Bytes body, std::uint32_t length) : body_(body), length_(length) {
  if (body.empty() || !is_enhanced(type, body[0])) return;
  const std::uint8_t multitrack = multitrack_type(type);
  BodyCursor cursor{body, 1, length};
  std::uint8_t packet_type = body[0] & 0x0F;
  for (std::uint32_t count = 0; packet_type == packet_type_modex; ++count) {
    const ModExBlock block = read_modex_block(cursor);
    if (block.have != Have::yes || count == max_modex_blocks) return;
    cursor.position += block.needed;
    packet_type = block.packet_type;
  }
  if (packet_type != multitrack || cursor.have(1) != Have::yes) return;
  const std::uint8_t tracks = cursor.u8() >> 4;
  const std::uint8_t real_type = cursor.u8() & 0x0F;
  ++cursor.position;
  if (tracks != many_tracks && tracks != many_tracks_many_codecs) return;
  if (real_type == multitrack || real_type == packet_type_modex) return;
  many_codecs_ = tracks == many_tracks_many_codecs;
  rewritten_.push_back(static_cast<std::uint8_t>((body[0] & 0xF0) | multitrack));
  rewritten_.push_back(static_cast<std::uint8_t>(one_track << 4 | real_type));
  rewritten_.resize(rewritten_.size() + fourcc_size);
  if (!many_codecs_) {
    if (cursor.have(fourcc_size) != Have::yes) return;
    std::copy_n(cursor.data(), fourcc_size, rewritten_.begin() + 2);
    cursor.position += fourcc_size;
  }
  position_ = cursor.position;
  several_ = true;
}

std::optional<TrackReader::Track> TrackReader::next() {
  if (!several_) return std::nullopt;
  BodyCursor cursor{body_, position_, length_};
  const std::uint32_t fourcc = many_codecs_ ? fourcc_size : 0;
  if (cursor.have(fourcc + track_header_size) != Have::yes) return std::nullopt;
  rewritten_.resize(2 + fourcc_size);
  std::copy_n(cursor.data(), fourcc, rewritten_.begin() + 2);
  cursor.position += fourcc;
  rewritten_.push_back(cursor.u8());
  const std::uint32_t data = std::min(load_be24(cursor.data() + 1), cursor.left() - track_header_size);
  cursor.position += track_header_size;
  const Bytes kept = cursor.view(cursor.next(data));
  rewritten_.insert(rewritten_.end(), kept.begin(), kept.end());
  position_ = cursor.position + data;
  const auto head = static_cast<std::uint32_t>(rewritten_.size() - kept.size());
  return Track{rewritten_, head + data, data, static_cast<std::uint32_t>(kept.size())};
}

}  // namespace rtmpscope::media
