// Sizes and limits of the pipeline.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

namespace rtmpscope::pipeline {

/// Logical shards. Fixed, whatever the number of threads, so that limits and order within a shard never depend on
/// it; a thread serves many shards.
inline constexpr std::size_t shard_count = 64;
static_assert((shard_count & (shard_count - 1)) == 0);

/// Packets that are decoded, analysed and written as one step. Large, so that a connection has several packets in
/// one window even among thousands; small, so that the descriptors of a window stay in the processor's caches.
inline constexpr std::size_t window_packets = 32768;

/// The same where every message becomes some hundred bytes of JSON, which are held for two windows.
inline constexpr std::size_t json_window_packets = 16384;

/// Within a window the segments of a shard are served bucket by bucket, so that a connection's state is brought into
/// the nearest cache once for all of its packets. A power of two, buckets of one shard lie together.
inline constexpr std::size_t buckets_per_shard = 64;
inline constexpr std::size_t bucket_count = shard_count * buckets_per_shard;

/// Connections of one shard, a million in all. Reached: see net::FlowLimits::flows.
inline constexpr std::uint32_t flows_per_shard = 1U << 14;

/// Out-of-order payload of one shard, half a GiB in all. Reached: see net::FlowLimits::held_bytes_total.
inline constexpr std::size_t held_bytes_per_shard = std::size_t{8} << 20;

/// Capture time between two calls of FlowTable::on_tick.
inline constexpr Timestamp tick_interval = 1'000'000'000;

}  // namespace rtmpscope::pipeline
