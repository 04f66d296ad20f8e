// Statistics: tshark -z rtmpscope,streams and -z rtmpscope,commands, and the same tables in Wireshark's menu.
#pragma once

namespace rtmpscope::plugin {

/// Registers the tap and the tables. To be called once, from the protocol's registration.
void register_statistics();

}  // namespace rtmpscope::plugin
