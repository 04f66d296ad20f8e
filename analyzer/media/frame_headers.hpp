// What the codec's own frame header says: true sizes and rates that the tag header does not have.
#pragma once

#include "media/body_cursor.hpp"
#include "media/body_fields.hpp"
#include "media/codec.hpp"

namespace rtmpscope::media {

/// Pushes the frame object if the header of a frame at the cursor's position can be read from the kept bytes:
/// VP8 and VP9 key frames, Sorenson H.263, Screen Video.
void describe_video_frame(VideoCodec codec, const BodyCursor& cursor, const VideoFields& fields);

/// The same for AC-3, E-AC-3 and MP3.
void describe_audio_frame(AudioCodec codec, const BodyCursor& cursor, const AudioFields& fields);

}  // namespace rtmpscope::media
