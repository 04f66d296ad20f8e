#include "media/nal_units.hpp"

#include <optional>
#include <string>

#include "media/in_band.hpp"
#include "media/media.hpp"

namespace rtmpscope::media {
namespace {

constexpr std::uint32_t usual_length_size = 4;

/// Numbers as in values.def, table nal_content.
enum class NalContent : std::uint8_t { delimiter = 1, parameter_sets, sei };

std::uint32_t read_length(const BodyCursor& cursor, std::uint32_t size) {
  std::uint32_t value = 0;
  for (std::uint32_t i = 0; i < size; ++i) value = value << 8 | cursor.u8(i);
  return value;
}

/// Follows the lengths. `yes` if they end where the packet does; the cursor is left at the first one that
/// does not fit or is not visible.
Have walk(BodyCursor& cursor, std::uint32_t size) {
  while (!cursor.at_end()) {
    const Have have = cursor.have(size);
    if (have != Have::yes) return have;
    const std::uint32_t length = read_length(cursor, size);
    if (length > cursor.left() - size) return Have::missing;
    if (length == 0 && size != usual_length_size) return Have::missing;  // a guess must be a good one
    cursor.position += size + length;
  }
  return Have::yes;
}

bool begins_with_start_code(const BodyCursor& cursor) {
  if (cursor.have(4) != Have::yes) return false;
  const std::uint32_t word = load_be32(cursor.data());
  return word == 1 || word >> 8 == 1;
}

/// H.264 7.3.3: first_mb_in_slice and slice_type stand first in a slice. Other codecs need the picture
/// parameter set to find it.
void describe_slice_type(VideoCodec codec, std::uint8_t type, const BodyCursor& nal,
                         const VideoFields& fields) {
  constexpr std::uint8_t first_slice = 1;
  constexpr std::uint8_t partition_a = 2;
  constexpr std::uint8_t idr_slice = 5;
  constexpr std::uint32_t longest = 8;  // header and two Exp-Golomb codes of usual pictures
  if (codec != VideoCodec::avc || (type != first_slice && type != partition_a && type != idr_slice)) return;
  const Range range = nal.next(std::min(longest, nal.left()));
  BitReader reader(nal.view(range), Escaping::emulation_prevention);
  reader.skip(8);
  reader.ue();
  const std::uint32_t slice_type = reader.ue();
  if (reader.failed() || slice_type > 9) return;
  fields.number(VideoField::nal_unit_slice_type, range, slice_type % 5);
}

/// Four bytes that no length can be: a NAL unit of one byte, then one that does not fit. A start code of
/// three bytes can be a length of 256 to 511, which only the whole packet tells.
bool is_start_code(const BodyCursor& cursor) {
  return cursor.have(4) == Have::yes && load_be32(cursor.data()) == 1;
}

/// Answers what was listed.
FrameContents list(VideoCodec codec, BodyCursor cursor, std::uint32_t end, std::uint32_t size,
                   const VideoFields& fields) {
  FrameContents contents;
  if (cursor.position == end) return contents;
  const std::uint32_t begin = cursor.position;
  std::optional<SequenceDetails> details;
  fields.begin(VideoField::nal_units, cursor.position);
  for (std::uint32_t count = 0; cursor.position < end; ++count) {
    if (count == max_nal_units) break;
    const std::uint32_t length = read_length(cursor, size);
    fields.begin(VideoField::nal_unit, cursor.position);
    fields.number(VideoField::nal_unit_length, cursor.next(size), length);
    cursor.position += size;
    const NalType type = read_nal_type(codec, cursor.part(length));
    if (type.seen) {
      fields.number(VideoField::nal_unit_type, type.range, type.number);
      fields.name(VideoField::nal_unit_type_name, type.range, nal_type_table(codec), type.number);
      describe_slice_type(codec, type.number, cursor.part(length), fields);
      contents.add(codec, type.number, size + length);
      if (SequenceDetails::wants_nal(codec, type.number)) {
        if (!details) details.emplace(codec);
        details->take_nal(type.number, cursor.view(cursor.next(length)), cursor.next(length));
      }
    }
    cursor.position += length;
    fields.end(VideoField::nal_unit, cursor.position);
  }
  fields.end(VideoField::nal_units, cursor.position);
  if (details) describe_in_band(codec, *details, {begin, cursor.position - begin}, fields);
  if (cursor.position < end) fields.finding(FindingId::nal_limit, cursor.rest(), max_nal_units);
  return contents;
}

/// What a packet has besides the list of its NAL units. `at`: behind those.
void describe_picture(const FrameContents& contents, Range at, const VideoFields& fields) {
  if (contents.picture != PictureKind::unknown) {
    fields.number(VideoField::picture, at, static_cast<std::uint64_t>(contents.picture));
  }
  if (contents.filler_bytes != 0) fields.number(VideoField::filler_bytes, at, contents.filler_bytes);
}

/// In place of a list of NAL units that ends with the kept bytes.
void describe_contents(VideoCodec codec, const FrameContents& contents, Range at, const VideoFields& fields) {
  fields.number(VideoField::nal_unit_count, at, contents.nal_units);
  fields.begin(VideoField::nal_types, at.offset);
  for (std::size_t i = 0; i < contents.listed; ++i) {
    const ValueInfo* name = find_value(nal_type_table(codec), contents.types[i]);
    const std::string number = name == nullptr ? std::to_string(contents.types[i]) : std::string();
    fields.text(VideoField::nal_type, at, name == nullptr ? number : name->name);
  }
  fields.end(VideoField::nal_types, at.offset);
  if (contents.cut()) fields.flag(VideoField::nal_types_cut, at, true);
  const auto holds = [&](bool held, NalContent what) {
    if (held) fields.number(VideoField::nal_content, at, static_cast<std::uint64_t>(what));
  };
  if (!contents.delimiter && !contents.sei && !contents.parameter_sets) return;
  fields.begin(VideoField::nal_contents, at.offset);
  holds(contents.delimiter, NalContent::delimiter);
  holds(contents.parameter_sets, NalContent::parameter_sets);
  holds(contents.sei, NalContent::sei);
  fields.end(VideoField::nal_contents, at.offset);
}

}  // namespace

std::uint8_t nal_type_of(VideoCodec codec, std::uint8_t byte) {
  switch (codec) {
    case VideoCodec::hevc: return byte >> 1 & 0x3F;
    case VideoCodec::vvc: return byte >> 3;
    default: return byte & 0x1F;
  }
}

NalType read_nal_type(VideoCodec codec, const BodyCursor& nal) {
  // H.264 7.3.1: one byte of header. H.265 7.3.1.2: two, type in the first. H.266 7.3.1.2: two, type in the
  // second.
  const std::uint32_t at = codec == VideoCodec::vvc ? 1 : 0;
  if (nal.have(at + 1) != Have::yes) return {};
  return {true, nal_type_of(codec, nal.u8(at)), {nal.position + at, 1}};
}

ValueTable nal_type_table(VideoCodec codec) {
  switch (codec) {
    case VideoCodec::hevc: return ValueTable::hevc_nal_type;
    case VideoCodec::vvc: return ValueTable::vvc_nal_type;
    default: return ValueTable::avc_nal_type;
  }
}

void describe_nal_units(VideoCodec codec, BodyCursor cursor, const VideoFields& fields,
                        const FrameContents* contents) {
  std::uint32_t size = usual_length_size;
  BodyCursor stop = cursor;
  Have result = walk(stop, size);
  if (result == Have::missing && is_start_code(cursor)) {
    fields.finding(FindingId::nal_start_code, cursor.next(4));
    return;
  }
  bool may_be_other_size = false;  // the bytes that are kept do not tell
  if (result == Have::missing) {
    if (cursor.whole() && begins_with_start_code(cursor)) {
      fields.finding(FindingId::nal_start_code, cursor.next(4));
      return;
    }
    for (const std::uint32_t other : {2U, 1U, 3U}) {
      BodyCursor trial = cursor;
      const Have other_result = walk(trial, other);
      may_be_other_size = may_be_other_size || other_result == Have::unseen;
      if (other_result == Have::yes) {
        result = Have::yes;
        stop = trial;
        size = other;
        break;
      }
    }
  }
  // Fewer bytes are left than a length has, and they were not kept.
  if (result == Have::missing && !may_be_other_size && stop.have(std::min(size, stop.left())) != Have::yes)
    result = Have::unseen;
  if (result != Have::missing) {
    const FrameContents seen = list(codec, cursor, stop.position, size, fields);
    if (result == Have::yes) return describe_picture(seen, stop.next(0), fields);
    fields.flag(VideoField::nal_units_cut, stop.next(0), true);
    describe_picture(contents == nullptr ? seen : *contents, stop.next(0), fields);
    if (contents != nullptr) describe_contents(codec, *contents, stop.next(0), fields);
  } else if (!may_be_other_size && begins_with_start_code(cursor)) {
    fields.finding(FindingId::nal_start_code, cursor.next(4));
  } else if (!may_be_other_size) {
    describe_picture(list(codec, cursor, stop.position, size, fields), stop.next(0), fields);
    const std::uint32_t prefix = std::min(size, stop.left());
    fields.finding(FindingId::nal_length, stop.next(prefix), read_length(stop, prefix), stop.left() - prefix);
  }
}

}  // namespace rtmpscope::media
