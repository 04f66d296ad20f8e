#include "media/frame_contents.hpp"

namespace rtmpscope::media {
namespace {

enum class Unit : std::uint8_t { other, slice, delimiter, sei, parameter_set, filler };

struct Meaning {
  Unit unit = Unit::other;
  PictureKind picture = PictureKind::unknown;
};

/// H.264, table 7-1.
Meaning avc_meaning(std::uint8_t type) {
  switch (type) {
    case 1:
    case 2: return {Unit::slice, PictureKind::other};
    case 5: return {Unit::slice, PictureKind::idr};
    case 6: return {Unit::sei};
    case 7:
    case 8:
    case 13:
    case 15: return {Unit::parameter_set};
    case 9: return {Unit::delimiter};
    case 12: return {Unit::filler};
    default: return {};
  }
}

/// H.265, table 7-1.
Meaning hevc_meaning(std::uint8_t type) {
  constexpr std::uint8_t last_slice = 31;
  if (type <= last_slice) {
    switch (type) {
      case 6:
      case 7: return {Unit::slice, PictureKind::radl};
      case 8:
      case 9: return {Unit::slice, PictureKind::rasl};
      case 16:
      case 17:
      case 18: return {Unit::slice, PictureKind::bla};
      case 19:
      case 20: return {Unit::slice, PictureKind::idr};
      case 21: return {Unit::slice, PictureKind::cra};
      default: return {Unit::slice, PictureKind::other};
    }
  }
  switch (type) {
    case 32:
    case 33:
    case 34: return {Unit::parameter_set};
    case 35: return {Unit::delimiter};
    case 38: return {Unit::filler};
    case 39:
    case 40: return {Unit::sei};
    default: return {};
  }
}

/// H.266, table 5.
Meaning vvc_meaning(std::uint8_t type) {
  switch (type) {
    case 0:
    case 1: return {Unit::slice, PictureKind::other};
    case 2: return {Unit::slice, PictureKind::radl};
    case 3: return {Unit::slice, PictureKind::rasl};
    case 7:
    case 8: return {Unit::slice, PictureKind::idr};
    case 9: return {Unit::slice, PictureKind::cra};
    case 10: return {Unit::slice, PictureKind::gdr};
    case 14:
    case 15:
    case 16:
    case 17:
    case 18: return {Unit::parameter_set};
    case 20: return {Unit::delimiter};
    case 23:
    case 24: return {Unit::sei};
    case 25: return {Unit::filler};
    default: return {};
  }
}

Meaning meaning_of(VideoCodec codec, std::uint8_t type) {
  switch (codec) {
    case VideoCodec::hevc: return hevc_meaning(type);
    case VideoCodec::vvc: return vvc_meaning(type);
    default: return avc_meaning(type);
  }
}

}  // namespace

void FrameContents::add(VideoCodec codec, std::uint8_t type, std::uint32_t size) {
  ++nal_units;
  if (listed < most_types) types[listed++] = type;
  const Meaning meaning = meaning_of(codec, type);
  switch (meaning.unit) {
    case Unit::slice:
      if (picture == PictureKind::unknown) picture = meaning.picture;
      break;
    case Unit::delimiter: delimiter = true; break;
    case Unit::sei: sei = true; break;
    case Unit::parameter_set: parameter_sets = true; break;
    case Unit::filler: filler_bytes += size; break;
    case Unit::other: break;
  }
}

}  // namespace rtmpscope::media
