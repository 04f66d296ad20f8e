#include "media/frame_walk.hpp"

#include <algorithm>

#include "media/body_cursor.hpp"
#include "media/media.hpp"
#include "media/nal_units.hpp"
#include "media/sequence_details.hpp"

namespace rtmpscope::media {
namespace {

constexpr std::uint8_t length_size = 4;

/// Bytes of a NAL unit up to the one with its type.
std::uint8_t bytes_to_type(VideoCodec codec) {
  return codec == VideoCodec::vvc ? 2 : 1;
}

}  // namespace

FrameWalk::FrameWalk(std::uint32_t length)
    : next_(length == 0 ? never : std::min(length, head_size) - 1), end_(length) {}

void FrameWalk::start(Bytes head) {
  started_ = true;
  next_ = never;
  const std::optional<FramePlace> place = frame_place(head, end_);
  if (!place) return;
  codec_ = place->codec;
  contents_.emplace();
  next_ = place->begin;
  begin_unit();
}

void FrameWalk::take(Bytes bytes, std::uint32_t offset) {
  const std::uint64_t end = std::uint64_t{offset} + bytes.size();
  while (next_ < end) take_byte(bytes[next_ - offset]);
}

void FrameWalk::begin_unit() {
  length_ = 0;
  read_ = 0;
  contents_->whole = next_ == end_;
  if (end_ - next_ < length_size) next_ = never;
}

void FrameWalk::take_byte(std::uint8_t byte) {
  ++next_;
  if (read_ < length_size) {
    length_ = length_ << 8 | byte;
    if (++read_ == length_size) end_length();
    return;
  }
  const std::uint8_t to_type = bytes_to_type(codec_);
  if (++read_ < length_size + to_type) return;
  contents_->add(codec_, nal_type_of(codec_, byte), length_size + length_);
  next_ += length_ - to_type;
  begin_unit();
}

/// A length of 1 in front of all others is a start code.
void FrameWalk::end_length() {
  const bool start_code = length_ == 1 && contents_->nal_units == 0;
  if (length_ > end_ - next_ || start_code) return stop();
  if (length_ >= bytes_to_type(codec_)) return;
  ++contents_->nal_units;  // too short for a header
  next_ += length_;
  begin_unit();
}

std::optional<FrameContents> read_frame_contents(Bytes body, std::uint32_t length) {
  FrameWalk walk(length);
  if (walk.next() >= body.size()) return std::nullopt;
  walk.start(body.first(std::min<std::size_t>(body.size(), head_size)));
  walk.take(body, 0);
  return walk.contents();
}

std::size_t bytes_described(Bytes kept, std::uint32_t length) {
  if (kept.size() >= length) return kept.size();
  const auto place = frame_place(kept.first(std::min<std::size_t>(kept.size(), head_size)), length);
  if (!place) return kept.size();
  BodyCursor unit{kept, place->begin, length};
  while (unit.have(length_size + std::uint32_t{bytes_to_type(place->codec)}) == Have::yes) {
    const std::uint32_t size = load_be32(unit.data());
    // No length of four bytes, perhaps.
    if (size <= 1 || size > unit.left() - length_size) return kept.size();
    const std::uint32_t begin = unit.position;
    unit.position += length_size;
    if (unit.have(size) != Have::yes) {
      const NalType type = read_nal_type(place->codec, unit.part(size));
      if (!type.seen || SequenceDetails::wants_nal(place->codec, type.number)) return kept.size();
      return std::min<std::size_t>(kept.size(), begin + head_size);
    }
    unit.position += size;
  }
  return kept.size();
}

}  // namespace rtmpscope::media
