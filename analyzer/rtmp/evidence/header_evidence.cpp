#include "rtmp/evidence/header_evidence.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>

#include "amf/amf.hpp"
#include "base/byte_order.hpp"
#include "rtmp/evidence/amf0_name.hpp"
#include "rtmp/evidence/body_evidence.hpp"
#include "rtmp/evidence/body_structure.hpp"
#include "rtmp/evidence/spare_bits.hpp"
#include "rtmp/evidence/usual_values.hpp"

namespace rtmpscope::rtmp {
namespace {

std::optional<int> weigh_time(const ChunkHeader& h, const ChunkStream* stream) {
  if (h.format == 3) return 0;
  if (h.has_extended_timestamp) {
    // A step back or of weeks: filler of ones.
    const bool odd =
        h.extended_timestamp < extended_mark || (h.format != 0 && h.extended_timestamp >= 0x80000000U);
    return odd ? std::optional<int>() : 24 + 4;
  }
  if (h.format == 0) {
    if (stream == nullptr || h.chunk_stream_id == 2) return spare_bits(24, h.timestamp_field) / 2;
    const auto step = static_cast<std::int32_t>(h.timestamp_field - stream->message.timestamp);
    const auto size = static_cast<std::uint32_t>(step < 0 ? -static_cast<std::int64_t>(step) : step);
    return size < 4 * usual_longest_step_ms ? spare_bits(24, size) : 0;
  }
  if (h.timestamp_field > usual_longest_step_ms) return -6;
  return spare_bits(24, h.timestamp_field | 0x3F);
}

/// A sequence number (RTMP 5.4.3) that is a little higher than the last one.
int weigh_acknowledgement(Bytes head, const SenderProfile& profile) {
  if (head.size() < 4 || !profile.acknowledged) return 0;
  const std::uint32_t step = load_be32(head.data()) - *profile.acknowledged;  // modulo 2^32
  return step == 0 ? 0 : spare_bits(32, step | 0xFFFF);
}

/// Whether a data message begins like metadata (RTMP 7.2.2.3; FLV E.5).
bool is_metadata(Bytes body) {
  constexpr std::array<std::string_view, 2> names = {std::string_view("\x02\x00\x0d@setDataFrame", 16),
                                                     std::string_view("\x02\x00\x0aonMetaData", 13)};
  const std::string_view text(reinterpret_cast<const char*>(body.data()), body.size());
  return std::ranges::any_of(names, [&](std::string_view name) { return text.starts_with(name); });
}

/// Bits for AMF0 values that end with an object, exactly where it ends.
int weigh_amf0_values(Bytes body, std::uint64_t& steps) {
  constexpr std::array<std::uint8_t, 3> object_end = {0, 0, 9};  // AMF0 2.11
  constexpr int bits = 8 * (weighed_body_bytes + object_end.size());
  if (body.size() < object_end.size() || !std::ranges::equal(body.last(object_end.size()), object_end))
    return 0;
  constexpr std::uint64_t bytes_a_step = 8;
  steps += body.size() / bytes_a_step;
  ByteReader reader(body);
  amf::References references;
  NullSink nowhere;
  while (!reader.at_end()) {
    if (!amf::describe_amf0_value(reader, references, nowhere)) return 0;
  }
  return bits;
}

}  // namespace

bool fits_type(std::uint8_t type_id, std::uint32_t length) {
  switch (type_id) {
    case MessageType::set_chunk_size:
    case MessageType::abort_message:
    case MessageType::acknowledgement:
    case MessageType::window_acknowledgement_size: return length == 4;
    case MessageType::set_peer_bandwidth: return length == 5;
    case MessageType::user_control: return length >= 2 && length <= 64;
    case MessageType::audio:
    case MessageType::video: return true;
    default: return length != 0;
  }
}

bool has_fixed_length(std::uint8_t type_id) {
  return type_id <= MessageType::set_peer_bandwidth && type_id != MessageType::user_control;
}

std::optional<int> weigh_header(const ChunkHeader& h, const ChunkStream* stream) {
  const bool known = stream != nullptr && stream->has_defaults();
  if (h.basic_size > 1 && !known) return std::nullopt;  // hardly any sender has such chunk streams
  return weigh_expected_header(h, stream);
}

std::optional<int> weigh_expected_header(const ChunkHeader& h, const ChunkStream* stream) {
  const bool known = stream != nullptr && stream->has_defaults();
  if (h.chunk_stream_id < 2) return std::nullopt;
  if (!known && h.format >= 2) return std::nullopt;
  if (!is_known_message_type(h.type_id)) return std::nullopt;
  if (!fits_type(h.type_id, h.length)) return std::nullopt;

  int bits = known ? 5 : h.chunk_stream_id <= 8 ? 3 : 0;
  if (h.format < 2) {
    bits += known && stream->message.type_id == h.type_id ? 8 : 4;
    const bool same_length = known && stream->message.length == h.length;  // audio of constant rate
    bits += has_fixed_length(h.type_id) ? 20 : same_length ? 22 : spare_bits(24, h.length | 0x3FF);
  } else if (known && has_fixed_length(h.type_id)) {
    bits += 2;
  }
  if (h.format == 0) {
    const bool same = known && stream->message.message_stream_id == h.message_stream_id;
    if (same || h.message_stream_id <= 1) {
      bits += 24;
    } else if (h.message_stream_id <= highest_usual_message_stream) {
      bits += spare_bits(32, h.message_stream_id) - 8;
    } else {
      return std::nullopt;
    }
  }
  const auto time = weigh_time(h, known ? stream : nullptr);
  if (!time) return std::nullopt;
  return bits + *time;
}

std::optional<int> weigh_body(std::uint8_t type_id, Bytes head, std::uint32_t length,
                              const SenderProfile& profile) {
  head = head.first(std::min<std::size_t>({head.size(), length, weighed_body_bytes}));
  if (head.empty()) return 0;
  switch (type_id) {
    case MessageType::audio: return weigh_audio(head, length, profile.audio_head());
    case MessageType::video: return weigh_video(head, length, profile.video_head());
    case MessageType::command_amf0:
    case MessageType::data_amf0: return weigh_amf0_name(head, length);
    case MessageType::command_amf3:
    case MessageType::data_amf3:
      if (head[0] != 0) return weigh_amf0_name(head, length);
      if (head.size() < 2) return 4;
      return weigh_amf0_name(head.subspan(1), length - 1);
    case MessageType::acknowledgement: return weigh_acknowledgement(head, profile);
    case MessageType::set_chunk_size:
      if (head.size() < 4) return 0;
      if (load_be32(head.data()) == 0 || load_be32(head.data()) > 0xFFFFFF) return std::nullopt;
      return 8;
    case MessageType::set_peer_bandwidth:
      if (head.size() < 5) return 0;
      return head[4] > 2 ? std::optional<int>() : 6;
    case MessageType::user_control: {
      if (head.size() < 2) return 0;
      const std::uint16_t event = load_be16(head.data());
      if (event > 64) return std::nullopt;
      return 9;
    }
    default: return 0;
  }
}

bool may_recognize_whole_body(Bytes head, std::size_t size) {
  return head[0] == 0x02 ? is_metadata(head) : may_have_structure(head, size);
}

RecognizedType recognize_whole_body(Bytes body, std::uint64_t& steps) {
  if (is_metadata(body)) {
    const int bits = weigh_amf0_values(body, steps);
    return bits > 0 ? RecognizedType{MessageType::data_amf0, bits} : RecognizedType{};
  }
  const int bits = weigh_video_structure(body, steps);
  return bits > 0 ? RecognizedType{MessageType::video, bits} : RecognizedType{};
}

}  // namespace rtmpscope::rtmp
