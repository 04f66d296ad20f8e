// NAL units as Wireshark's own dissectors of H.264 and H.265 show them.
#pragma once

#include "media/codec.hpp"
#include "schema/tape.hpp"
#include "ws_compat.h"

namespace rtmpscope::plugin {

/// Keep media payload, and show NAL units.
extern PreferenceFlag media_detail;

/// To be called once, when all dissectors are registered.
void find_nal_dissectors();

/// Adds to `tree` what lies in `length` bytes at `start`: one NAL unit with its header. Nothing happens if
/// they are not all there, if the preference is off, or if Wireshark has no dissector for the codec.
void show_nal_unit(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, media::VideoCodec codec, int start,
                   int length);

/// The NAL unit of the container that is open, for Wireshark's own dissectors.
struct NalUnit {
  int start = 0;
  int length = 0;  ///< 0: none
};

/// Takes what the entry says of a NAL unit, whose length stands in front of it. `base`: where the ranges of
/// entries count from.
inline void note_nal_unit(NalUnit& unit, const Tape::Entry& entry, int base) {
  switch (entry.id) {
    case FieldId::video_nal_unit_length:
    case FieldId::video_track_nal_unit_length:
    case FieldId::video_configuration_parameter_set_length:
    case FieldId::video_track_configuration_parameter_set_length:
      unit.start = base + static_cast<int>(entry.range.end());
      unit.length = static_cast<int>(std::min<std::uint64_t>(entry.number, 0xFFFFFF));
      break;
    default: break;
  }
}

}  // namespace rtmpscope::plugin
