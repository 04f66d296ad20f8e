// The headers of Wireshark, and what differs between its versions. Nothing else in this folder asks for a version.
#pragma once

#include <glib.h>
#include <ws_version.h>

#ifdef __cplusplus
// Some of these headers lack their own extern "C", and those that have one may be included within another.
#include <type_traits>
extern "C" {
#endif

#include <epan/conversation.h>
#include <epan/expert.h>
#include <epan/packet.h>
#include <epan/prefs.h>
#include <epan/prefs-int.h>
#include <epan/proto.h>
#include <epan/proto_data.h>
#include <epan/stat_tap_ui.h>
#include <epan/tap.h>
#include <epan/charsets.h>
#include <epan/column-utils.h>
#include <epan/dissectors/packet-http.h>
#include <epan/dissectors/packet-tcp.h>
#include <epan/dissectors/packet-tls.h>

#ifdef __cplusplus
}

namespace rtmpscope::plugin {

/// gboolean up to 4.0, bool since.
using HeuristicResult = std::invoke_result_t<heur_dissector_t, tvbuff_t*, packet_info*, proto_tree*, void*>;

template <typename Function>
struct FirstBoolPointer;
template <typename Result, typename A, typename B, typename C, typename D, typename Flag>
struct FirstBoolPointer<Result (*)(A, B, C, D, Flag*)> {
  using type = Flag;
};
/// What a boolean preference is stored in.
using PreferenceFlag = FirstBoolPointer<decltype(&prefs_register_bool_preference)>::type;

/// A TLS heuristic has found its protocol: later records of the session go to `handle`.
inline void keep_tls_dissector(void* data, dissector_handle_t handle) {
  if (data == nullptr) return;
#if WIRESHARK_VERSION_MAJOR > 4 || (WIRESHARK_VERSION_MAJOR == 4 && WIRESHARK_VERSION_MINOR >= 4)
  *static_cast<struct tlsinfo*>(data)->app_handle = handle;
#else
  *static_cast<dissector_handle_t*>(data) = handle;
#endif
}

}  // namespace rtmpscope::plugin
#endif
