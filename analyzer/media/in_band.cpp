#include "media/in_band.hpp"

#include "media/configuration.hpp"
#include "media/media.hpp"
#include "media/obu.hpp"
#include "media/video_configuration.hpp"

namespace rtmpscope::media {

void describe_in_band(VideoCodec codec, const SequenceDetails& details, Range range,
                      const VideoFields& fields) {
  if (details.empty()) return;
  fields.begin(VideoField::sequence, range.offset);
  if (details.info()) {
    const SequenceInfo& info = *details.info();
    const Range sps = details.range();
    fields.number(VideoField::sequence_profile, sps, info.profile);
    if (codec == VideoCodec::avc) {
      describe_avc_profile_name(fields, VideoField::sequence_profile_name, sps, info.profile,
                                info.constraints);
      fields.blob(VideoField::sequence_compatibility, {sps.offset + 2, 1}, Bytes(&info.constraints, 1));
    } else {
      fields.name(VideoField::sequence_profile_name, sps, profile_table(codec), info.profile);
    }
    const std::string level =
        info.level ? level_name(codec, info.profile, info.constraints, *info.level) : std::string();
    if (!level.empty()) fields.text(VideoField::sequence_level_name, sps, level);
    fields.number(VideoField::sequence_chroma_format, sps, info.chroma_format);
    fields.number(VideoField::sequence_luma_bit_depth, sps, info.luma_bit_depth);
    fields.number(VideoField::sequence_chroma_bit_depth, sps, info.chroma_bit_depth);
  }
  details.describe(fields, VideoField::sequence_width);
  fields.end(VideoField::sequence, range.end());
}

void describe_av1_frame(BodyCursor cursor, const VideoFields& fields) {
  const std::uint32_t begin = cursor.position;
  SequenceDetails details(VideoCodec::av1);
  Obu obu;
  for (std::uint32_t count = 0; count < max_parameter_sets && read_obu(cursor, obu); ++count) {
    cursor.position += obu.header_length;
    details.take_obu(obu.type, cursor.view(cursor.next(obu.length)), cursor.next(obu.length));
    cursor.position += obu.length;
  }
  describe_in_band(VideoCodec::av1, details, {begin, cursor.position - begin}, fields);
}

}  // namespace rtmpscope::media
