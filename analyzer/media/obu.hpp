// Open bitstream units of AV1 (5.3).
#pragma once

#include "media/body_cursor.hpp"

namespace rtmpscope::media {

struct Obu {
  std::uint8_t type = 0;
  std::uint32_t header_length = 0;  ///< with extension and size
  std::uint32_t length = 0;         ///< of the payload
};

/// False if it is not to be read from the kept bytes.
[[nodiscard]] bool read_obu(const BodyCursor& cursor, Obu& obu);

}  // namespace rtmpscope::media
