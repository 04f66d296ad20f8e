// Sizes and limits of the pipeline.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

namespace rtmpscope::pipeline {

/// Logical shards. Fixed, whatever the number of threads, so that limits and order within a shard never
/// depend on it; a thread serves many shards.
inline constexpr std::size_t shard_count = 64;
static_assert((shard_count & (shard_count - 1)) == 0);

/// Packets that are decoded, analysed and written as one window, at most. Those of a file are fewer, as many
/// as a batch of it has (capture::max_batch_bytes), so that all of a window stays in a core's own cache.
inline constexpr std::size_t window_packets = 8192;

/// With several threads: windows that exist, which is how far threads may be apart; and windows that are read
/// before they are needed, so that there is work while one thread reads. One thread needs one window.
inline constexpr std::size_t windows_in_flight = 4;
inline constexpr std::size_t windows_read_ahead = 2;
static_assert(windows_read_ahead < windows_in_flight);

/// Within a window the segments of a shard are served bucket by bucket, so that a connection's state is
/// brought into the nearest cache once for all of its packets. A power of two, buckets of one shard lie
/// together.
inline constexpr std::size_t buckets_per_shard = 64;
inline constexpr std::size_t bucket_count = shard_count * buckets_per_shard;

/// Connections of one shard, a million in all. Reached: see net::FlowLimits::flows.
inline constexpr std::uint32_t flows_per_shard = 1U << 14;

/// Connections of one shard without an answer that have events: a scan is one line, not a million. Reached:
/// they are counted (capture_end).
inline constexpr std::uint64_t unopened_shown = 256;

/// Addresses of servers that a shard remembers as servers of RTMP. Reached: connections without an answer to
/// others have events on RTMP ports only.
inline constexpr std::size_t servers_remembered = 1024;

/// Out-of-order payload of one shard, half a GiB in all. Reached: see net::FlowLimits::held_bytes_total.
inline constexpr std::size_t held_bytes_per_shard = std::size_t{8} << 20;

}  // namespace rtmpscope::pipeline
