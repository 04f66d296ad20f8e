// What is shown of a packet goes to statistics, export and Follow through taps.
#pragma once

#include "recorded_connection.hpp"
#include "ws_compat.h"

namespace rtmpscope::plugin {

/// What listeners get, once for each batch that is shown. Valid during the call.
struct TappedBatch {
  const RecordedConnection* connection;
  recording::RecordBatch batch;
  Bytes frame;  ///< payload of the batch
};

/// Taps of the same content, since each kind of listener looks for one of its own.
enum class Tap : std::uint8_t { statistics, export_object, follow, count };

/// Says that records go to Wireshark's tap `id`, too.
void add_tap(Tap tap, int id);

/// Hands the batch to whoever listens.
void queue_batch(packet_info* pinfo, const RecordedConnection& connection,
                 const recording::RecordBatch& batch, Bytes frame);

}  // namespace rtmpscope::plugin
