// Where a search has found the chunk borders again.
#pragma once

#include <vector>

#include "rtmp/recovery/trial.hpp"

namespace rtmpscope::rtmp {

/// values.def: sync_method
enum class SyncMethod : std::uint8_t { predicted, confirmed, searched, midstream };
/// values.def: sync_confidence
enum class SyncConfidence : std::uint8_t { fair, high, very_high };

struct SyncFound {
  std::uint64_t offset = 0;   ///< where parsing continues: at the header; predicted: at the gap
  std::uint64_t header = 0;   ///< of the first header that was found
  std::uint64_t skipped = 0;  ///< bytes between loss and `header`
  PacketRef packet;           ///< with that header
  SyncMethod method = SyncMethod::searched;
  SyncConfidence confidence = SyncConfidence::fair;
  TrialResult trial;
  bool extended_timestamp = false;  ///< LossCause::undecided_header: the header has one
  bool provisional = false;         ///< what follows has to confirm the header's message (ProvisionalMessage)
  std::vector<HeaderDefaults> defaults{};  ///< what first headers of chunk streams inherit from lost ones
};

/// `header`: offset of the header that `trial` began with. `lost`: offset where the chunk borders were lost.
[[nodiscard]] SyncFound make_found(const TrialResult& trial, std::uint64_t header, SyncMethod method,
                                   std::uint64_t lost, PacketRef packet);

}  // namespace rtmpscope::rtmp
