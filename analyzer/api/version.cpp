#include "rtmpscope/version.hpp"

namespace rtmpscope::v1 {

const char* version() noexcept {
  return RTMPSCOPE_VERSION;
}

}  // namespace rtmpscope::v1
