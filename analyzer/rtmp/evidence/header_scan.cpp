#include "rtmp/evidence/header_scan.hpp"

#include <cstring>

#include "base/byte_order.hpp"
#include "rtmp/chunk/chunk_header.hpp"
#include "rtmp/evidence/usual_values.hpp"

namespace rtmpscope::rtmp {
namespace {

/// Bits of a format in the first byte of a header.
constexpr std::uint8_t format_bits = 0xFF & ~FirstByte::chunk_stream_bits;
constexpr std::uint8_t format_1 = first_byte(1, 0);
constexpr std::uint8_t format_3 = first_byte(3, 0);

static_assert(usual_longest_step_ms <= 0xFFFF, "the first byte of a usual step is 0");
static_assert(highest_usual_message_stream <= 0xFFFF,
              "the last two bytes of a usual message stream id are 0");

/// Bytes side by side, as GCC and clang have them: operators work on each, comparisons give 0 or 0xFF.
using Lanes = std::uint8_t __attribute__((vector_size(16)));
constexpr std::size_t lanes = sizeof(Lanes);

// What follows is about 16 places in a row, and answers 0 or 0xFF for each.

Lanes load(const std::uint8_t* p) {
  Lanes result;
  std::memcpy(&result, p, sizeof result);
  return result;
}

Lanes is(Lanes bytes, std::uint8_t value) {
  return Lanes(bytes == value);
}
Lanes is_below(Lanes bytes, std::uint8_t limit) {
  return Lanes(bytes < limit);
}

Lanes is_within(Lanes bytes, std::uint8_t first, std::uint8_t last) {
  return is_below(Lanes(bytes - first), static_cast<std::uint8_t>(last - first + 1));
}

/// The first byte of a step between messages, as far as one is usual, or of extended_mark.
Lanes begins_step(Lanes bytes) {
  return is(bytes, 0) | is(bytes, 0xFF);
}

/// Message types that are known (is_known_message_type). Control messages are short; others have any length.
Lanes is_type(Lanes type_id, Lanes length_high, Lanes length_middle) {
  const Lanes control = is_within(type_id, MessageType::set_chunk_size, MessageType::set_peer_bandwidth) &
                        is(length_high | length_middle, 0);
  return control | is_within(type_id, MessageType::audio, MessageType::video) |
         is_within(type_id, MessageType::data_amf3, MessageType::command_amf0) |
         is(type_id, MessageType::aggregate);
}

/// Of the header of type 0 or 1 whose first 12 bytes are at `p`: message stream id, or time. Few places have
/// it.
Lanes may_be_explicit(const std::uint8_t* p, bool wide_message_streams) {
  const Lanes first = load(p);
  const Lanes message_stream = wide_message_streams ? Lanes{} : load(p + 10) | load(p + 11);
  return (is_below(first, format_1) & is(message_stream, 0)) |
         (is(first & format_bits, format_1) & begins_step(load(p + 1)));
}

/// And all else of it.
Lanes is_explicit(const std::uint8_t* p) {
  const Lanes chunk_stream_id = load(p) & FirstByte::chunk_stream_bits;
  return is_within(chunk_stream_id, FirstByte::lowest_id, FirstByte::chunk_stream_bits) &
         is_type(load(p + 7), load(p + 4), load(p + 5));
}

/// The first byte of a header of type 2 or 3 on the chunk stream whose headers of type 3 begin with `type3`.
Lanes is_inheriting(Lanes first, std::uint8_t type3) {
  return is(Lanes(first | format_1), type3);  // 2 and 3 differ in that bit
}

/// Of such a header: type 3, or a time that is possible.
Lanes has_usual_step(const std::uint8_t* p) {
  return is_within(load(p), format_3, 0xFF) | begins_step(load(p + 1));
}

bool is_any(Lanes mask) {
  std::uint64_t halves[2];
  std::memcpy(halves, &mask, sizeof halves);
  return (halves[0] | halves[1]) != 0;
}

/// 16 bits for as many lanes of 0 or 0xFF.
std::uint64_t to_bits(Lanes mask) {
  std::uint64_t halves[2];
  std::memcpy(halves, &mask, sizeof halves);
  // Of eight bytes the lowest bits become the eight bits at the top.
  const auto bits = [](std::uint64_t half) {
    return (half & 0x0101'0101'0101'0101) * 0x0102'0408'1020'4080 >> 56;
  };
  return is_any(mask) ? bits(halves[0]) | bits(halves[1]) << 8 : 0;
}

}  // namespace

void HeaderScan::add_inheriting(std::uint32_t chunk_stream_id) {
  if (chunk_stream_id < 64) {
    inheriting_.add(type3_byte(chunk_stream_id));
    return;
  }
  const std::uint32_t low = basic_header_size(chunk_stream_id) - 2;
  for (std::uint32_t type = 0; type < 4; ++type) longer_.add(first_byte(type, low));
}

std::uint64_t HeaderScan::possible_block(const std::uint8_t* p) const {
  constexpr std::size_t parts = block_places / lanes;
  std::array<Lanes, parts> inherits{};
  for (const std::uint8_t value : inheriting_) {
    for (std::size_t i = 0; i < parts; ++i) inherits[i] |= is_inheriting(load(p + i * lanes), value);
  }
  std::array<Lanes, parts> longer{};
  for (const std::uint8_t value : longer_) {
    for (std::size_t i = 0; i < parts; ++i) longer[i] |= is(load(p + i * lanes), value);
  }
  std::array<Lanes, parts> explicit_headers{};
  Lanes any_explicit{};
  for (std::size_t i = 0; explicit_ && i < parts; ++i)
    any_explicit |= explicit_headers[i] = may_be_explicit(p + i * lanes, wide_);
  if (is_any(any_explicit)) {
    for (std::size_t i = 0; i < parts; ++i) explicit_headers[i] &= is_explicit(p + i * lanes);
  } else if (inheriting_.size == 0 && longer_.size == 0) {
    return 0;
  }
  std::uint64_t result = 0;
  for (std::size_t i = 0; i < parts; ++i) {
    const Lanes inheriting = inherits[i] & has_usual_step(p + i * lanes);
    result |= to_bits(longer[i] | inheriting | explicit_headers[i]) << i * lanes;
  }
  return result;
}

std::uint64_t HeaderScan::possible_tail(Bytes bytes, std::size_t count) const {
  // Zeros for what is missing: they speak for a step, and no message has that type; without one nothing can
  // be weighed.
  std::array<std::uint8_t, block_bytes> p{};
  std::ranges::copy(bytes.first(std::min(bytes.size(), p.size())), p.begin());
  const std::uint64_t wanted = count >= block_places ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
  return possible_block(p.data()) & wanted;
}

}  // namespace rtmpscope::rtmp
