// Whether the pictures of an H.264 sequence that allows fields are fields.
#include <vector>

#include "media/body_fields.hpp"
#include "media/configuration.hpp"
#include "media/media.hpp"
#include "media/parameter_sets.hpp"

namespace rtmpscope::media {
namespace {

/// Remembers where the NAL units of a body are.
class NalPlaces final : public NullSink {
 public:
  struct Place {
    std::uint64_t type = 0;
    Range range;
  };
  std::vector<Place> places;

  void number(FieldId id, Range range, std::uint64_t value) override {
    constexpr std::size_t enough = 16;
    if (id == FieldId::video_nal_unit_length) length_ = static_cast<std::uint32_t>(value);
    if (id == FieldId::video_nal_unit_type && places.size() < enough) {
      places.push_back({value, {range.offset, length_}});
    }
  }

 private:
  std::uint32_t length_ = 0;
};

/// pic_struct of a picture timing message (H.264 D.1.3), if the NAL unit begins with one.
std::optional<std::uint32_t> read_timing(Bytes nal, const AvcPictures& pictures) {
  constexpr std::uint32_t picture_timing = 1;
  BitReader reader(nal, Escaping::emulation_prevention);
  reader.skip(8);
  if (!pictures.structure_present || reader.bits(8) != picture_timing) return std::nullopt;
  reader.skip(8);  // size
  reader.skip(std::uint64_t{pictures.removal_delay_bits} + pictures.output_delay_bits);
  const std::uint32_t structure = reader.bits(4);
  return reader.failed() ? std::nullopt : std::optional(structure);
}

/// field_pic_flag of a slice (7.3.3).
std::optional<bool> read_field_flag(Bytes nal, const AvcPictures& pictures) {
  BitReader reader(nal, Escaping::emulation_prevention);
  reader.skip(8);
  for (int i = 0; i < 3; ++i) reader.ue();  // first_mb_in_slice, slice_type, pic_parameter_set_id
  if (pictures.separate_planes) reader.skip(2);
  reader.skip(pictures.frame_number_bits);
  const bool fields = reader.flag();
  return reader.failed() ? std::nullopt : std::optional(fields);
}

}  // namespace

std::optional<bool> read_interlaced(const VideoConfiguration& known, Bytes body, std::uint32_t length) {
  constexpr std::uint64_t slice = 1;
  constexpr std::uint64_t idr_slice = 5;
  constexpr std::uint64_t sei = 6;
  constexpr std::uint32_t last_interlaced_structure =
      6;  // table D-1: 0 is a frame, 7 and 8 are repeated frames
  if (!known.extras || known.extras->sequence.empty()) return std::nullopt;
  const auto sequence = read_avc_sequence(known.extras->sequence);
  if (!sequence || sequence->pictures.frames_only) return std::nullopt;
  NalPlaces nals;
  describe_video(body, length, nals);
  for (const NalPlaces::Place& place : nals.places) {
    const BodyCursor cursor{body, place.range.offset, length};
    const Bytes nal = cursor.view(place.range);
    if (place.type == sei) {
      const auto structure = read_timing(nal, sequence->pictures);
      if (structure) return *structure != 0 && *structure <= last_interlaced_structure;
    }
    if (place.type == slice || place.type == idr_slice) {
      // A frame may still be of two fields that were coded together.
      return read_field_flag(nal, sequence->pictures) == true ? std::optional(true) : std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace rtmpscope::media
