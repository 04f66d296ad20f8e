// The packets that a message came in.
#pragma once

#include <vector>

#include "recording/record_store.hpp"
#include "recording/records.hpp"

namespace rtmpscope::recording {

/// Payload of one message in one packet.
struct Segment {
  std::uint32_t frame = 0;
  std::uint32_t bytes = 0;
};

/// Fills `segments`, in the order of packets. `message` was recorded in one of the `batches` and came that
/// way, in chunks. Where its chunk headers are not all known, as behind a gap, the list has what they tell.
/// It is empty if very many packets came between the message's first and its last.
void list_segments(const RecordStore& batches, const MessageRecord& message, Direction direction,
                   std::vector<Segment>& segments);

}  // namespace rtmpscope::recording
