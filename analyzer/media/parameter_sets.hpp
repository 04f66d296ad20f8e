// Sequence parameter sets and sequence headers, read as far as the size of the picture needs.
#pragma once

#include <optional>

#include "base/bytes.hpp"

namespace rtmpscope::media {

struct SequenceInfo {
  std::uint32_t width = 0;  ///< pixels, after cropping; 1 to max_picture_size
  std::uint32_t height = 0;
  std::uint8_t chroma_format = 1;  ///< chroma_format_idc
  std::uint8_t luma_bit_depth = 8;
  std::uint8_t chroma_bit_depth = 8;
  bool interlaced = false;  ///< H.264: pictures may be fields
  double frame_rate = 0;    ///< frames a second, 0 if not said
};

/// Larger pictures are treated as damage. No level of H.264, H.265 or AV1 comes near.
inline constexpr std::uint32_t max_picture_size = 65536;

/// Whole NAL units with header and emulation prevention (ITU-T H.264 7.3.2.1, H.265 7.3.2.2). Nothing if they
/// end early or contradict themselves.
[[nodiscard]] std::optional<SequenceInfo> read_avc_sequence(Bytes nal);
[[nodiscard]] std::optional<SequenceInfo> read_hevc_sequence(Bytes nal);
/// Payload of a sequence header OBU (AV1 5.5).
[[nodiscard]] std::optional<SequenceInfo> read_av1_sequence(Bytes payload);

}  // namespace rtmpscope::media
