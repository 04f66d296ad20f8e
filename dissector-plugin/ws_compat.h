// The headers of Wireshark, and what differs between its versions. Nothing else in this folder asks for a
// version.
#pragma once

#include <glib.h>
#include <ws_version.h>

// First, since others rely on it.
#include <epan/packet.h>

#include <epan/addr_resolv.h>
#include <epan/address.h>
#include <epan/charsets.h>
#include <epan/column-info.h>
#include <epan/column-utils.h>
#include <epan/conversation.h>
#include <epan/dissectors/packet-tcp.h>
#include <epan/expert.h>
#include <epan/export_object.h>
#include <epan/follow.h>
#include <epan/prefs-int.h>
#include <epan/prefs.h>
#include <epan/proto.h>
#include <epan/proto_data.h>
#include <epan/stat_tap_ui.h>
#include <epan/tap.h>
#include <epan/to_str.h>
#include <epan/unit_strings.h>
#include <wsutil/report_message.h>

#ifdef __cplusplus
#include <type_traits>

// These lack their own extern "C". What they include has templates in newer versions, but is included above.
extern "C" {
#endif

#include <epan/dissectors/packet-http.h>
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

/// URI of the last request on an HTTP connection, null without one. It moved into the list of requests
/// after 4.0.
template <typename HttpConversation>
const char* last_request_uri(const HttpConversation* http) {
  if (http == nullptr) return nullptr;
  if constexpr (requires { http->request_uri; }) {
    return http->request_uri;
  } else {
    return http->req_res_tail == nullptr ? nullptr : http->req_res_tail->request_uri;
  }
}

/// Since 4.6 an item's label says which part of it is the value; 0 is unknown.
template <typename Label>
void forget_value(Label& label) {
  if constexpr (requires { label.value_pos; }) label.value_pos = label.value_len = 0;
}

/// A TLS heuristic has found its protocol: later records of the session go to `handle`.
inline void keep_tls_dissector(void* data, dissector_handle_t handle) {
  if (data == nullptr) return;
#if WIRESHARK_VERSION_MAJOR > 4 || (WIRESHARK_VERSION_MAJOR == 4 && WIRESHARK_VERSION_MINOR >= 4)
  *static_cast<struct tlsinfo*>(data)->app_handle = handle;
#else
  *static_cast<dissector_handle_t*>(data) = handle;
#endif
}

/// Since 4.4 Wireshark asks how many streams there are, and for streams within streams, which RTMP has none
/// of.
inline void register_stream_follower(int protocol, const char* tap, follow_conv_filter_func packet_filter,
                                     follow_index_filter_func index_filter,
                                     follow_address_filter_func address_filter,
                                     follow_port_to_display_func port_name, guint32 (*count)(),
                                     tap_packet_cb on_record) {
#if WIRESHARK_VERSION_MAJOR > 4 || (WIRESHARK_VERSION_MAJOR == 4 && WIRESHARK_VERSION_MINOR >= 4)
  register_follow_stream(protocol, tap, packet_filter, index_filter, address_filter, port_name, on_record,
                         count, nullptr);
#else
  static_cast<void>(count);
  register_follow_stream(protocol, tap, packet_filter, index_filter, address_filter, port_name, on_record);
#endif
}

}  // namespace rtmpscope::plugin
#endif
