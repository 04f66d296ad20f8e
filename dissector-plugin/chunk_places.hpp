// Messages that lie in one packet, in several chunks.
#pragma once

#include <algorithm>

#include "rtmp/chunk/message.hpp"
#include "ws_compat.h"

namespace rtmpscope::plugin {

/// Where the payload of chunks lies that this packet has had so far: a ring, as Wireshark may leave with
/// longjmp.
class ChunkPlaces {
 public:
  void add(std::uint32_t chunk_stream_id, std::uint32_t offset, std::uint32_t length) {
    places_[count_++ % most] = {chunk_stream_id, offset, length};
  }
  /// The message whose last chunk has come, if the packet has all of its `chunks` and they are `length` bytes
  /// together: in packet memory. Null: it has not.
  [[nodiscard]] const std::uint8_t* message(const rtmp::MessageHeader& header, tvbuff_t* tvb,
                                            packet_info* pinfo) const {
    auto* bytes = static_cast<std::uint8_t*>(wmem_alloc(pinfo->pool, header.length));
    std::uint32_t left = header.length;
    std::uint32_t chunks = header.chunks;
    for (std::size_t back = 1; chunks > 0 && back <= std::min(count_, most); ++back) {
      const Place& place = places_[(count_ - back) % most];
      if (place.chunk_stream_id != header.chunk_stream_id) continue;
      if (place.length > left) return nullptr;
      left -= place.length;
      --chunks;
      tvb_memcpy(tvb, bytes + left, static_cast<gint>(place.offset), place.length);
    }
    return left == 0 && chunks == 0 ? bytes : nullptr;
  }

 private:
  static constexpr std::size_t most = 1024;
  struct Place {
    std::uint32_t chunk_stream_id, offset, length;
  };
  Place places_[most];
  std::size_t count_ = 0;
};

}  // namespace rtmpscope::plugin
