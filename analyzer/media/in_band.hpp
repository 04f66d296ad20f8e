// What a key frame says of the sequence: parameter sets, sequence headers and messages among its coded data.
#pragma once

#include "media/sequence_details.hpp"

namespace rtmpscope::media {

/// Pushes the sequence object, if anything was found. `range` is the part of the packet that was searched.
void describe_in_band(VideoCodec codec, const SequenceDetails& details, Range range,
                      const VideoFields& fields);

/// Of a temporal unit of AV1, as far as its OBUs were kept.
void describe_av1_frame(BodyCursor cursor, const VideoFields& fields);

}  // namespace rtmpscope::media
