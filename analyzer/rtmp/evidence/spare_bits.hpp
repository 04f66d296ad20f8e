// What it says that a field holds a small value.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace rtmpscope::rtmp {

/// Bits of evidence of a field of `width` bits whose value is below `value`, rounded up to a power of two.
[[nodiscard]] constexpr int spare_bits(int width, std::uint32_t value) {
  return std::max(0, width - static_cast<int>(std::bit_width(value)));
}

}  // namespace rtmpscope::rtmp
