// What Wireshark looks up in the library. In C, where a constant has external linkage without further ado.
#include <epan/packet.h>
#include <epan/proto.h>
#include <ws_version.h>

#include "dissect.h"

#define EXPORTED __attribute__((visibility("default")))

EXPORTED extern const char plugin_version[];
EXPORTED extern const int plugin_want_major;
EXPORTED extern const int plugin_want_minor;
EXPORTED void plugin_register(void);
EXPORTED unsigned plugin_describe(void);

const char plugin_version[] = RTMPSCOPE_VERSION;
const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
const int plugin_want_minor = WIRESHARK_VERSION_MINOR;

void plugin_register(void) {
  static proto_plugin plugin;
  plugin.register_protoinfo = rtmpscope_register;
  plugin.register_handoff = rtmpscope_hand_off;
  proto_register_plugin(&plugin);
}

// Since Wireshark 4.2: what the plugin brings. 1 is a dissector.
unsigned plugin_describe(void) {
  return 1;
}
