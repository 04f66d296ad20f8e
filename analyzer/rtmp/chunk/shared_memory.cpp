#include "rtmp/chunk/shared_memory.hpp"

namespace rtmpscope::rtmp {

void SharedMemory::add_bodies(std::size_t bytes) {
  bodies_ += bytes;
  keep_limit();
}

void SharedMemory::set_scarce(bool scarce) {
  scarce_ = scarce;
  keep_limit();
}

void SharedMemory::keep_limit() {
  const std::size_t limit = scarce_ ? body_limit_if_scarce : body_limit_if_plentiful;
  while (bodies_ > limit && !holders_.empty()) holders_.front()->shorten_bodies();
}

}  // namespace rtmpscope::rtmp
