// Video configuration records.
#pragma once

#include <string>
#include <string_view>

#include "media/codec.hpp"
#include "media/configuration_record.hpp"

namespace rtmpscope::media {

/// The record from the cursor's position to its end, as the configuration object. Not empty.
void describe_video_configuration(VideoCodec codec, const BodyCursor& cursor, const VideoFields& fields);

/// What PacketTypeMPEG2TSSequenceStart holds: for AV1 the video descriptor of AV1 in MPEG-2 TS, section 2.
void describe_mpeg2ts_configuration(VideoCodec codec, const BodyCursor& cursor, const VideoFields& fields);

// One function a record layout; they push the members of the configuration object.

/// avcC (ISO/IEC 14496-15 5.3.3.1), hvcC (8.3.3.1), vvcC (11.2.4.2).
void describe_avc_record(VideoRecord& record);
void describe_hevc_record(VideoRecord& record);
void describe_vvc_record(VideoRecord& record);

/// The number in table avc_profile: profile_idc, or from 256 on a profile that constraint_set flags name
/// (H.264 A.2).
[[nodiscard]] std::uint16_t avc_profile_number(std::uint8_t profile, std::uint8_t constraints);
void describe_avc_profile_name(const VideoFields& fields, VideoField field, Range range, std::uint8_t profile,
                               std::uint8_t constraints);

/// A number of the record, at `place`, that the sequence at `range` contradicts: pushes what the sequence
/// says, and a finding.
void contradict(const VideoFields& fields, VideoField field, Range place, std::uint64_t recorded, Range range,
                std::uint64_t said);

/// A level as the codec's sequence has it, as people write it; empty if there are no limits.
[[nodiscard]] std::string level_name(VideoCodec codec, std::uint8_t profile, std::uint8_t constraints,
                                     std::uint8_t level);

/// Pushes a level as people write it, for instance 3 and 1 as "3.1".
void describe_level(const VideoFields& fields, Range range, unsigned major, unsigned minor);

}  // namespace rtmpscope::media
