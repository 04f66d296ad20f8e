#include "taps.hpp"

namespace rtmpscope::plugin {
namespace {

std::array<int, static_cast<std::size_t>(Tap::count)> taps;

}  // namespace

void add_tap(Tap tap, int id) {
  taps[static_cast<std::size_t>(tap)] = id;
}

void queue_record(packet_info* pinfo, const Connection& connection, const FrameRecord& record, Bytes frame) {
  TapRecord* tapped = nullptr;
  for (const int tap : taps) {
    if (!have_tap_listener(tap)) continue;
    if (tapped == nullptr) {
      tapped = wmem_new(pinfo->pool, TapRecord);
      *tapped = {&connection, record, frame};
    }
    tap_queue_packet(tap, pinfo, tapped);
  }
}

}  // namespace rtmpscope::plugin
