#include "amf/amf.hpp"
#include "media/enhanced.hpp"
#include "media/frame_headers.hpp"
#include "media/in_band.hpp"
#include "media/nal_units.hpp"
#include "media/video_configuration.hpp"

namespace rtmpscope::media {
namespace {

void describe_payload(VideoCodec codec, const BodyCursor& cursor, const VideoFields& fields,
                      const FrameContents* contents) {
  if (cursor.at_end()) return;
  if (is_nal_codec(codec)) {
    describe_nal_units(codec, cursor, fields, contents);
  } else if (codec == VideoCodec::av1) {
    describe_av1_frame(cursor, fields);
  } else {
    describe_video_frame(codec, cursor, fields);
  }
  fields.blob(VideoField::data, cursor.rest(), cursor.view());
}

void describe_composition_time(BodyCursor& cursor, bool coded_frames, const VideoFields& fields) {
  const std::int32_t time = sign_extend_24(load_be24(cursor.data()));
  const Range range = cursor.next(3);
  fields.signed_number(VideoField::composition_time, range, time);
  if (time < 0 && coded_frames) {
    fields.finding(FindingId::video_composition_time_negative, range, static_cast<std::uint64_t>(-time));
  }
  cursor.position += 3;
}

/// Enhanced RTMP v2, Metadata Frame: AMF0 names, each with its value.
void describe_metadata(BodyCursor cursor, const VideoFields& fields) {
  constexpr std::uint8_t string_marker = 2;
  if (!cursor.at_end() && cursor.whole()) {
    ByteReader reader(cursor.kept.first(cursor.end));
    reader.take(cursor.position);
    amf::References references;
    fields.begin(VideoField::metadata, cursor.position);
    bool named = true;
    while (!reader.at_end()) {
      ByteReader ahead = reader;
      const std::uint8_t marker = ahead.u8();
      const Bytes name = ahead.take(ahead.u16());
      // Without a value a name has no meaning, and sinks expect one behind each key.
      named = marker == string_marker && !ahead.failed() && !ahead.at_end();
      if (!named) break;
      fields.sink().key({reader.position(), ahead.position() - reader.position()}, name);
      reader = ahead;
      if (!amf::describe_amf0_value(reader, references, fields.sink())) break;
    }
    cursor.position = reader.position();
    fields.end(VideoField::metadata, cursor.position);
    if (!named) fields.finding(FindingId::video_metadata_name, cursor.rest());
  }
  if (!cursor.at_end()) fields.blob(VideoField::data, cursor.rest(), cursor.view());
}

struct VideoMedia {
  using Fields = VideoFields;
  static constexpr FieldId message = FieldId::video_composition_time;
  static constexpr FieldId track = FieldId::video_track_composition_time;
  static constexpr VideoField data = VideoField::data;
  static constexpr std::uint8_t multitrack = video_multitrack;
  static constexpr HeaderFields header{
      .packet_type = FieldId::video_packet_type,
      .multitrack_type = FieldId::video_multitrack_type,
      .fourcc = FieldId::video_fourcc,
      .codec = FieldId::video_codec,
      .nanosecond_offset = FieldId::video_nanosecond_offset,
      .modex = FieldId::video_modex,
      .modex_block = FieldId::video_modex_block,
      .modex_length = FieldId::video_modex_length,
      .modex_nanosecond_offset = FieldId::video_modex_nanosecond_offset,
      .modex_data = FieldId::video_modex_data,
      .modex_type = FieldId::video_modex_type,
      .tracks = FieldId::video_tracks,
      .track = FieldId::video_track,
      .track_fourcc = FieldId::video_track_fourcc,
      .track_codec = FieldId::video_track_codec,
      .track_id = FieldId::video_track_id,
      .track_length = FieldId::video_track_length,
  };

  const FrameContents* contents = nullptr;  ///< of the message; null: none, or it has several tracks

  static bool is_body_type(std::uint8_t packet_type) { return packet_type <= video_mpeg2ts_sequence_start; }
  static std::uint8_t codec(std::uint32_t code) {
    return static_cast<std::uint8_t>(enhanced_video_codec(code));
  }

  /// Pushes everything from the cursor's position to its end.
  void describe_body(BodyCursor cursor, std::uint8_t codec_number, std::uint8_t packet_type,
                     const VideoFields& fields) const {
    const auto video_codec = static_cast<VideoCodec>(codec_number);
    switch (packet_type) {
      case video_sequence_start:
      case video_mpeg2ts_sequence_start:
        if (cursor.at_end()) {
          fields.finding(FindingId::configuration_empty, cursor.rest());
        } else if (packet_type == video_sequence_start) {
          describe_video_configuration(video_codec, cursor, fields);
        } else {
          describe_mpeg2ts_configuration(video_codec, cursor, fields);
        }
        return;
      case video_coded_frames:
        if (is_nal_codec(video_codec)) {
          if (!need_header(cursor, 3, fields.sink())) break;
          describe_composition_time(cursor, true, fields);
        }
        describe_payload(video_codec, cursor, fields, contents);
        return;
      case video_coded_frames_x: describe_payload(video_codec, cursor, fields, contents); return;
      case video_sequence_end:
        if (!cursor.at_end()) {
          fields.finding(FindingId::media_trailing_bytes, cursor.rest(), cursor.left());
        }
        break;
      case video_metadata: describe_metadata(cursor, fields); return;
      default: break;
    }
    if (!cursor.at_end()) fields.blob(VideoField::data, cursor.rest(), cursor.view());
  }
};

void describe_command(BodyCursor cursor, FieldSink& sink) {
  constexpr std::uint8_t last_known = 1;
  if (need_header(cursor, 1, sink)) {
    const std::uint8_t command = cursor.u8();
    sink.number(FieldId::video_command, cursor.next(1), command);
    if (command > last_known) sink.finding(FindingId::video_command_unknown, cursor.next(1), command);
    ++cursor.position;
    if (!cursor.at_end()) sink.finding(FindingId::media_trailing_bytes, cursor.rest(), cursor.left());
  }
  if (!cursor.at_end()) sink.blob(FieldId::video_data, cursor.rest(), cursor.view());
}

void describe_enhanced(BodyCursor cursor, const FrameContents* contents, FieldSink& sink) {
  const std::uint8_t first = cursor.kept[0];
  const auto frame_type = static_cast<FrameType>(first >> 4 & 7);
  auto packet_type = static_cast<std::uint8_t>(first & 0x0F);
  Range type_range{0, 1};
  sink.number(FieldId::video_frame_type, {0, 1}, static_cast<std::uint64_t>(frame_type));
  sink.flag(FieldId::video_enhanced, {0, 1}, true);
  const VideoMedia media{.contents = contents};
  if (!describe_modex(cursor, packet_type, type_range, VideoMedia::header, sink)) {
    if (!cursor.at_end()) sink.blob(FieldId::video_data, cursor.rest(), cursor.view());
    return;
  }
  // The frame type of a Metadata packet is to be ignored: FFmpeg sends 5 there.
  if (packet_type != video_metadata) {
    if (frame_type == FrameType::command) {
      sink.number(FieldId::video_packet_type, type_range, packet_type);
      describe_command(cursor, sink);
      return;
    }
    // The real packet type of a multitrack message is in the next byte.
    const Have have = packet_type == video_multitrack ? cursor.have(1) : Have::missing;
    const bool may_be_metadata =
        have == Have::unseen || (have == Have::yes && (cursor.u8() & 15) == video_metadata);
    if (!may_be_metadata && (frame_type == FrameType::reserved || frame_type > FrameType::command)) {
      sink.finding(FindingId::video_frame_type_unknown, {0, 1}, static_cast<std::uint64_t>(frame_type));
    }
  }
  EnhancedBody<VideoMedia>(cursor, packet_type, type_range, media, sink).describe();
}

/// VP6: pixels to crop, and with alpha the place of the alpha data (FLV E.4.3.1, VP6FLVVIDEOPACKET).
bool describe_vp6_header(bool alpha, BodyCursor& cursor, FieldSink& sink) {
  if (!need_header(cursor, alpha ? 4 : 1, sink)) return false;
  sink.number(FieldId::video_horizontal_adjustment, cursor.next(1), cursor.u8() >> 4);
  sink.number(FieldId::video_vertical_adjustment, cursor.next(1), cursor.u8() & 15);
  ++cursor.position;
  if (alpha) {
    sink.number(FieldId::video_alpha_offset, cursor.next(3), load_be24(cursor.data()));
    cursor.position += 3;
  }
  return true;
}

/// AVCPacketType and CompositionTime, then what an enhanced packet of that type would hold.
void describe_avc_layout(VideoCodec codec, BodyCursor cursor, const FrameContents* contents,
                         const VideoFields& fields) {
  constexpr std::uint8_t last_known = 2;
  FieldSink& sink = fields.sink();
  if (need_header(cursor, 1, sink)) {
    const Range type_range = cursor.next(1);
    const std::uint8_t packet_type = cursor.u8();
    const bool known = packet_type <= last_known;
    sink.number(known ? FieldId::video_packet_type : FieldId::video_avc_packet_type, type_range, packet_type);
    if (!known) sink.finding(FindingId::media_packet_type_unknown, type_range, packet_type);
    ++cursor.position;
    if (need_header(cursor, 3, sink)) {
      describe_composition_time(cursor, packet_type == video_coded_frames, fields);
      if (packet_type == video_coded_frames) {
        describe_payload(codec, cursor, fields, contents);
        return;
      }
      if (known) {
        VideoMedia().describe_body(cursor, static_cast<std::uint8_t>(codec), packet_type, fields);
        return;
      }
    }
  }
  if (!cursor.at_end()) fields.blob(VideoField::data, cursor.rest(), cursor.view());
}

void describe_legacy(BodyCursor cursor, const FrameContents* contents, FieldSink& sink) {
  const std::uint8_t first = cursor.kept[0];
  const auto frame_type = static_cast<FrameType>(first >> 4);
  const std::uint8_t codec_id = first & 0x0F;
  const VideoCodec codec = legacy_video_codec(codec_id);
  sink.number(FieldId::video_frame_type, {0, 1}, static_cast<std::uint64_t>(frame_type));
  sink.flag(FieldId::video_enhanced, {0, 1}, false);
  sink.number(FieldId::video_codec_id, {0, 1}, codec_id);
  sink.number(FieldId::video_codec, {0, 1}, static_cast<std::uint64_t>(codec));
  if (frame_type == FrameType::command) {
    // One byte whatever the codec: with AVC it is no AVCPacketType.
    describe_command(cursor, sink);
    return;
  }
  if (frame_type == FrameType::reserved || frame_type > FrameType::command) {
    sink.finding(FindingId::video_frame_type_unknown, {0, 1}, static_cast<std::uint64_t>(frame_type));
  }
  if (codec == VideoCodec::unknown) {
    sink.finding(FindingId::media_codec_unknown, {0, 1}, codec_id);
  } else if (is_private_id(codec) &&
             frame_type != FrameType::inter) {  // once a key frame says it often enough
    sink.finding(FindingId::media_codec_nonstandard, {0, 1}, codec_id);
  }
  const VideoFields fields(sink, VideoMedia::message);
  if (has_avc_layout(codec)) {
    describe_avc_layout(codec, cursor, contents, fields);
    return;
  }
  const bool vp6 = codec == VideoCodec::vp6 || codec == VideoCodec::vp6_alpha;
  if (vp6 && !describe_vp6_header(codec == VideoCodec::vp6_alpha, cursor, sink)) {
    if (!cursor.at_end()) sink.blob(FieldId::video_data, cursor.rest(), cursor.view());
    return;
  }
  describe_payload(codec, cursor, fields, nullptr);
}

}  // namespace

void describe_video(Bytes body, std::uint32_t length, FieldSink& sink, const FrameContents* contents) {
  const Bytes kept = body.first(std::min<std::size_t>(body.size(), length));
  sink.begin(FieldId::video, 0);
  if (length == 0) {
    sink.finding(FindingId::video_empty, {});
  } else if (kept.empty()) {
    sink.blob(FieldId::video_data, {0, length}, {});
  } else {
    const BodyCursor cursor{kept, 1, length};
    if ((kept[0] & 0x80) != 0) {
      describe_enhanced(cursor, contents, sink);
    } else {
      describe_legacy(cursor, contents, sink);
    }
  }
  sink.end(FieldId::video, length);
}

}  // namespace rtmpscope::media
