// The output of one shard: bytes, and spans that say what they are.
//
// A shard numbers its connections by itself. The number that a person sees is known only when the outputs of
// all shards are merged. So a span says where in its bytes the connection number belongs.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "output/buffer.hpp"

namespace rtmpscope::output {

/// What a span may carry for the assembler besides bytes: an object of the observer's and assembler's own.
struct Attachment {
  virtual ~Attachment() = default;
};

/// Bytes [begin, number_at) of the output, then the global connection number in decimal, then [number_at,
/// end). With connection 0, or number_at == end, there is no number. Spans lie in the order of the output and
/// cover all of it.
struct OutputSpan {
  enum Flags : std::uint32_t {
    opens_connection = 1,    ///< the connection gets its global number here; the span may be empty
    event_element = 2,       ///< JSON document: one element of "events"
    connection_element = 4,  ///< JSON document: one element of "connections"
    capture_member = 8,      ///< JSON document: the object "capture"
    overview_row = 16,       ///< text: a row of the table of connections, packed (output/text/overview.hpp)
    last_line = 32,          ///< text: see output/text/last_line.hpp
    attached = 64,           ///< no bytes; `attachment` is an index into Output::attachments. Shown to the
                             ///< assembler even where the connection was not asked for
    verdict_element = 256,   ///< JSON document: one element of "verdicts"
    verdict_member = 512,    ///< JSON document: the object "verdict"
    verdict_lines = 128,     ///< text: see output/text/verdict_lines.hpp
    health_line = 1024,      ///< text: likewise; stands behind the verdict
  };

  std::uint64_t frame =
      0;  ///< sort key of the merger, which the shard fills in; not decreasing within one connection
  std::uint32_t connection = 0;  ///< local to the shard; 0: none
  std::uint32_t begin = 0;
  std::uint32_t number_at = 0;
  std::uint32_t end = 0;
  std::uint32_t flags = 0;
  std::uint32_t attachment = 0;
};

/// Less than 4 GiB.
struct Output {
  Buffer bytes;
  std::vector<OutputSpan> spans;
  std::vector<std::shared_ptr<Attachment>> attachments{};

  /// As Buffer::clear.
  void clear() {
    constexpr std::size_t kept_spans = 8192;
    bytes.clear();
    spans.clear();
    attachments.clear();
    if (spans.capacity() > kept_spans) spans.shrink_to_fit();
  }
};

}  // namespace rtmpscope::output
