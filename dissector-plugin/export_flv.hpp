// Export Objects: an FLV file for each stream, as a recorder would have written it.
#pragma once

namespace rtmpscope::plugin {

/// To be called once, from the protocol's registration.
void register_export(int protocol_id);

}  // namespace rtmpscope::plugin
