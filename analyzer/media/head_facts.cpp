// Reads the facts from a body's first bytes, cheaply. They must agree with what describe_* pushes; the fuzzer
// checks that.
#include "media/enhanced_header.hpp"
#include "media/frame_headers.hpp"
#include "media/frame_walk.hpp"
#include "media/media.hpp"
#include "media/nal_units.hpp"

namespace rtmpscope::media {
namespace {

/// What bytes_wanted needs besides the facts.
struct Extent {
  bool several_tracks = false;
  bool header_unseen = false;  ///< the header is longer than the head
  std::uint32_t payload = 0;   ///< where coded frames behind a usual header begin; 0: unusual
  std::uint32_t nal_units =
      0;  ///< where the NAL units of coded frames begin; 0: there are none, or several tracks
};

struct EnhancedHead {
  BodyCursor cursor;             ///< behind the FourCC and the first track's id and length
  std::uint8_t packet_type = 0;  ///< behind ModEx and the multitrack byte
  std::uint32_t code = 0;        ///< FourCC
  std::uint8_t track_id = 0;
  bool readable = false;  ///< everything up to the body was there and has a meaning
  bool odd = false;
};

/// Follows ModEx blocks; false if the header cannot be read to its end.
bool skip_modex(EnhancedHead& head, Extent& extent) {
  for (std::uint32_t count = 0; head.packet_type == packet_type_modex; ++count) {
    const ModExBlock block = read_modex_block(head.cursor);
    if (block.have != Have::yes || count == max_modex_blocks) {
      head.odd = true;
      extent.header_unseen = block.have == Have::unseen;
      return false;
    }
    const std::uint8_t* data = head.cursor.data() + block.size_length;
    head.odd = head.odd || block.type != modex_nanosecond_offset || block.data_length < 3 ||
               load_be24(data) > max_nanosecond_offset;
    head.cursor.position += block.needed;
    head.packet_type = block.packet_type;
  }
  return true;
}

/// From behind ModEx to the body of the first or only track.
void read_codec_and_track(EnhancedHead& head, std::uint8_t multitrack, Extent& extent) {
  BodyCursor& w = head.cursor;
  const auto have = [&](std::uint32_t count) {
    const Have result = w.have(count);
    if (result == Have::unseen) extent.header_unseen = true;
    if (result != Have::yes) head.odd = true;
    return result == Have::yes;
  };
  bool tracks = false;
  bool many_codecs = false;
  if (head.packet_type == multitrack) {
    if (!have(1)) return;
    const std::uint8_t type = w.u8() >> 4;
    head.packet_type = w.u8() & 0x0F;
    ++w.position;
    tracks = true;
    extent.several_tracks = type != one_track;
    many_codecs = type == many_tracks_many_codecs;
    head.odd = head.odd || extent.several_tracks;
    if (type > many_tracks_many_codecs || head.packet_type == multitrack ||
        head.packet_type == packet_type_modex) {
      head.odd = true;
      extent.several_tracks = false;
      return;
    }
  }
  if (!have(many_codecs ? 4 + 1 + 3 : 4)) return;
  head.code = load_be32(w.data());
  w.position += 4;
  if (tracks) {
    if (!have(extent.several_tracks ? 1 + 3 : 1)) return;
    head.track_id = w.u8();
    ++w.position;
    if (extent.several_tracks) {
      const std::uint32_t length = load_be24(w.data());
      w.position += 3;
      w.end = w.position + std::min(length, w.left());
    }
  }
  head.readable = true;
}

/// The first NAL unit's length, of the usual 4 bytes, cannot be one: a start code, or beyond the packet.
/// Sizes other than 4 are told by the whole packet, when it is described.
bool begins_with_odd_nal(const BodyCursor& cursor) {
  if (cursor.have(4) != Have::yes) return false;
  const std::uint32_t word = load_be32(cursor.data());
  return word == 1 || word > cursor.left() - 4;
}

/// Nearly all enhanced video messages: coded frames of a known codec without ModEx and tracks. Fills in the
/// facts of such a message, so that it does not take the long way.
bool is_plain_frame(const BodyCursor& cursor, VideoFacts& facts, Extent& extent) {
  const std::uint8_t packet_type = cursor.kept[0] & 0x0F;
  const bool frames = packet_type == video_coded_frames || packet_type == video_coded_frames_x;
  const bool usual_type = facts.frame_type >= FrameType::key && facts.frame_type <= FrameType::generated_key;
  if (!frames || !usual_type || cursor.have(4 + 3) != Have::yes) return false;
  const VideoCodec codec = enhanced_video_codec(load_be32(cursor.data()));
  if (codec == VideoCodec::unknown) return false;
  facts.codec = codec;
  facts.kind = VideoPacketKind::coded_frames;
  extent.payload = cursor.position + 4;
  if (!is_nal_codec(codec)) return true;
  BodyCursor nal_units = cursor;
  nal_units.position += 4;
  if (packet_type == video_coded_frames) {
    extent.payload += 3;
    facts.composition_time = sign_extend_24(load_be24(cursor.data() + 4));
    nal_units.position += 3;
  }
  extent.nal_units = nal_units.position;
  facts.needs_description = facts.composition_time < 0 || begins_with_odd_nal(nal_units);
  return true;
}

void enhanced_video(const BodyCursor& cursor, VideoFacts& facts, Extent& extent) {
  const std::uint8_t first = cursor.kept[0];
  facts.enhanced = true;
  facts.frame_type = static_cast<FrameType>(first >> 4 & 7);
  const bool reserved_frame_type =
      facts.frame_type == FrameType::reserved || facts.frame_type > FrameType::command;
  if (is_plain_frame(cursor, facts, extent)) return;
  EnhancedHead head{.cursor = cursor, .packet_type = static_cast<std::uint8_t>(first & 0x0F)};
  if (!skip_modex(head, extent)) {
    facts.needs_description = true;
    return;
  }
  if (facts.frame_type == FrameType::command && head.packet_type != video_metadata) {
    facts.kind = VideoPacketKind::command;
    facts.needs_description = true;
    return;
  }
  read_codec_and_track(head, video_multitrack, extent);
  facts.codec = enhanced_video_codec(head.code);
  facts.track_id = head.track_id;
  facts.needs_description = head.odd || facts.codec == VideoCodec::unknown ||
                            (reserved_frame_type && head.packet_type != video_metadata);
  if (!head.readable) return;
  const bool has_nal_units = is_nal_codec(facts.codec) && !extent.several_tracks;
  switch (head.packet_type) {
    case video_sequence_start:
    case video_mpeg2ts_sequence_start: facts.kind = VideoPacketKind::sequence_start; break;
    case video_coded_frames:
      facts.kind = VideoPacketKind::coded_frames;
      if (is_nal_codec(facts.codec)) {
        if (head.cursor.have(3) == Have::yes) {
          facts.composition_time = sign_extend_24(load_be24(head.cursor.data()));
          if (has_nal_units) extent.nal_units = head.cursor.position + 3;
        }
        facts.needs_description =
            facts.needs_description || facts.composition_time < 0 || head.cursor.have(3) != Have::yes;
      }
      break;
    case video_coded_frames_x:
      facts.kind = VideoPacketKind::coded_frames;
      if (has_nal_units) extent.nal_units = head.cursor.position;
      break;
    case video_sequence_end: facts.kind = VideoPacketKind::sequence_end; break;
    case video_metadata: facts.kind = VideoPacketKind::metadata; break;
    default: break;
  }
}

void legacy_video(const BodyCursor& cursor, VideoFacts& facts, Extent& extent) {
  const std::uint8_t first = cursor.kept[0];
  facts.frame_type = static_cast<FrameType>(first >> 4);
  facts.codec = legacy_video_codec(first & 0x0F);
  if (facts.frame_type == FrameType::command) {
    facts.kind = VideoPacketKind::command;
    facts.needs_description = true;
    return;
  }
  facts.needs_description = facts.codec == VideoCodec::unknown || facts.frame_type == FrameType::reserved ||
                            facts.frame_type > FrameType::command ||
                            (is_private_id(facts.codec) && facts.frame_type != FrameType::inter);
  if (!has_avc_layout(facts.codec)) {
    facts.kind = VideoPacketKind::coded_frames;
    const std::uint32_t header = facts.codec == VideoCodec::vp6         ? 1
                                 : facts.codec == VideoCodec::vp6_alpha ? 4
                                                                        : 0;
    facts.needs_description = facts.needs_description || cursor.have(header) == Have::missing;
    return;
  }
  if (cursor.have(1) != Have::yes) {
    facts.needs_description = true;
    return;
  }
  switch (cursor.u8()) {
    case 0: facts.kind = VideoPacketKind::sequence_start; break;
    case 1:
      facts.kind = VideoPacketKind::coded_frames;
      extent.payload = cursor.position + 4;
      break;
    case 2: facts.kind = VideoPacketKind::sequence_end; break;
    default: break;
  }
  if (cursor.have(4) == Have::yes) {
    facts.composition_time = sign_extend_24(load_be24(cursor.data() + 1));
    facts.needs_description = facts.needs_description || facts.composition_time < 0;
    if (facts.kind == VideoPacketKind::coded_frames && is_nal_codec(facts.codec)) {
      BodyCursor nal_units = cursor;
      nal_units.position += 4;
      extent.nal_units = nal_units.position;
      facts.needs_description = facts.needs_description || begins_with_odd_nal(nal_units);
    }
  } else {
    facts.needs_description = true;
  }
}

/// Behind the first byte.
BodyCursor first_cursor(Bytes head, std::uint32_t length) {
  return {head.first(std::min<std::size_t>(head.size(), std::min(head_size, length))), 1, length};
}

/// Whether the first byte of a body is there. If not, `facts` (of video or audio) say why not.
template <typename Facts>
bool has_first_byte(Bytes head, std::uint32_t length, Facts& facts) {
  if (length != 0 && !head.empty()) return true;
  if (length == 0) facts.kind = decltype(facts.kind)::empty;
  facts.needs_description = true;
  return false;
}

/// Whether parameter sets or messages stand where a key frame begins, at `payload`. An unusual header:
/// perhaps.
bool may_hold_sequence(VideoCodec codec, const BodyCursor& cursor, std::uint32_t payload) {
  if (!is_nal_codec(codec)) return codec != VideoCodec::unknown;
  constexpr std::uint32_t length_size = 4;
  if (payload == 0) return true;
  const NalType type = read_nal_type(codec, {cursor.kept, payload + length_size, cursor.end});
  switch (codec) {
    case VideoCodec::avc: return type.seen && type.number > 5;
    case VideoCodec::hevc: return type.seen && type.number >= 32;
    default: return type.seen && type.number > 10 && type.number != 19;  // 19: picture header
  }
}

void video_facts(Bytes head, std::uint32_t length, VideoFacts& facts, Extent& extent) {
  if (!has_first_byte(head, length, facts)) return;
  const BodyCursor cursor = first_cursor(head, length);
  if ((head[0] & 0x80) != 0) {
    enhanced_video(cursor, facts, extent);
  } else {
    legacy_video(cursor, facts, extent);
  }
  switch (facts.kind) {
    case VideoPacketKind::coded_frames:
      facts.key_frame = facts.frame_type == FrameType::key || facts.frame_type == FrameType::generated_key;
      facts.may_hold_sequence = facts.key_frame && may_hold_sequence(facts.codec, cursor, extent.payload);
      break;
    case VideoPacketKind::sequence_start:
      facts.sequence_header = true;
      facts.needs_description = true;
      break;
    case VideoPacketKind::metadata:
    case VideoPacketKind::unknown:
    case VideoPacketKind::sequence_end: facts.needs_description = true; break;
    default: break;
  }
}

/// ADTS: 12 bits of 1, one bit of version, layer 0 (ISO/IEC 13818-7 6.2).
bool begins_with_adts(const BodyCursor& cursor) {
  return cursor.have(2) == Have::yes && cursor.u8() == 0xFF && (cursor.u8(1) & 0xF6) == 0xF0;
}

/// The same for audio.
bool is_plain_frame(const BodyCursor& cursor, AudioFacts& facts, Extent& extent) {
  if ((cursor.kept[0] & 0x0F) != audio_coded_frames || cursor.have(4) != Have::yes) return false;
  const AudioCodec codec = enhanced_audio_codec(load_be32(cursor.data()));
  if (codec == AudioCodec::unknown || codec == AudioCodec::aac) return false;  // AAC may have ADTS
  facts.codec = codec;
  facts.kind = AudioPacketKind::coded_frames;
  extent.payload = cursor.position + 4;
  return true;
}

void enhanced_audio(const BodyCursor& cursor, AudioFacts& facts, Extent& extent) {
  facts.enhanced = true;
  if (is_plain_frame(cursor, facts, extent)) return;
  EnhancedHead head{.cursor = cursor, .packet_type = static_cast<std::uint8_t>(cursor.kept[0] & 0x0F)};
  if (!skip_modex(head, extent)) return;
  read_codec_and_track(head, audio_multitrack, extent);
  facts.codec = enhanced_audio_codec(head.code);
  facts.track_id = head.track_id;
  facts.needs_description = head.odd || facts.codec == AudioCodec::unknown;
  if (!head.readable) return;
  switch (head.packet_type) {
    case audio_sequence_start: facts.kind = AudioPacketKind::sequence_start; break;
    case audio_coded_frames:
      facts.kind = AudioPacketKind::coded_frames;
      facts.needs_description =
          facts.needs_description || (facts.codec == AudioCodec::aac && begins_with_adts(head.cursor));
      break;
    case audio_sequence_end: facts.kind = AudioPacketKind::sequence_end; break;
    case audio_multichannel_config: facts.kind = AudioPacketKind::multichannel_config; break;
    default: break;
  }
}

void legacy_audio(BodyCursor cursor, AudioFacts& facts) {
  facts.codec = legacy_audio_codec(cursor.kept[0] >> 4);
  facts.kind = AudioPacketKind::coded_frames;
  facts.needs_description = facts.codec == AudioCodec::unknown || is_private_id(facts.codec);
  if (facts.codec != AudioCodec::aac) return;
  facts.kind = AudioPacketKind::unknown;
  if (cursor.have(1) != Have::yes) return;
  const std::uint8_t packet_type = cursor.u8();
  ++cursor.position;
  if (packet_type == 0) facts.kind = AudioPacketKind::sequence_start;
  if (packet_type == 1) {
    facts.kind = AudioPacketKind::coded_frames;
    facts.needs_description = begins_with_adts(cursor);
  }
}

void audio_facts(Bytes head, std::uint32_t length, AudioFacts& facts, Extent& extent) {
  if (!has_first_byte(head, length, facts)) return;
  const BodyCursor cursor = first_cursor(head, length);
  if (head[0] >> 4 == sound_format_extended) {
    enhanced_audio(cursor, facts, extent);
  } else {
    legacy_audio(cursor, facts);
  }
  facts.sequence_header = facts.kind == AudioPacketKind::sequence_start;
  facts.needs_description = facts.needs_description || facts.kind != AudioPacketKind::coded_frames;
}

}  // namespace

std::optional<FramePlace> frame_place(Bytes head, std::uint32_t length) {
  VideoFacts facts;
  Extent extent;
  video_facts(head, length, facts, extent);
  if (extent.nal_units == 0 || facts.kind != VideoPacketKind::coded_frames) return std::nullopt;
  return FramePlace{facts.codec, extent.nal_units};
}

VideoFacts read_video_facts(Bytes head, std::uint32_t length) {
  VideoFacts facts;
  Extent extent;
  video_facts(head, length, facts, extent);
  return facts;
}

AudioFacts read_audio_facts(Bytes head, std::uint32_t length) {
  AudioFacts facts;
  Extent extent;
  audio_facts(head, length, facts, extent);
  return facts;
}

std::uint32_t bytes_wanted(MediaType type, Bytes head, std::uint32_t length) {
  Extent extent;
  bool configuration = false;
  std::uint32_t wanted = head_size;
  if (type == MediaType::video) {
    VideoFacts facts;
    video_facts(head, length, facts, extent);
    configuration = facts.kind == VideoPacketKind::sequence_start || facts.kind == VideoPacketKind::metadata;
    if (facts.key_frame && (is_nal_codec(facts.codec) || facts.codec == VideoCodec::av1))
      wanted = key_head_size;
  } else {
    AudioFacts facts;
    audio_facts(head, length, facts, extent);
    configuration =
        facts.kind == AudioPacketKind::sequence_start || facts.kind == AudioPacketKind::multichannel_config;
    if (facts.codec == AudioCodec::eac3 && extent.payload != 0 && extent.payload < head.size()) {
      wanted = std::max(
          wanted, extent.payload + eac3_bytes_wanted(head.subspan(extent.payload), length - extent.payload));
    }
  }
  if (extent.several_tracks) return length;
  return std::min(length, configuration || extent.header_unseen ? configuration_limit : wanted);
}

}  // namespace rtmpscope::media
