// The order in which text shows connections (--sort).
#pragma once

#include <cstdint>

namespace rtmpscope::output {

enum class BlockOrder : std::uint8_t {
  end,       ///< as connections end: nothing is held back, and there is no table before the blocks
  start,     ///< as connections began
  duration,  ///< the longest first
  bytes,     ///< the largest first
  findings,  ///< the worst first: errors, then warnings, then notes
};

}  // namespace rtmpscope::output
