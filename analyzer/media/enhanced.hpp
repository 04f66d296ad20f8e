// Describes the extended header and divides a message into tracks; the same for audio and video.
//
// A `Media` policy says what differs:
//  - Fields: the PlacedSink of the body; message and track: its two places; header: the header's own fields
//  - multitrack: number of the packet type Multitrack
//  - is_body_type(packet_type): whether it says what a body holds (not reserved, not Multitrack, not ModEx)
//  - codec(fourcc): number for the codec field
//  - describe_body(cursor, codec, packet_type, fields): pushes everything that the cursor holds
#pragma once

#include "media/body_fields.hpp"
#include "media/enhanced_header.hpp"
#include "media/media.hpp"

namespace rtmpscope::media {

/// The header's own fields.
struct HeaderFields {
  FieldId packet_type, multitrack_type, fourcc, codec, nanosecond_offset;
  FieldId modex, modex_block, modex_length, modex_nanosecond_offset, modex_data, modex_type;
  FieldId tracks, track, track_fourcc, track_codec, track_id, track_length;
};

/// False if the next `count` bytes of the header cannot be read; a finding reports it if that is the sender's
/// fault.
inline bool need_header(const BodyCursor& cursor, std::uint32_t count, FieldSink& sink) {
  const Have have = cursor.have(count);
  if (have == Have::missing) {
    sink.finding(FindingId::media_header_short, cursor.rest(), cursor.end, cursor.position + count);
  }
  return have == Have::yes;
}

/// Pushes ModEx blocks and leaves the packet type that follows in `packet_type`, its place in `type_range`.
/// False if the header cannot be read to its end.
bool describe_modex(BodyCursor& cursor, std::uint8_t& packet_type, Range& type_range,
                    const HeaderFields& fields, FieldSink& sink);

template <typename Media>
class EnhancedBody {
 public:
  using Fields = typename Media::Fields;

  EnhancedBody(BodyCursor cursor, std::uint8_t packet_type, Range type_range, const Media& media,
               FieldSink& sink)
      : cursor_(cursor), packet_type_(packet_type), type_range_(type_range), media_(media), sink_(sink) {}

  /// Everything behind ModEx and command.
  void describe() {
    describe_to_end();
    if (!cursor_.at_end()) Fields(sink_, Media::message).blob(Media::data, cursor_.rest(), cursor_.view());
  }

 private:
  void describe_to_end() {
    const HeaderFields& fields = Media::header;
    bool tracks = false;
    bool known_layout = true;
    std::uint8_t multitrack_type = one_track;
    if (packet_type_ == Media::multitrack) {
      if (!need_header(cursor_, 1, sink_)) return;
      tracks = true;
      type_range_ = cursor_.next(1);
      multitrack_type = cursor_.u8() >> 4;
      packet_type_ = cursor_.u8() & 0x0F;
      ++cursor_.position;
      sink_.number(fields.multitrack_type, type_range_, multitrack_type);
      if (multitrack_type > many_tracks_many_codecs) {
        sink_.finding(FindingId::multitrack_type_unknown, type_range_, multitrack_type);
        known_layout = false;
      }
      if (packet_type_ == Media::multitrack || packet_type_ == packet_type_modex) known_layout = false;
    }
    sink_.number(fields.packet_type, type_range_, packet_type_);
    if (!Media::is_body_type(packet_type_)) {
      sink_.finding(FindingId::media_packet_type_unknown, type_range_, packet_type_);
    }
    if (!known_layout) return;
    std::uint8_t codec = Media::codec(0);
    if (multitrack_type != many_tracks_many_codecs && !read_fourcc(fields.fourcc, fields.codec, codec))
      return;
    if (tracks) {
      describe_tracks(multitrack_type, codec);
    } else {
      media_.describe_body(cursor_, codec, packet_type_, Fields(sink_, Media::message));
      cursor_.position = cursor_.end;
    }
  }

  bool read_fourcc(FieldId fourcc_field, FieldId codec_field, std::uint8_t& codec) {
    if (!need_header(cursor_, 4, sink_)) return false;
    const Range range = cursor_.next(4);
    const std::uint32_t code = load_be32(cursor_.data());
    codec = Media::codec(code);
    sink_.text(fourcc_field, range, cursor_.view(range));
    sink_.number(codec_field, range, codec);
    if (codec == Media::codec(0)) sink_.finding(FindingId::media_fourcc_unknown, range, code);
    cursor_.position += 4;
    return true;
  }

  void describe_tracks(std::uint8_t multitrack_type, std::uint8_t codec) {
    const HeaderFields& fields = Media::header;
    const bool several = multitrack_type != one_track;
    const bool many_codecs = multitrack_type == many_tracks_many_codecs;
    const std::uint32_t header_length = (many_codecs ? 4U : 0U) + 1 + (several ? 3 : 0);
    bool complete = true;
    sink_.begin(fields.tracks, cursor_.position);
    // A first track that is not there is the sender's fault, too.
    for (std::uint32_t count = 0; count == 0 || (several && !cursor_.at_end()); ++count) {
      complete = count < max_tracks && cursor_.have(header_length) == Have::yes;
      if (!complete) break;
      sink_.begin(fields.track, cursor_.position);
      if (many_codecs) read_fourcc(fields.track_fourcc, fields.track_codec, codec);
      sink_.number(fields.track_id, cursor_.next(1), cursor_.u8());
      ++cursor_.position;
      std::uint32_t length = cursor_.left();
      if (several) {
        const std::uint32_t claimed = load_be24(cursor_.data());
        sink_.number(fields.track_length, cursor_.next(3), claimed);
        if (claimed > length - 3) {
          sink_.finding(FindingId::multitrack_track_length, cursor_.next(3), claimed, length - 3);
        }
        cursor_.position += 3;
        length = std::min(claimed, length - 3);
      }
      const BodyCursor part = cursor_.part(length);
      media_.describe_body(part, codec, packet_type_, Fields(sink_, Media::track));
      cursor_.position = part.end;
      sink_.end(fields.track, cursor_.position);
    }
    sink_.end(fields.tracks, cursor_.position);
    // Here, because these are about bytes behind the list.
    if (!complete && need_header(cursor_, header_length, sink_)) {
      sink_.finding(FindingId::multitrack_limit, cursor_.rest(), max_tracks);
    }
  }

  BodyCursor cursor_;
  std::uint8_t packet_type_;
  Range type_range_;
  const Media& media_;
  FieldSink& sink_;
};

}  // namespace rtmpscope::media
