// Length and type of a message whose header inherits them from a lost one, read off what follows it.
#pragma once

#include "rtmp/recovery/trial_reader.hpp"

namespace rtmpscope::rtmp {

struct InferredLength {
  std::optional<HeaderDefaults> defaults;
  std::uint64_t wanted_end = 0;  ///< nothing found: more can be said when the window ends there; 0: never
};

/// For audio and video: the type shows in the body's first bytes. The length is the distance to the first
/// believable header behind it, or to a less believable one where the body's contents end.
class LengthInference {
 public:
  explicit LengthInference(const TrialInput& input) : reader_(input) {}

  /// The header is at `start.offset`.
  [[nodiscard]] InferredLength infer(const TrialStart& start);

 private:
  enum class Verdict : std::uint8_t { no, yes, later };

  [[nodiscard]] InferredLength wait_for(std::uint64_t offset);
  [[nodiscard]] int weigh_next_header(std::uint64_t offset);
  [[nodiscard]] Verdict ends_at(std::uint64_t offset, std::uint32_t length, InferredLength& result);

  TrialReader reader_;
  // Of the message at hand.
  const TrialStart* start_ = nullptr;
  std::uint64_t payload_ = 0;  ///< offset of its payload
  std::uint32_t id_ = 0;
  std::uint8_t type_ = 0;
  Bytes body_;               ///< its first bytes
  std::uint32_t chunk_ = 0;  ///< size of its chunks; while that is not certain, the least it can be
};

}  // namespace rtmpscope::rtmp
