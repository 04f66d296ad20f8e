#include "taps.hpp"

namespace rtmpscope::plugin {
namespace {

std::array<int, static_cast<std::size_t>(Tap::count)> taps;

}  // namespace

void add_tap(Tap tap, int id) {
  taps[static_cast<std::size_t>(tap)] = id;
}

void queue_batch(packet_info* pinfo, const RecordedConnection& connection,
                 const recording::RecordBatch& batch, Bytes frame) {
  TappedBatch* tapped = nullptr;
  for (const int tap : taps) {
    if (!have_tap_listener(tap)) continue;
    if (tapped == nullptr) {
      tapped = wmem_new(pinfo->pool, TappedBatch);
      *tapped = {&connection, batch, frame};
    }
    tap_queue_packet(tap, pinfo, tapped);
  }
}

}  // namespace rtmpscope::plugin
