#include "rtmp/recovery/sample_collector.hpp"

#include <algorithm>

#include "rtmp/recovery/length_inference.hpp"
#include "rtmp/recovery/trial_parser.hpp"

namespace rtmpscope::rtmp {

CollectedSamples collect_samples(const TrialInput& input, TrialStart start) {
  constexpr int most_inferred = 4;
  CollectedSamples collected;
  std::vector<MessageSample>& samples = collected.samples;
  std::vector<HeaderDefaults> known(start.defaults.begin(), start.defaults.end());
  TrialParser trial(input);
  LengthInference inference(input);
  for (int inferred = 0; inferred <= most_inferred; ++inferred) {
    start.defaults = known;
    const TrialResult result = trial.try_from(start);
    if (inferred == 0) collected.chunk_size = result.chunk_size;
    for (const MessageSample& sample : trial.samples()) {
      if (samples.size() < most_samples) samples.push_back(sample);
      if (sample.length == 0) continue;
      std::erase_if(
          known, [&](const HeaderDefaults& each) { return each.chunk_stream_id == sample.chunk_stream_id; });
      known.push_back({sample.chunk_stream_id, sample.length, sample.type_id});
    }
    const bool full = samples.size() >= most_samples;
    collected.complete = result.reason == TrialResult::Reason::enough || full;
    if (result.reason != TrialResult::Reason::contradiction || result.messages == 0 || full) break;
    start.offset = result.offset;
    start.chunk_size = result.chunk_size;
    start.least_first_bits = 0;
    start.defaults_guessed = true;
    start.defaults = known;
    const InferredLength length = inference.infer(start);
    if (!length.defaults) break;
    known.push_back(*length.defaults);
  }
  return collected;
}

}  // namespace rtmpscope::rtmp
