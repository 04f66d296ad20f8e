// What the codec's own frame header says: true sizes and rates that the tag header does not have.
#pragma once

#include "media/body_cursor.hpp"
#include "media/body_fields.hpp"
#include "media/codec.hpp"

namespace rtmpscope::media {

/// Pushes the frame object if the header of a frame at the cursor's position can be read from the kept bytes:
/// VP6, VP8 and VP9 key frames, Sorenson H.263, H.263, Screen Video.
void describe_video_frame(VideoCodec codec, const BodyCursor& cursor, const VideoFields& fields);

/// The same for AC-3, E-AC-3, MP3 and Opus.
void describe_audio_frame(AudioCodec codec, const BodyCursor& cursor, const AudioFields& fields);

/// Of codecs that have no header, but a format that the first byte of a legacy body or the codec itself
/// fixes: PCM, ADPCM, G.711, Nellymoser, Speex.
void describe_fixed_format(std::uint8_t first_byte, FieldSink& sink);

/// How much of an E-AC-3 packet has to be kept: all of it up to a limit, if it holds more than one substream;
/// else 0. `head` is the beginning of the packet, `length` its whole length.
[[nodiscard]] std::uint32_t eac3_bytes_wanted(Bytes head, std::uint32_t length);

}  // namespace rtmpscope::media
