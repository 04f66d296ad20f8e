#include "media/nal_units.hpp"

#include "media/media.hpp"

namespace rtmpscope::media {
namespace {

constexpr std::uint32_t usual_length_size = 4;

std::uint32_t read_length(const Window& window, std::uint32_t size) {
  std::uint32_t value = 0;
  for (std::uint32_t i = 0; i < size; ++i) value = value << 8 | window.u8(i);
  return value;
}

/// Follows the lengths. `yes` if they end where the packet does; the window is left at the first one that
/// does not fit or is not visible.
Have walk(Window& window, std::uint32_t size) {
  while (!window.at_end()) {
    const Have have = window.have(size);
    if (have != Have::yes) return have;
    const std::uint32_t length = read_length(window, size);
    if (length > window.left() - size) return Have::missing;
    if (length == 0 && size != usual_length_size) return Have::missing;  // a guess must be a good one
    window.position += size + length;
  }
  return Have::yes;
}

bool begins_with_start_code(const Window& window) {
  if (window.have(4) != Have::yes) return false;
  const std::uint32_t word = load_be32(window.data());
  return word == 1 || word >> 8 == 1;
}

void list(VideoCodec codec, Window window, std::uint32_t end, std::uint32_t size, const VideoFields& fields) {
  if (window.position == end) return;
  fields.begin(VideoField::nal_units, window.position);
  for (std::uint32_t count = 0; window.position < end; ++count) {
    if (count == max_nal_units) break;
    const std::uint32_t length = read_length(window, size);
    fields.begin(VideoField::nal_unit, window.position);
    fields.number(VideoField::nal_unit_length, window.next(size), length);
    window.position += size;
    const NalType type = read_nal_type(codec, window.part(length));
    if (type.seen) {
      fields.number(VideoField::nal_unit_type, type.range, type.number);
      fields.name(VideoField::nal_unit_type_name, type.range, nal_type_table(codec), type.number);
    }
    window.position += length;
    fields.end(VideoField::nal_unit, window.position);
  }
  fields.end(VideoField::nal_units, window.position);
  if (window.position < end) fields.finding(FindingId::nal_limit, window.rest(), max_nal_units);
}

}  // namespace

NalType read_nal_type(VideoCodec codec, const Window& nal) {
  // H.264 7.3.1: one byte of header. H.265 7.3.1.2: two, type in the first. H.266 7.3.1.2: two, type in the
  // second.
  const std::uint32_t at = codec == VideoCodec::vvc ? 1 : 0;
  if (nal.have(at + 1) != Have::yes) return {};
  const std::uint8_t byte = nal.u8(at);
  NalType type{true, 0, {nal.position + at, 1}};
  switch (codec) {
    case VideoCodec::hevc: type.number = byte >> 1 & 0x3F; break;
    case VideoCodec::vvc: type.number = byte >> 3; break;
    default: type.number = byte & 0x1F; break;
  }
  return type;
}

ValueTable nal_type_table(VideoCodec codec) {
  switch (codec) {
    case VideoCodec::hevc: return ValueTable::hevc_nal_type;
    case VideoCodec::vvc: return ValueTable::vvc_nal_type;
    default: return ValueTable::avc_nal_type;
  }
}

void describe_nal_units(VideoCodec codec, Window window, const VideoFields& fields) {
  std::uint32_t size = usual_length_size;
  Window stop = window;
  Have result = walk(stop, size);
  if (result == Have::missing && window.whole()) {
    if (begins_with_start_code(window)) {
      fields.finding(FindingId::nal_start_code, window.next(4));
      return;
    }
    for (const std::uint32_t other : {2U, 1U, 3U}) {
      Window trial = window;
      if (walk(trial, other) == Have::yes) {
        result = Have::yes;
        stop = trial;
        size = other;
        break;
      }
    }
  }
  if (result != Have::missing) {
    list(codec, window, stop.position, size, fields);
  } else if (window.whole()) {
    list(codec, window, stop.position, size, fields);
    const std::uint32_t prefix = std::min(size, stop.left());
    fields.finding(FindingId::nal_length, stop.next(prefix), read_length(stop, prefix), stop.left() - prefix);
  }
}

}  // namespace rtmpscope::media
