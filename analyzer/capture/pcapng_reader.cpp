#include "capture/pcapng_reader.hpp"

#include <fmt/format.h>

#include "capture/limits.hpp"

namespace rtmpscope::capture {
namespace {

// Block types, section 4 and 10.1 (registry) of the draft.
constexpr std::uint32_t block_section_header = 0x0a0d0d0a;  // the same in both byte orders
constexpr std::uint32_t block_interface = 1;
constexpr std::uint32_t block_packet_obsolete = 2;
constexpr std::uint32_t block_simple_packet = 3;
constexpr std::uint32_t block_interface_statistics = 5;
constexpr std::uint32_t block_enhanced_packet = 6;
constexpr std::uint32_t block_journal = 9;
constexpr std::uint32_t block_secrets = 10;
constexpr std::uint32_t block_custom = 0x00000bad;
constexpr std::uint32_t block_custom_not_to_copy = 0x40000bad;

constexpr std::uint32_t byte_order_magic = 0x1a2b3c4d;

// Option codes, sections 3.5 and 4.
constexpr std::uint16_t option_end = 0;
constexpr std::uint16_t option_comment = 1;
constexpr std::uint16_t option_interface_name = 2;
constexpr std::uint16_t option_interface_description = 3;
constexpr std::uint16_t option_interface_resolution = 9;
constexpr std::uint16_t option_interface_time_offset = 14;
constexpr std::uint16_t option_packet_drops = 4;
constexpr std::uint16_t option_statistics_interface_drops = 5;
constexpr std::uint16_t option_statistics_kernel_drops = 7;

constexpr std::uint32_t block_header = 8;     // type and total length
constexpr std::uint32_t block_overhead = 12;  // and the total length again at the end
constexpr std::uint32_t packet_data_at = 28;  // of an enhanced or obsolete packet block
constexpr std::uint32_t simple_packet_data_at = 12;
constexpr std::uint32_t section_header_minimum = 28;

constexpr std::uint32_t padded(std::uint32_t length) {
  return (length + 3U) & ~3U;
}

/// Blocks that are no packets, but that Wireshark (4.0) shows as frames.
constexpr bool is_other_frame(std::uint32_t type) {
  return type == block_journal || type == block_custom || type == block_custom_not_to_copy;
}

/// Calls `visit(code, value)` for each option; stops at the end or where a length does not fit.
template <bool swapped, typename Visit>
void for_each_option(Bytes options, Visit visit) {
  while (options.size() >= 4) {
    const std::uint16_t code = load16<swapped>(options.data());
    const std::uint16_t length = load16<swapped>(options.data() + 2);
    options = options.subspan(4);
    if (code == option_end || length > options.size()) return;
    visit(code, options.first(length));
    options = options.subspan(std::min<std::size_t>(padded(length), options.size()));
  }
}

std::string limited_text(Bytes text, std::size_t limit) {
  const std::string_view view = as_text(text.first(std::min(text.size(), limit)));
  return std::string(view.substr(0, view.find('\0')));  // some writers count the terminating zero
}

/// Nobody dropped as many packets. Programs write the highest number where they know none (dumpcap does).
constexpr std::uint64_t most_drops = std::uint64_t{1} << 48;

/// A drop counter only grows; `total` is kept as the sum over all interfaces.
/// Answers whether it has.
bool raise(std::optional<std::uint64_t>& counter, std::optional<std::uint64_t>& total, std::uint64_t value) {
  if (value >= most_drops) return false;
  const std::uint64_t before = counter.value_or(0);
  counter = std::max(before, value);
  total = total.value_or(0) + (*counter - before);
  return *counter > before;
}

}  // namespace

bool PcapngReader::recognises(Bytes head) {
  return head.size() >= 4 && load_le32(head.data()) == block_section_header;
}

WalkEnd PcapngReader::walk(const std::uint8_t* begin, const std::uint8_t* end, PacketSlots& slots) {
  while (true) {
    const bool swapped = swapped_;
    WalkEnd result = swapped ? walk_blocks<true>(begin, end, slots) : walk_blocks<false>(begin, end, slots);
    // A new section may have another byte order; its header is consumed then.
    if (swapped == swapped_) return result;
    begin = result.position;
  }
}

// long: the loop over all packets of a file; its parts share too many values, which stay in registers
template <bool swapped>
WalkEnd PcapngReader::walk_blocks(const std::uint8_t* begin, const std::uint8_t* end, PacketSlots& slots) {
  const std::uint8_t* p = begin;
  Prefetcher prefetcher(p);
  WalkEnd result;
  const auto corrupt = [&result](std::string text) {
    result.stop = Stop::corrupt;
    result.text = std::move(text);
  };
  while (true) {
    const auto available = static_cast<std::size_t>(end - p);
    if (available < block_overhead) {
      result.stop = Stop::need_more;
      result.bytes = block_overhead;
      break;
    }
    prefetcher.advance(p);
    const std::uint32_t type = load32<swapped>(p);
    const std::uint32_t length = load32<swapped>(p + 4);
    const bool simple = type == block_simple_packet;
    if (type != block_enhanced_packet && type != block_packet_obsolete && !simple) [[unlikely]] {
      BlockEnd block = read_other_block<swapped>(type, p, length, available);
      if (!block.consumed) {
        result.stop = block.stop;
        result.bytes = block.bytes;
        result.text = std::move(block.text);
        break;
      }
      // The section header was read in its own byte order, which may not be the one of `length`.
      p += swapped == swapped_ ? length : __builtin_bswap32(length);
      if (swapped != swapped_) break;
      continue;
    }
    if (slots.next == slots.end) {
      result.stop = Stop::batch_full;
      break;
    }
    const std::uint32_t data_at = simple ? simple_packet_data_at : packet_data_at;
    if (length < data_at + 4 || length % 4 != 0 || length > max_packet_block) [[unlikely]] {
      corrupt(
          fmt::format("the block of packet {} has an implausible length of {} bytes", number_ + 1, length));
      break;
    }
    if (available < length) {
      result.stop = Stop::need_more;
      result.bytes = length;
      break;
    }
    if (load32<swapped>(p + length - 4) != length) [[unlikely]] {
      corrupt(fmt::format("the two lengths of the block of packet {} differ", number_ + 1));
      break;
    }
    std::uint32_t interface_index = 0;
    if (type == block_enhanced_packet) interface_index = load32<swapped>(p + 8);
    if (type == block_packet_obsolete) interface_index = load16<swapped>(p + 8);
    if (interface_index >= interfaces_.size()) [[unlikely]] {
      leave_out(p, fmt::format("packet {} is of interface {}, which the section does not describe",
                               number_ + 1, interface_index));
      p += length;
      continue;
    }
    SectionInterface& interface = interfaces_[interface_index];
    const std::uint32_t room = length - data_at - 4;
    std::uint32_t captured = 0;
    std::uint32_t wire = 0;
    if (simple) {
      wire = load32<swapped>(p + 8);
      captured = std::min(wire, room);
      if (interface.snap_length != 0) captured = std::min(captured, interface.snap_length);
    } else {
      captured = load32<swapped>(p + 20);
      wire = std::max(load32<swapped>(p + 24), captured);
      const std::uint64_t ticks =
          static_cast<std::uint64_t>(load32<swapped>(p + 12)) << 32U | load32<swapped>(p + 16);
      last_time_ = interface.unit.nanoseconds(ticks);
    }
    if (captured > room || captured > max_captured_length) [[unlikely]] {
      leave_out(
          p, fmt::format("packet {} has {} bytes, its block has room for {}", number_ + 1, captured, room));
      p += length;
      continue;
    }
    Packet& packet = *slots.next++;
    packet.data = p + data_at;
    packet.captured_length = captured;
    packet.wire_length = wire;
    packet.time = last_time_;
    packet.number = ++number_;
    packet.link_type = interface.link_type;
    packet.interface_id = interface.id;
    if (!simple) {
      const std::uint32_t options_at = data_at + padded(captured);
      if (options_at + 4 < length) {
        read_packet_options<swapped>(Bytes(p + options_at, length - 4 - options_at), interface,
                                     type == block_packet_obsolete);
      }
      if (type == block_packet_obsolete) note_obsolete_drops(interface, load16<swapped>(p + 10));
    }
    p += length;
  }
  result.position = p;
  return result;
}

/// The block is whole, so that the next one can be read; its packet keeps its number.
void PcapngReader::leave_out(const std::uint8_t* block, std::string text) {
  ++number_;
  if (left_out_.count++ == 0) {
    left_out_.first = block;
    left_out_.text = std::move(text);
  }
}

template <bool swapped>
PcapngReader::BlockEnd PcapngReader::read_other_block(std::uint32_t type, const std::uint8_t* block,
                                                      std::uint32_t length, std::size_t available) {
  const auto corrupt = [](std::string text) { return BlockEnd{false, Stop::corrupt, 0, std::move(text)}; };
  if (type == block_section_header) {
    const std::uint32_t magic = load32<swapped>(block + 8);
    if (magic == __builtin_bswap32(byte_order_magic)) {
      // The other byte order: read the block again with it; walk() continues with it.
      BlockEnd other = read_other_block<!swapped>(type, block, __builtin_bswap32(length), available);
      if (other.consumed) swapped_ = !swapped;
      return other;
    }
    if (magic != byte_order_magic) return corrupt("a section header has no byte-order magic");
  }
  if (length < block_overhead || length % 4 != 0) {
    return corrupt(fmt::format("a block of type {:#x} has an implausible length of {} bytes", type, length));
  }
  const bool description = type == block_section_header || type == block_interface;
  if (description && length > max_description_block) {
    return corrupt(fmt::format("a block of type {:#x} has an implausible length of {} bytes", type, length));
  }
  const bool wanted = description || type == block_interface_statistics || type == block_secrets;
  if (available < length) {
    const bool keep = wanted && length <= max_secrets_bytes;
    if (!keep && is_other_frame(type)) ++number_;
    if (!keep && type == block_secrets) ++statistics_.secrets_dropped;
    return {false, keep ? Stop::need_more : Stop::skip, length, {}};
  }
  if (load32<swapped>(block + length - 4) != length) {
    return corrupt(fmt::format("the two lengths of a block of type {:#x} differ", type));
  }
  const Bytes body(block + block_header, length - block_overhead);
  std::string problem;
  switch (type) {
    case block_section_header: problem = read_section_header<swapped>(body); break;
    case block_interface: problem = read_interface<swapped>(body); break;
    case block_interface_statistics: read_statistics<swapped>(body); break;
    case block_secrets: read_secrets<swapped>(body); break;
    default: break;
  }
  if (is_other_frame(type)) ++number_;
  if (!problem.empty()) return corrupt(std::move(problem));
  return {};
}

template <bool swapped>
std::string PcapngReader::read_section_header(Bytes body) {
  if (body.size() < section_header_minimum - block_overhead) return "a section header is too short";
  const std::uint16_t major = load16<swapped>(body.data() + 4);
  const std::uint16_t minor = load16<swapped>(body.data() + 6);
  if (major != 1) return fmt::format("pcapng version {}.{} is not known", major, minor);
  interfaces_.clear();
  for_each_option<swapped>(body.subspan(16), [this](std::uint16_t code, Bytes value) {
    if (code == option_comment) note_comment(value, 0);
  });
  return {};
}

template <bool swapped>
std::string PcapngReader::read_interface(Bytes body) {
  if (body.size() < 8) return "an interface description is too short";
  if (statistics_.interfaces.size() >= max_interfaces) {
    return fmt::format("there are more than {} interfaces", max_interfaces);
  }
  Interface interface;
  interface.link_type = load16<swapped>(body.data());
  interface.snap_length = load32<swapped>(body.data() + 4);
  for_each_option<swapped>(body.subspan(8), [&](std::uint16_t code, Bytes value) {
    switch (code) {
      case option_comment: note_comment(value, 0); break;
      case option_interface_name: interface.name = limited_text(value, max_interface_text); break;
      case option_interface_description:
        interface.description = limited_text(value, max_interface_text);
        break;
      case option_interface_resolution:
        if (!value.empty()) interface.time_resolution = value[0];
        break;
      case option_interface_time_offset:
        if (value.size() >= 8)
          interface.time_offset = static_cast<std::int64_t>(load64<swapped>(value.data()));
        break;
      default: break;
    }
  });
  SectionInterface& own = interfaces_.emplace_back();
  own.unit = TimeUnit(interface.time_resolution, interface.time_offset);
  own.snap_length = interface.snap_length;
  own.link_type = interface.link_type;
  own.id = static_cast<std::uint16_t>(statistics_.interfaces.size());
  statistics_.interfaces.push_back(std::move(interface));
  return {};
}

template <bool swapped>
void PcapngReader::read_statistics(Bytes body) {
  if (body.size() < 12) return;
  const std::uint32_t index = load32<swapped>(body.data());
  if (index >= interfaces_.size()) return;
  const SectionInterface& own = interfaces_[index];
  Interface& interface = statistics_.interfaces[own.id];
  bool more = false;
  for_each_option<swapped>(body.subspan(12), [&](std::uint16_t code, Bytes value) {
    // A comment here is not noted: it is what dumpcap says about itself in every file.
    if (value.size() < 8) return;
    const std::uint64_t count = load64<swapped>(value.data());
    if (code == option_statistics_interface_drops) {
      more |= raise(interface.interface_drops, statistics_.interface_drops, count);
    } else if (code == option_statistics_kernel_drops) {
      more |= raise(interface.kernel_drops, statistics_.kernel_drops, count);
    }
  });
  if (!more) return;
  const std::uint64_t ticks =
      static_cast<std::uint64_t>(load32<swapped>(body.data() + 4)) << 32U | load32<swapped>(body.data() + 8);
  tell_drops(own, own.unit.nanoseconds(ticks));
}

template <bool swapped>
void PcapngReader::read_secrets(Bytes body) {
  if (body.size() < 8) return;
  const std::uint32_t length = load32<swapped>(body.data() + 4);
  const Bytes bytes = body.subspan(8, std::min<std::size_t>(length, body.size() - 8));
  if (statistics_.secrets.size() >= max_secrets_blocks || bytes.size() > max_secrets_bytes - secrets_bytes_) {
    ++statistics_.secrets_dropped;
    return;
  }
  secrets_bytes_ += bytes.size();
  statistics_.secrets.push_back({load32<swapped>(body.data()), {bytes.begin(), bytes.end()}});
}

template <bool swapped>
void PcapngReader::read_packet_options(Bytes options, SectionInterface& interface, bool obsolete_block) {
  for_each_option<swapped>(options, [&](std::uint16_t code, Bytes value) {
    if (code == option_comment) note_comment(value, number_);
    if (code == option_packet_drops && value.size() >= 8 && !obsolete_block) {
      const std::uint64_t drops = load64<swapped>(value.data());
      if (drops < most_drops) note_packet_drops(interface, drops);
    }
  });
}

void PcapngReader::note_obsolete_drops(SectionInterface& interface, std::uint16_t drops) {
  constexpr std::uint16_t unknown = 0xffff;
  if (drops == 0 || drops == unknown) return;
  note_packet_drops(interface, drops);
}

/// Every packet may tell of drops.
void PcapngReader::note_packet_drops(SectionInterface& interface, std::uint64_t drops) {
  constexpr Timestamp second = 1'000'000'000;
  interface.drops_before_packets += drops;
  Interface& shown = statistics_.interfaces[interface.id];
  const bool more = raise(shown.kernel_drops, statistics_.kernel_drops, interface.drops_before_packets);
  if (!more || interface.drops_told == last_time_ / second) return;
  interface.drops_told = last_time_ / second;
  tell_drops(interface, last_time_);
}

/// A file may have any number of statistics without a packet between them.
void PcapngReader::tell_drops(const SectionInterface& interface, Timestamp time) {
  drops_there_ = drops_at_ == number_ ? drops_there_ + 1 : 1;
  drops_at_ = number_;
  if (drops_there_ > max_drops_between_packets) return;
  const Interface& shown = statistics_.interfaces[interface.id];
  statistics_.drops.push_back(
      {{number_, time}, interface.id, shown.interface_drops, shown.kernel_drops, std::nullopt});
}

void PcapngReader::note_comment(Bytes text, std::uint64_t packet_number) {
  ++statistics_.comment_count;
  if (statistics_.comments.size() >= max_comments) return;
  statistics_.comments.push_back({0, packet_number, limited_text(text, max_comment_bytes)});
}

}  // namespace rtmpscope::capture
