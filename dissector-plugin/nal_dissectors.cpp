#include "nal_dissectors.hpp"

#include <algorithm>

#include "field_registry.hpp"
#include "guarded_call.h"

// No local variable of this file has a destructor: dissectors leave with longjmp.

namespace rtmpscope::plugin {

PreferenceFlag media_detail = false;

namespace {

dissector_handle_t avc_handle;
dissector_handle_t hevc_handle;

/// Both take payloads of RTP, where a NAL unit stands for itself but for the types that RTP adds: RFC
/// 6184 5.4, RFC 7798 4.4. Type 0 of H.264 is not specified.
dissector_handle_t handle_of(media::VideoCodec codec, std::uint8_t first) {
  if (codec == media::VideoCodec::avc) {
    const unsigned type = first & 0x1FU;
    return type >= 1 && type <= 23 ? avc_handle : nullptr;
  }
  if (codec == media::VideoCodec::hevc) return (first >> 1 & 0x3FU) < 48 ? hevc_handle : nullptr;
  return nullptr;
}

}  // namespace

void find_nal_dissectors() {
  avc_handle = find_dissector("h264");
  hevc_handle = find_dissector("h265");
}

void show_nal_unit(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, media::VideoCodec codec, int start,
                   int length) {
  constexpr int header = 2;  // of H.265; the smallest H.264 NAL unit with contents is as long
  if (!media_detail || tree == nullptr || length < header || start < 0) return;
  const auto there = static_cast<int>(tvb_captured_length(tvb));
  if (start > there || length > there - start) return;
  const guint8* first = tvb_get_ptr(tvb, start, 1);
  dissector_handle_t handle = handle_of(codec, *first);
  if (handle == nullptr) return;
  tvbuff_t* unit = tvb_new_subset_length(tvb, start, length);
  if (rtmpscope_call_guarded(handle, unit, pinfo, tree) == 0) {
    proto_tree_add_expert(tree, pinfo, expert(ExtraExpert::nal_unit_undecoded), tvb, start, length);
  }
}

}  // namespace rtmpscope::plugin
