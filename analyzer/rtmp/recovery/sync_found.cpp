#include "rtmp/recovery/sync_found.hpp"

#include "rtmp/recovery/recovery_limits.hpp"

namespace rtmpscope::rtmp {
namespace {

SyncConfidence confidence_of(int bits) {
  constexpr int very_high_bits = 120;
  if (bits >= very_high_bits) return SyncConfidence::very_high;
  return bits >= enough_bits ? SyncConfidence::high : SyncConfidence::fair;
}

}  // namespace

SyncFound make_found(const TrialResult& trial, std::uint64_t header, SyncMethod method, std::uint64_t lost,
                     PacketRef packet) {
  SyncFound result;
  result.offset = header;
  result.header = header;
  result.skipped = header - lost;
  result.packet = packet;
  result.method = method;
  result.confidence = confidence_of(trial.bits);
  result.trial = trial;
  return result;
}

}  // namespace rtmpscope::rtmp
