// The clock that live packets are dated by.
#pragma once

#include <chrono>

#include "base/bytes.hpp"

namespace rtmpscope::capture {

[[nodiscard]] inline Timestamp wall_clock() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count();
}

}  // namespace rtmpscope::capture
