// Audio and video messages in the Info column.
#pragma once

#include <string>

#include "media/media.hpp"
#include "rtmp/chunk/message.hpp"
#include "schema/tape.hpp"

namespace rtmpscope::plugin {

void append_number(std::string& text, std::uint32_t number);
/// "1 byte", "8118 bytes".
void append_bytes(std::string& text, std::uint32_t count);

/// "Video H.264 key frame": what frames of a codec are called that need no further description.
void append_frame_name(std::string& text, const media::VideoFacts& facts);
void append_frame_name(std::string& text, const media::AudioFacts& facts);

/// ", track 1" of a described message; nothing if it has none.
void append_tracks(std::string& text, const Tape& message);

/// ", ts 2023, 8118 bytes"; with "~" a time that is an estimate.
void append_time_and_size(std::string& text, const rtmp::MessageHeader& header);

}  // namespace rtmpscope::plugin
