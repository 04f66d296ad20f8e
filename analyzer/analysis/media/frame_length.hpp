// How long a frame of a track lasts, where the stream says it.
#pragma once

#include "analysis/history/history.hpp"
#include "analysis/media/frame_clock.hpp"

namespace rtmpscope::analysis {

/// By the last sequence start: samples and sample rate of AAC and of FLAC with one block size, frame rate of
/// video that says it is constant. Not known where it does not say.
[[nodiscard]] FrameLength frame_length_of(const TrackHistory& track);
/// The usual length of a codec without such a record (MP3, AC-3, E-AC-3, Opus, Speex, Nellymoser) that is
/// within 1 % of the mean distance: `time` milliseconds for `distances` of them. `inferred` is set.
[[nodiscard]] FrameLength infer_frame_length(std::uint8_t audio_codec, std::uint64_t distances,
                                             std::uint64_t time);
/// The same length, or twice the samples if that fits the mean distance far better: HE-AAC whose record
/// counts at the higher rate. Not known if neither fits within a fifth.
[[nodiscard]] FrameLength fit_frame_length(const FrameLength& length, std::uint64_t distances,
                                           std::uint64_t time);

}  // namespace rtmpscope::analysis
