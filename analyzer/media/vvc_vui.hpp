// The part of an H.266 sequence parameter set behind the bit depth: all tools, then timing and the VUI.
#pragma once

#include "media/parameter_sets.hpp"

namespace rtmpscope::media {

/// What the part before says.
struct VvcSequence {
  bool has_vps = false;
  bool timing = false;  ///< sps_ptl_dpb_hrd_params_present_flag
  std::uint32_t max_sublayers_minus1 = 0;
  std::uint32_t chroma = 1;
  unsigned ctu_bits = 5;
};

/// Reads frame rate, aspect ratio and colour, as far as they are there. What cannot be reached is left as it
/// was.
void read_vvc_vui(BitReader& reader, const VvcSequence& sequence, SequenceInfo& info);

}  // namespace rtmpscope::media
