// The type of a message whose header does not say it, read off its body.
#pragma once

#include "rtmp/recovery/trial.hpp"

namespace rtmpscope::rtmp {

/// The type that the beginning of a body shows beyond doubt: audio, video or metadata. Commands and other
/// data begin alike. `state` is the body's chunk stream, if known; null: not.
[[nodiscard]] RecognizedType recognize_type(Bytes body, const ChunkStream* state,
                                            const SenderProfile& profile);

/// The type that a whole body shows: its contents lead exactly to its end. `wire` is the body in chunks of
/// `chunk_size`; 0: in one.
[[nodiscard]] RecognizedType recognize_whole(Bytes wire, std::uint32_t chunk_size, WorkBudget& work);

}  // namespace rtmpscope::rtmp
