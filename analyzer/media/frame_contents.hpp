// What a coded frame consists of: its NAL units by their types, without their data.
#pragma once

#include <array>
#include <cstdint>

#include "media/codec.hpp"

namespace rtmpscope::media {

/// Numbers as in values.def, table picture_kind.
enum class PictureKind : std::uint8_t { unknown, idr, cra, bla, gdr, radl, rasl, other };

struct FrameContents {
  /// Of the NAL units that are listed.
  static constexpr std::size_t most_types = 16;

  std::array<std::uint8_t, most_types> types{};  ///< nal_unit_type of the first ones, in order
  std::uint8_t listed = 0;                       ///< entries of `types`
  PictureKind picture = PictureKind::unknown;    ///< of the first slice
  bool delimiter = false;                        ///< an access unit delimiter
  bool sei = false;
  bool parameter_sets = false;
  bool whole = false;              ///< all NAL units of the frame have been seen
  std::uint32_t nal_units = 0;     ///< that have been seen
  std::uint32_t filler_bytes = 0;  ///< of filler data NAL units, their length fields included

  /// A NAL unit with a header. `size` has its length field, too.
  void add(VideoCodec codec, std::uint8_t type, std::uint32_t size);
  /// `listed` lacks NAL units of the frame.
  [[nodiscard]] bool cut() const { return !whole || listed < nal_units; }

  friend bool operator==(const FrameContents&, const FrameContents&) = default;
};

}  // namespace rtmpscope::media
