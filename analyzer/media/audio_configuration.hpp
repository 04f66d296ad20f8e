// Audio configuration records.
#pragma once

#include "media/codec.hpp"
#include "media/configuration_record.hpp"

namespace rtmpscope::media {

/// The record from the cursor's position to its end, as the configuration object. Not empty.
void describe_audio_configuration(AudioCodec codec, const BodyCursor& cursor, const AudioFields& fields);

/// AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1); pushes the members of the configuration object.
void describe_aac_record(AudioRecord& record);

}  // namespace rtmpscope::media
