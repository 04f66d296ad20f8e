// Audio and video messages in the Info column.
#pragma once

#include "media/media.hpp"
#include "rtmp/chunk/message.hpp"
#include "schema/tape.hpp"

namespace rtmpscope::plugin {

/// "Video H.264 key frame": what frames of a codec are called that need no further description.
[[nodiscard]] std::string frame_name(const media::VideoFacts& facts);
[[nodiscard]] std::string frame_name(const media::AudioFacts& facts);

/// ", track 1" of a described message; empty if it has none.
[[nodiscard]] std::string tracks_text(const Tape& message);

/// ", ts 2023, 8118 bytes"; with "~" a time that is an estimate.
[[nodiscard]] std::string time_and_size(const rtmp::MessageHeader& header);

}  // namespace rtmpscope::plugin
