// Messages behind the header that a search has found, as samples of what comes before it.
#pragma once

#include <vector>

#include "rtmp/recovery/trial.hpp"

namespace rtmpscope::rtmp {

struct CollectedSamples {
  std::vector<MessageSample> samples;  ///< at most most_samples
  KnownChunkSize chunk_size{};         ///< after the first trial
  bool complete = false;               ///< more bytes would not give more of them
};

/// Collects samples from `start` on, also of chunk streams whose headers inherit from lost ones: their
/// lengths are inferred.
[[nodiscard]] CollectedSamples collect_samples(const TrialInput& input, TrialStart start);

}  // namespace rtmpscope::rtmp
