// What must hold for every audio and video body, whatever its bytes are. Shared by the fuzzer and the unit
// tests.
#pragma once

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "media/configuration.hpp"
#include "media/media.hpp"
#include "schema/tape.hpp"

namespace rtmpscope::test {

inline Tape describe_media(media::MediaType type, Bytes body, std::uint32_t length) {
  Tape tape;
  if (type == media::MediaType::video) {
    media::describe_video(body, length, tape);
  } else {
    media::describe_audio(body, length, tape);
  }
  return tape;
}

/// Whether a name of fields.def is this area's own; AMF values in metadata are not.
inline bool is_media_field(FieldId id) {
  const std::string_view filter = info(id).filter;
  return filter.starts_with("video") || filter.starts_with("audio");
}

/// Widest value of a kind of number; 0 for kinds that are no unsigned number.
inline std::uint64_t limit_of(FieldKind kind) {
  switch (kind) {
    case FieldKind::u8: return 0xFF;
    case FieldKind::u16: return 0xFFFF;
    case FieldKind::u24: return 0xFFFFFF;
    case FieldKind::u32: return 0xFFFFFFFF;
    case FieldKind::u64: return ~std::uint64_t{0};
    default: return 0;
  }
}

inline bool kind_fits(const Tape::Entry& entry) {
  const FieldKind kind = info(entry.id).kind;
  switch (entry.op) {
    case Tape::Op::begin:
    case Tape::Op::end: return kind == FieldKind::object || kind == FieldKind::list;
    case Tape::Op::number: return limit_of(kind) != 0 && entry.number <= limit_of(kind);
    case Tape::Op::signed_number: return kind == FieldKind::s32 || kind == FieldKind::s64;
    case Tape::Op::real: return kind == FieldKind::real;
    case Tape::Op::flag: return kind == FieldKind::boolean;
    case Tape::Op::text: return kind == FieldKind::text;
    case Tape::Op::blob: return kind == FieldKind::bytes;
    default: return true;
  }
}

/// Where each value's bytes are: from, to.
using Covered = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

/// The first byte of the body that is in no range; `length` if there is none.
inline std::uint32_t first_uncovered(Covered covered, std::uint32_t length) {
  std::sort(covered.begin(), covered.end());
  std::uint32_t reached = 0;
  for (const auto& [from, to] : covered) {
    if (from > reached) break;
    reached = std::max(reached, to);
  }
  return std::min(reached, length);
}

/// A field of the media tables stands in its own container, once if that is an object; "" if so.
template <typename Open>
std::string_view check_place(const Tape::Entry& entry, std::vector<Open>& open) {
  const FieldInfo& field = info(entry.id);
  if (open.empty() != (field.filter == field.key)) return "root in the wrong place";
  if (open.empty()) return {};
  const FieldInfo& parent = info(open.back().id);
  if (field.filter != std::string(parent.filter) + "." + std::string(field.key)) {
    return "field in a container that is not its own";
  }
  const bool fresh = parent.kind != FieldKind::object || open.back().members.insert(entry.id).second;
  return fresh ? std::string_view() : "member twice in one object";
}

/// Containers are balanced and named as the table says, ranges lie in their container, members are not
/// repeated, and all bytes of the body are in the range of some value.
inline std::string check_structure(const Tape& tape, std::uint32_t length) {
  struct Open {
    FieldId id;
    std::uint32_t begin;
    std::uint32_t lowest, highest;  ///< what the members take
    std::set<FieldId> members;
  };
  std::vector<Open> open;
  Covered covered;
  const auto cover = [&](std::uint32_t from, std::uint32_t to) { covered.emplace_back(from, to); };
  bool ended = false;
  for (const Tape::Entry& entry : tape.entries()) {
    const auto complain = [&](std::string_view what) {
      return std::string(what) + " at " +
             std::string(entry.op == Tape::Op::finding ? info(entry.finding).id : info(entry.id).filter) +
             "\n" + tape.to_string();
    };
    if (ended) return complain("something behind the end");
    const std::uint64_t end = std::uint64_t{entry.range.offset} + entry.range.length;
    if (end > length) return complain("range outside of the body");
    if (!kind_fits(entry)) return complain("value does not fit the field's kind");
    if (entry.op == Tape::Op::end) {
      if (open.empty() || open.back().id != entry.id) return complain("end without begin");
      Open& container = open.back();
      if (entry.range.offset < container.highest) return complain("members reach beyond the container");
      if (container.lowest < container.begin) return complain("members begin before the container");
      if (!is_media_field(entry.id) || info(entry.id).key == "metadata")
        cover(container.begin, entry.range.offset);
      const std::uint32_t begin = container.begin;
      open.pop_back();
      if (open.empty()) {
        ended = true;
        if (begin != 0 || entry.range.offset != length) return complain("root does not span the body");
      } else {
        open.back().lowest = std::min(open.back().lowest, begin);
        open.back().highest = std::max(open.back().highest, entry.range.offset);
      }
      continue;
    }
    if (entry.op != Tape::Op::finding && entry.op != Tape::Op::key && is_media_field(entry.id)) {
      if (const std::string_view wrong = check_place(entry, open); !wrong.empty()) return complain(wrong);
    }
    if (entry.op == Tape::Op::begin) {
      open.push_back({entry.id, entry.range.offset, length, entry.range.offset, {}});
      continue;
    }
    if (open.empty()) return complain("value outside of the root");
    if (entry.op == Tape::Op::blob && entry.bytes_length > entry.range.length) {
      return complain("blob longer than its range");
    }
    open.back().lowest = std::min(open.back().lowest, entry.range.offset);
    open.back().highest = std::max(open.back().highest, static_cast<std::uint32_t>(end));
    if (entry.op != Tape::Op::finding) cover(entry.range.offset, static_cast<std::uint32_t>(end));
  }
  if (!ended) return "no end\n" + tape.to_string();
  const std::uint32_t reached = first_uncovered(std::move(covered), length);
  if (reached < length) return "byte " + std::to_string(reached) + " is in no field\n" + tape.to_string();
  return {};
}

/// First value of a field, by its filter name.
inline std::optional<Tape::Entry> first_of(const Tape& tape, std::string_view filter) {
  for (const Tape::Entry& entry : tape.entries()) {
    if (entry.op != Tape::Op::finding && entry.op != Tape::Op::key && info(entry.id).filter == filter)
      return entry;
  }
  return std::nullopt;
}

inline std::uint64_t number_of(const Tape& tape, std::string_view filter, std::uint64_t otherwise) {
  const auto entry = first_of(tape, filter);
  return entry ? entry->number : otherwise;
}

/// Findings that depend on more than the header; facts do not look so far.
inline bool is_payload_finding(FindingId id) {
  return id == FindingId::nal_length || id == FindingId::nal_start_code || id == FindingId::nal_limit;
}

inline bool has_header_finding(const Tape& tape) {
  for (const Tape::Entry& entry : tape.entries()) {
    if (entry.op == Tape::Op::finding && !is_payload_finding(entry.finding)) return true;
  }
  return false;
}

/// The header was there to its end and has a known meaning, so that facts must know the kind.
inline bool header_readable(const Tape& tape, const std::string& root, bool several) {
  if (number_of(tape, root + ".enhanced", 0) == 0) return true;
  if (!first_of(tape, root + ".packet_type")) return false;
  if (first_of(tape, root + ".multitrack_type")) {
    if (!first_of(tape, root + ".tracks.track.track_id")) return false;
    return !several || first_of(tape, root + ".tracks.track.length").has_value();
  }
  return first_of(tape, root + ".codec").has_value();
}

inline std::string check_video_facts(const media::VideoFacts& facts, const Tape& tape) {
  using media::VideoPacketKind;
  if (number_of(tape, "video.enhanced", 0) != (facts.enhanced ? 1 : 0)) return "enhanced";
  const std::uint64_t frame_type = number_of(tape, "video.frame_type", 0);
  if (frame_type != static_cast<std::uint64_t>(facts.frame_type)) return "frame type";
  const std::uint64_t codec = number_of(tape, "video.codec", number_of(tape, "video.tracks.track.codec", 0));
  if (codec != static_cast<std::uint64_t>(facts.codec)) return "codec";
  if (number_of(tape, "video.tracks.track.track_id", 0) != facts.track_id) return "track id";

  // Composition time of the message or of its first track.
  std::int64_t time = 0;
  int tracks = 0;
  for (const Tape::Entry& entry : tape.entries()) {
    if (entry.op == Tape::Op::begin && entry.id == FieldId::video_track && ++tracks > 1) break;
    if (entry.op == Tape::Op::signed_number) {
      time = static_cast<std::int64_t>(entry.number);
      break;
    }
  }
  if (first_of(tape, "video.metadata") == std::nullopt && time != facts.composition_time)
    return "composition time";

  VideoPacketKind kind = VideoPacketKind::unknown;
  const std::uint64_t type = number_of(tape, "video.packet_type", 99);
  const bool enhanced = facts.enhanced;
  const bool avc_layout = !enhanced && (codec == 7 || (codec >= 12 && codec <= 15));
  const bool several = number_of(tape, "video.multitrack_type", 0) != 0;
  if (tape.entries().size() == 3 && tape.entries()[1].op == Tape::Op::finding) {
    kind = VideoPacketKind::empty;
  } else if (!first_of(tape, "video.frame_type")) {
    kind = VideoPacketKind::unknown;
  } else if (frame_type == 5 &&
             (!enhanced || (type != 4 && type != 99 && !first_of(tape, "video.multitrack_type")))) {
    kind = VideoPacketKind::command;
  } else if (!enhanced && !avc_layout) {
    kind = VideoPacketKind::coded_frames;
  } else if (header_readable(tape, "video", several)) {
    constexpr VideoPacketKind kinds[] = {VideoPacketKind::sequence_start, VideoPacketKind::coded_frames,
                                         VideoPacketKind::sequence_end,   VideoPacketKind::coded_frames,
                                         VideoPacketKind::metadata,       VideoPacketKind::sequence_start};
    if (type < std::size(kinds)) kind = kinds[type];
  }
  if (kind != facts.kind) return "kind";
  if (facts.sequence_header != (kind == VideoPacketKind::sequence_start)) return "sequence header";
  if (facts.key_frame != (kind == VideoPacketKind::coded_frames && (frame_type == 1 || frame_type == 4))) {
    return "key frame";
  }
  if (!facts.needs_description && has_header_finding(tape))
    return "finding in a body that needs no description";
  if (!facts.needs_description && kind != VideoPacketKind::coded_frames)
    return "body that needs no description";
  return {};
}

inline std::string check_audio_facts(const media::AudioFacts& facts, const Tape& tape) {
  using media::AudioPacketKind;
  constexpr std::uint64_t unknown = 31;
  if (number_of(tape, "audio.enhanced", 0) != (facts.enhanced ? 1 : 0)) return "enhanced";
  const std::uint64_t codec =
      number_of(tape, "audio.codec", number_of(tape, "audio.tracks.track.codec", unknown));
  if (codec != static_cast<std::uint64_t>(facts.codec)) return "codec";
  if (number_of(tape, "audio.tracks.track.track_id", 0) != facts.track_id) return "track id";

  AudioPacketKind kind = AudioPacketKind::unknown;
  const std::uint64_t type = number_of(tape, "audio.packet_type", 99);
  const bool several = number_of(tape, "audio.multitrack_type", 0) != 0;
  if (tape.entries().size() == 3 && tape.entries()[1].op == Tape::Op::finding) {
    kind = AudioPacketKind::empty;
  } else if (!first_of(tape, "audio.enhanced")) {
    kind = AudioPacketKind::unknown;
  } else if (!facts.enhanced && facts.codec != media::AudioCodec::aac) {
    kind = AudioPacketKind::coded_frames;
  } else if (header_readable(tape, "audio", several)) {
    constexpr AudioPacketKind kinds[] = {AudioPacketKind::sequence_start, AudioPacketKind::coded_frames,
                                         AudioPacketKind::sequence_end, AudioPacketKind::unknown,
                                         AudioPacketKind::multichannel_config};
    if (type < std::size(kinds)) kind = kinds[type];
  }
  if (kind != facts.kind) return "kind";
  if (facts.sequence_header != (kind == AudioPacketKind::sequence_start)) return "sequence header";
  if (!facts.needs_description && has_header_finding(tape))
    return "finding in a body that needs no description";
  if (!facts.needs_description && kind != AudioPacketKind::coded_frames)
    return "body that needs no description";
  return {};
}

/// Empty, or what is wrong. `body` is the first bytes of a message of `length` bytes.
inline std::string check_media_body(media::MediaType type, Bytes body, std::uint32_t length) {
  const Tape tape = describe_media(type, body, length);
  if (!(describe_media(type, body, length) == tape)) return "described differently the second time";
  if (std::string complaint = check_structure(tape, length); !complaint.empty()) return complaint;

  const Bytes head = body.first(std::min<std::size_t>(body.size(), media::head_size));
  const Tape head_tape = describe_media(type, head, length);
  if (std::string complaint = check_structure(head_tape, length); !complaint.empty())
    return "head: " + complaint;
  // What is reported with fewer bytes must be true with more.
  for (const Tape::Entry& entry : head_tape.entries()) {
    if (entry.op == Tape::Op::finding &&
        std::find(tape.entries().begin(), tape.entries().end(), entry) == tape.entries().end()) {
      return "finding " + std::string(info(entry.finding).id) + " goes away with more bytes\n" +
             head_tape.to_string() + tape.to_string();
    }
  }
  std::string complaint;
  if (type == media::MediaType::video) {
    const media::VideoFacts facts = media::read_video_facts(body, length);
    if (!(facts == media::read_video_facts(head, length))) return "video facts depend on more than the head";
    complaint = check_video_facts(facts, head_tape);
  } else {
    const media::AudioFacts facts = media::read_audio_facts(body, length);
    if (!(facts == media::read_audio_facts(head, length))) return "audio facts depend on more than the head";
    complaint = check_audio_facts(facts, head_tape);
  }
  if (!complaint.empty()) return "facts: " + complaint + "\n" + head_tape.to_string();
  const std::uint32_t wanted = media::bytes_wanted(type, head, length);
  if (wanted > length || (wanted < length && wanted < media::head_size)) return "bytes wanted";
  static_cast<void>(media::read_video_configuration(body));
  static_cast<void>(media::read_audio_configuration(body));
  return {};
}

}  // namespace rtmpscope::test
