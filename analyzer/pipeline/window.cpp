#include "pipeline/window.hpp"

#include <algorithm>

namespace rtmpscope::pipeline {
namespace {

/// Packets ahead whose headers are brought into the cache while a packet is decoded.
constexpr std::size_t prefetch_distance = 8;

static_assert(bucket_count <= 1U << 16);

std::uint16_t bucket_of(const net::TcpSegment& segment) {
  return static_cast<std::uint16_t>(shard_index_of(segment) * buckets_per_shard +
                                    segment.hash % buckets_per_shard);
}

}  // namespace

void WindowReader::read(Window& window) {
  window.sections.clear();
  window.rtmfp_datagrams.clear();
  window.last = !source_.read(window.batch, window_size_);
  window.drops.clear();
  const capture::SourceStatistics& statistics = source_.statistics();
  for (const capture::Drops& drops : statistics.drops)
    window.drops.push_back({drops, statistics.interfaces[drops.interface_id].name});
  if (notes_interfaces_) note_interfaces(window);
  const auto& packets = window.batch.packets;
  // Segments are decoded in place, and are not cleared first: most of a window is overwritten at once.
  if (window.segments.size() < packets.size()) window.segments.resize(packets.size());
  if (buckets_.size() < packets.size()) buckets_.resize(packets.size());
  window.order.resize(packets.size());
  window.sections.emplace_back();
  std::size_t section_begin = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const capture::Packet& packet = packets[i];
    if (i + prefetch_distance < packets.size()) {
      const std::uint8_t* ahead = packets[i + prefetch_distance].data;
      __builtin_prefetch(ahead);
      __builtin_prefetch(ahead + 64);
    }
    const PacketRef ref = packet.ref();
    if (clock_.leaves_second(ref.time)) [[unlikely]] {
      if (const auto tick = clock_.on_other_second(ref)) {
        finish_section(window, section_begin, count);
        section_begin = count;
        begin_section(window, *tick);
      }
    }
    last_number_ = ref.number;
    net::TcpSegment& segment = window.segments[count];
    const net::DecodeResult result =
        decoder_.decode(packet.bytes(), packet.wire_length, packet.link_type, ref, segment);
    if (result == net::DecodeResult::tcp || result == net::DecodeResult::icmp) {
      buckets_[count++] = bucket_of(segment);
    } else if (result == net::DecodeResult::udp && rtmfp_.wants(decoder_.datagram())) {
      window.rtmfp_datagrams.push_back(decoder_.datagram());
    }
  }
  finish_section(window, section_begin, count);
  if (const auto now = window.batch.clock; now && clock_.leaves_second(*now)) {
    if (const auto tick = clock_.on_other_second({last_number_, *now})) {
      begin_section(window, *tick);
      finish_section(window, count, count);
    }
  }
  window.datagrams = decoder_.take_buffers();
  window.last_packet = last_packet();
}

void WindowReader::note_interfaces(Window& window) const {
  window.interfaces.clear();
  for (const capture::Interface& interface : source_.statistics().interfaces) {
    window.interfaces.push_back(
        {interface.name, interface.kernel_drops, interface.interface_drops, interface.ring_drops});
  }
}

void WindowReader::begin_section(Window& window, const net::Tick& tick) {
  Section& section = window.sections.emplace_back();
  section.tick = tick;
  section.datagrams_begin = window.rtmfp_datagrams.size();
}

/// Counting sort of the section's segments by bucket.
void WindowReader::finish_section(Window& window, std::size_t first_segment, std::size_t end) {
  std::array<std::uint32_t, bucket_count + 1> begin{};
  for (std::size_t i = first_segment; i < end; ++i) ++begin[buckets_[i] + 1U];
  begin[0] = static_cast<std::uint32_t>(first_segment);
  for (std::size_t i = 0; i < bucket_count; ++i) begin[i + 1] += begin[i];
  Section& section = window.sections.back();
  section.datagrams_end = window.rtmfp_datagrams.size();
  for (std::size_t shard = 0; shard <= shard_count; ++shard)
    section.begin[shard] = begin[shard * buckets_per_shard];
  for (std::size_t i = first_segment; i < end; ++i) {
    window.order[begin[buckets_[i]]++] = static_cast<std::uint32_t>(i);
  }
}

}  // namespace rtmpscope::pipeline
