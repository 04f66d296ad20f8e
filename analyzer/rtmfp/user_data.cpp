#include "rtmfp/user_data.hpp"

#include "rtmfp/limits.hpp"
#include "rtmfp/wire.hpp"

namespace rtmpscope::rtmfp {
namespace {

/// Flags of a User Data chunk.
constexpr std::uint8_t has_options = 0x80;
constexpr std::uint8_t is_abandoned = 0x02;
constexpr std::uint8_t is_final = 0x01;

/// Options of a User Data chunk.
constexpr std::uint64_t flow_metadata = 0x00;
constexpr std::uint64_t return_association = 0x0A;

FragmentPlace place_of(std::uint8_t flags) {
  return static_cast<FragmentPlace>(flags >> 4 & 0x03);
}

FlowMetadata of_kind(FlowKind kind) {
  FlowMetadata metadata;
  metadata.kind = kind;
  return metadata;
}

/// False if the list is cut.
bool read_options(ByteReader& reader, Fragment& fragment) {
  OptionReader options(reader);
  while (const auto option = options.next()) {
    if (option->type == flow_metadata) {
      fragment.metadata = option->value;
    } else if (option->type == return_association) {
      ByteReader value(option->value);
      fragment.return_of = read_vlu(value);
    }
  }
  return !options.malformed();
}

}  // namespace

std::optional<Fragment> FragmentReader::read(const Chunk& chunk) {
  const std::optional<Before> before = before_;
  before_.reset();
  if (chunk.cut) return std::nullopt;
  ByteReader reader(chunk.payload);
  Fragment fragment;
  const std::uint8_t flags = reader.u8();
  if (chunk.type == user_data) {
    const auto flow = read_vlu(reader);
    const auto sequence = flow ? read_vlu(reader) : std::nullopt;
    const auto forward_offset = sequence ? read_vlu(reader) : std::nullopt;
    if (!forward_offset || *forward_offset > *sequence || *sequence > highest_sequence) return std::nullopt;
    fragment.flow = *flow;
    fragment.sequence = *sequence;
    fragment.forward = *sequence - *forward_offset;
  } else {
    if (!before || reader.failed()) return std::nullopt;
    fragment.flow = before->flow;
    fragment.sequence = before->sequence + 1;
    fragment.forward = before->forward;
  }
  if ((flags & has_options) != 0 && !read_options(reader, fragment)) return std::nullopt;
  fragment.place = place_of(flags);
  fragment.abandoned = (flags & is_abandoned) != 0;
  fragment.final = (flags & is_final) != 0;
  fragment.data = reader.rest();
  before_ = Before{fragment.flow, fragment.sequence, fragment.forward};
  return fragment;
}

FlowMetadata parse_flow_metadata(Bytes metadata) {
  constexpr std::uint8_t has_stream_id = 0x04;
  constexpr std::uint8_t in_arrival_order = 0x01;
  const std::string_view text = as_text(metadata);
  if (text.starts_with("GC")) return of_kind(FlowKind::group);
  if (text.starts_with("GR")) return of_kind(FlowKind::group_peer);
  if (!text.starts_with("TC") || metadata.size() < 3) return of_kind(FlowKind::other);
  ByteReader reader(metadata.subspan(2));
  FlowMetadata result = of_kind(FlowKind::rtmp);
  const std::uint8_t flags = reader.u8();
  result.arrival_order = (flags & in_arrival_order) != 0;
  if ((flags & has_stream_id) == 0) return result;
  const auto stream = read_vlu(reader);
  if (!stream || *stream > 0xFFFFFFFF) return of_kind(FlowKind::other);
  result.message_stream_id = static_cast<std::uint32_t>(*stream);
  return result;
}

std::optional<Acknowledgement> parse_acknowledgement(Bytes chunk) {
  ByteReader reader(chunk);
  const auto flow = read_vlu(reader);
  const auto buffer = flow ? read_vlu(reader) : std::nullopt;
  const auto cumulative = buffer ? read_vlu(reader) : std::nullopt;
  if (!cumulative) return std::nullopt;
  return Acknowledgement{*flow, *buffer, *cumulative};
}

std::optional<FlowException> parse_flow_exception(Bytes chunk) {
  ByteReader reader(chunk);
  const auto flow = read_vlu(reader);
  const auto code = flow ? read_vlu(reader) : std::nullopt;
  if (!code) return std::nullopt;
  return FlowException{*flow, *code};
}

}  // namespace rtmpscope::rtmfp
