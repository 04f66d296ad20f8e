// Statistics: tshark -z rtmpscope,streams and -z rtmpscope,commands, and the same tables in Wireshark's menu.
#pragma once

#include "connection.hpp"
#include "ws_compat.h"

namespace rtmpscope::plugin {

/// What listeners of the tap "rtmpscope" get, once for each record that is shown.
struct TapRecord {
  const Connection* connection;
  FrameRecord record;
  Bytes frame;  ///< payload of the record
};

/// Registers the tap and the tables. To be called once, from the protocol's registration.
void register_statistics();

/// Hands the record to whoever listens.
void queue_record(packet_info* pinfo, const Connection& connection, const FrameRecord& record, Bytes frame);

}  // namespace rtmpscope::plugin
