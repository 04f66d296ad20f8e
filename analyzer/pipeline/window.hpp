// A run of packets on its way through the pipeline: read and decoded once, then handed to the shards.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "capture/source.hpp"
#include "keys/key_store.hpp"
#include "net/capture_clock.hpp"
#include "net/packet_decoder.hpp"
#include "output/output.hpp"
#include "pipeline/limits.hpp"
#include "rtmfp/datagram_filter.hpp"

namespace rtmpscope::pipeline {

/// All connections of one host pair belong to one shard (an RTMPT session spans several of them).
[[nodiscard]] inline std::size_t shard_index_of(const net::TcpSegment& segment) {
  return segment.host_pair_hash % shard_count;
}

/// RTMFP sessions change hosts: one shard has them all (rtmfp/session_table.hpp).
inline constexpr std::size_t rtmfp_shard = 0;

/// A part of a window that no tick divides. Its segments are ordered by shard; those of one connection keep
/// the order of the capture, those of different connections do not.
struct Section {
  std::optional<net::Tick> tick;  ///< to be passed to every shard before the section's segments
  std::array<std::uint32_t, shard_count + 1> begin{};  ///< of each shard's part in Window::order
  std::size_t datagrams_begin = 0;                     ///< of its part of Window::rtmfp_datagrams
  std::size_t datagrams_end = 0;
};

struct InterfaceDrops {
  capture::Drops drops;
  std::string interface;  ///< its name; empty: not known
};

/// What is known of an interface, but for its packets.
struct InterfaceState {
  std::string name;  ///< empty: not known
  std::optional<std::uint64_t> kernel_drops;
  std::optional<std::uint64_t> interface_drops;
  std::optional<std::uint64_t> ring_drops;
};

/// A run of packets, and what the shards make of it. Used again and again, so that nothing is allocated.
struct Window {
  capture::PacketBatch batch;
  net::DatagramBuffers datagrams;         ///< keep the payloads of defragmented segments alive
  std::vector<net::TcpSegment> segments;  ///< in capture order; longer than what `order` refers to
  std::vector<std::uint32_t> order;       ///< indices into `segments`, section by section, shard by shard
  std::vector<Section> sections;
  std::vector<net::UdpDatagram> rtmfp_datagrams;    ///< that may be RTMFP, in capture order: for rtmfp_shard
  std::vector<InterfaceDrops> drops;                ///< that were noted while it was read
  std::vector<InterfaceState> interfaces;           ///< once it was read; only if that is asked for
  PacketRef last_packet;                            ///< of all windows so far
  bool last = false;                                ///< nothing comes after this window
  keys::KeyVersion keys = 0;                        ///< its shards see the keys up to this version
  bool memory_scarce = false;                       ///< for its shards: rtmp::SharedMemory
  std::array<output::Output, shard_count> outputs;  ///< by shard, once it has processed the window

  /// Of `segments`, those of this window.
  [[nodiscard]] std::size_t segment_count() const {
    return sections.empty() ? 0 : sections.back().begin[shard_count];
  }

  /// Frees what the outputs of earlier runs have left. The observers' own outputs, with which these are
  /// exchanged, come to lie here with the window that is merged next.
  void release_outputs() {
    for (output::Output& output : outputs) output = {output::Buffer(), {}};
  }

  /// Indices of the section's segments that belong to the shards [first, end).
  [[nodiscard]] std::span<const std::uint32_t> part(const Section& section, std::size_t first,
                                                    std::size_t end) const {
    return {order.data() + section.begin[first], order.data() + section.begin[end]};
  }
};

/// Fills windows, one after the other, in capture order. A tick begins a section where the packets' time
/// comes to the next full second, or the live clock does while no packet comes (net/capture_clock.hpp).
class WindowReader {
 public:
  /// `window_size`: packets in one window at most. `interfaces`: whether Window::interfaces is filled.
  WindowReader(capture::PacketSource& source, std::size_t window_size, bool interfaces = false)
      : source_(source), window_size_(window_size), notes_interfaces_(interfaces) {}

  void read(Window& window);
  [[nodiscard]] const net::PacketDecoder& decoder() const { return decoder_; }
  [[nodiscard]] const net::CaptureClock& clock() const { return clock_; }
  /// Highest number and latest time so far, the live clock's ticks included.
  [[nodiscard]] PacketRef last_packet() const { return {last_number_, clock_.latest()}; }

 private:
  static void begin_section(Window& window, const net::Tick& tick);
  void note_interfaces(Window& window) const;
  void finish_section(Window& window, std::size_t first_segment, std::size_t end);

  capture::PacketSource& source_;
  std::size_t window_size_;
  bool notes_interfaces_;
  net::PacketDecoder decoder_;
  net::CaptureClock clock_;
  std::uint64_t last_number_ = 0;
  std::vector<std::uint16_t> buckets_;  ///< of the window's segments
  rtmfp::DatagramFilter rtmfp_;
};

}  // namespace rtmpscope::pipeline
