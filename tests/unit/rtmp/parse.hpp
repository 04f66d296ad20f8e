// Lets a ChunkParser see bytes, whatever their headers look like.
#pragma once

#include "rtmp/chunk/chunk_parser.hpp"

namespace rtmpscope::test {

/// All headers are believed.
inline void parse(rtmp::ChunkParser& parser, StreamData data) {
  for (;;) {
    const rtmp::ChunkItem item = parser.next(data);
    if (item.kind == rtmp::ChunkItem::Kind::need_more) return;
    if (item.kind != rtmp::ChunkItem::Kind::odd_header) continue;
    if (parser.odd_body()) {
      parser.believe_header();
    } else {
      static_cast<void>(parser.believe_header(data.packet, item.raw));
    }
  }
}

}  // namespace rtmpscope::test
