// What is shown of a packet goes to statistics, export and Follow through taps.
#pragma once

#include "connection.hpp"
#include "ws_compat.h"

namespace rtmpscope::plugin {

/// What listeners get, once for each record that is shown. Valid during the call.
struct TapRecord {
  const Connection* connection;
  FrameRecord record;
  Bytes frame;  ///< payload of the record
};

/// Taps of the same content, since each kind of listener looks for one of its own.
enum class Tap : std::uint8_t { statistics, export_object, follow, count };

/// Says that records go to Wireshark's tap `id`, too.
void add_tap(Tap tap, int id);

/// Hands the record to whoever listens.
void queue_record(packet_info* pinfo, const Connection& connection, const FrameRecord& record, Bytes frame);

}  // namespace rtmpscope::plugin
