#include "capture/pcap_reader.hpp"

#include <utility>

#include <fmt/format.h>

#include "capture/limits.hpp"

namespace rtmpscope::capture {
namespace {

constexpr std::uint32_t magic_microseconds = 0xa1b2c3d4;
constexpr std::uint32_t magic_nanoseconds = 0xa1b23c4d;
constexpr std::uint32_t magic_kuznetzov = 0xa1b2cd34;
constexpr std::size_t record_header = 16;
constexpr std::size_t kuznetzov_record_header = 24;  // plus interface index, protocol and packet type

constexpr bool is_magic(std::uint32_t value) {
  return value == magic_microseconds || value == magic_nanoseconds || value == magic_kuznetzov;
}

}  // namespace

bool PcapReader::recognises(Bytes head) {
  return head.size() >= 4 && (is_magic(load_le32(head.data())) || is_magic(load_be32(head.data())));
}

PcapReader::PcapReader(Bytes header, SourceStatistics& statistics) {
  const std::uint8_t* p = header.data();
  swapped_ = !is_magic(load_le32(p));
  const auto word = [&](std::size_t at) { return swapped_ ? load_be32(p + at) : load_le32(p + at); };
  const auto half = [&](std::size_t at) { return swapped_ ? load_be16(p + at) : load_le16(p + at); };
  nanoseconds_ = word(0) == magic_nanoseconds;
  kuznetzov_ = word(0) == magic_kuznetzov;
  // libpcap's savefile reader: the two lengths were in the other order before version 2.3, and in 2.3 they
  // may be.
  lengths_may_be_swapped_ = half(4) == 2 && half(6) <= 3;
  // The upper bits of the field hold the length of the frame check sequence.
  link_type_ = static_cast<std::uint16_t>(word(20));

  Interface& interface = statistics.interfaces.emplace_back();
  interface.link_type = link_type_;
  interface.snap_length = word(16);
  interface.time_resolution = nanoseconds_ ? 9 : 6;
}

std::string_view PcapReader::format() const {
  if (kuznetzov_) return "modpcap";
  return nanoseconds_ ? "nsecpcap" : "pcap";
}

WalkEnd PcapReader::walk(const std::uint8_t* begin, const std::uint8_t* end, PacketSlots& slots) {
  if (kuznetzov_) {
    return swapped_ ? walk_records<true, kuznetzov_record_header>(begin, end, slots)
                    : walk_records<false, kuznetzov_record_header>(begin, end, slots);
  }
  return swapped_ ? walk_records<true, record_header>(begin, end, slots)
                  : walk_records<false, record_header>(begin, end, slots);
}

template <bool swapped, std::size_t header_length>
WalkEnd PcapReader::walk_records(const std::uint8_t* begin, const std::uint8_t* end, PacketSlots& slots) {
  const std::uint8_t* p = begin;
  Packet* out = slots.next;
  Packet* const out_end = slots.end;
  std::uint64_t number = number_;
  const std::int64_t fraction_unit = nanoseconds_ ? 1 : 1000;
  const std::uint16_t link_type = link_type_;
  Prefetcher prefetcher(p);

  WalkEnd result;
  while (true) {
    if (out == out_end) {
      result.stop = Stop::batch_full;
      break;
    }
    if (static_cast<std::size_t>(end - p) < header_length) {
      result.stop = Stop::need_more;
      result.bytes = header_length;
      break;
    }
    prefetcher.advance(p);
    std::uint32_t captured = load32<swapped>(p + 8);
    std::uint32_t wire = load32<swapped>(p + 12);
    if (captured > wire) [[unlikely]] {
      if (lengths_may_be_swapped_) {
        std::swap(captured, wire);
      } else {
        wire = captured;
      }
    }
    if (captured > max_captured_length) [[unlikely]] {
      result.stop = Stop::corrupt;
      result.text =
          fmt::format("the record of packet {} has an implausible length of {} bytes", number + 1, captured);
      break;
    }
    if (static_cast<std::size_t>(end - p) < header_length + captured) {
      result.stop = Stop::need_more;
      result.bytes = header_length + captured;
      break;
    }
    out->data = p + header_length;
    out->captured_length = captured;
    out->wire_length = wire;
    out->time = static_cast<std::int64_t>(load32<swapped>(p)) * 1'000'000'000 +
                static_cast<std::int64_t>(load32<swapped>(p + 4)) * fraction_unit;
    out->number = ++number;
    out->link_type = link_type;
    out->interface_id = 0;
    ++out;
    p += header_length + captured;
  }
  number_ = number;
  slots.next = out;
  result.position = p;
  return result;
}

}  // namespace rtmpscope::capture
