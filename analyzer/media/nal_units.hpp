// NAL units with length prefixes (ISO/IEC 14496-15 5.3.4.2).
#pragma once

#include "media/body_cursor.hpp"
#include "media/body_fields.hpp"
#include "media/codec.hpp"
#include "media/frame_contents.hpp"

namespace rtmpscope::media {

/// nal_unit_type and where it stands.
struct NalType {
  bool seen = false;  ///< false if the NAL unit is too short for a header, or its header was not kept
  std::uint8_t number = 0;
  Range range;
};

/// nal_unit_type in the byte of a NAL unit's header that has it.
[[nodiscard]] std::uint8_t nal_type_of(VideoCodec codec, std::uint8_t byte);
/// Of the NAL unit that begins at the cursor's position and ends at its end.
[[nodiscard]] NalType read_nal_type(VideoCodec codec, const BodyCursor& nal);
/// The value table that names the codec's NAL unit types.
[[nodiscard]] ValueTable nal_type_table(VideoCodec codec);

/// Lists the NAL units of a packet as far as the kept bytes show them. The length size is not known here: 4,
/// unless the packet is kept whole and another size alone makes sense. Then comes what parameter sets and
/// messages among them say, and what the packet consists of. The data itself is left to the caller.
/// `contents`: what was seen of the whole packet while it passed; null: nothing.
void describe_nal_units(VideoCodec codec, BodyCursor cursor, const VideoFields& fields,
                        const FrameContents* contents);

}  // namespace rtmpscope::media
