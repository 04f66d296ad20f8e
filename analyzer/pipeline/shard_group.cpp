#include "pipeline/shard_group.hpp"

#include <algorithm>

namespace rtmpscope::pipeline {
namespace {

/// Segments that are served together, each stage of prefetching one group ahead of the next.
constexpr std::size_t group_size = 6;
static_assert(group_size <= 8, "process_segments keeps a byte for each group");

}  // namespace

ShardGroup::ShardGroup(std::size_t first, std::size_t end, const ShardOptions& options,
                       const output::ObserverFactory& factory, Timestamp start)
    : first_(first) {
  for (std::size_t i = first; i < end; ++i)
    shards_.push_back(std::make_unique<Shard>(options, factory.make_observer(start)));
}

void ShardGroup::process(Window& window) {
  note_thread();
  for (const auto& shard : shards_) {
    shard->set_memory_scarce(window.memory_scarce);
    shard->set_keys(window.keys);
  }
  for (const Section& section : window.sections) {
    if (section.tick) {
      for (const auto& shard : shards_) shard->remember_failure([&] { shard->on_tick(*section.tick); });
    }
    process_segments(window, window.part(section, first_, first_ + shards_.size()));
    process_datagrams(window, section);
  }
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    if (window.last) shards_[i]->remember_failure([&] { shards_[i]->finish(window.last_packet); });
    shards_[i]->hand_over(window.outputs[first_ + i]);
  }
}

/// A connection's state is spread over memory, reached by pointer after pointer, and no longer in a cache
/// among thousands of connections. So segments pass through stages, group after group: each stage asks for
/// what the next one looks at.
void ShardGroup::process_segments(const Window& window, std::span<const std::uint32_t> part) {
  if (part.empty()) return;
  constexpr std::size_t stages = 7;
  constexpr std::size_t handler_stage = 3;
  // A byte for each group that has come to that stage, the last one lowest, with a bit for each segment that
  // brings the handler something.
  std::uint64_t bringing = 0;
  const std::size_t groups = (part.size() + group_size - 1) / group_size;
  for (std::size_t turn = 0; turn < groups + stages; ++turn) {
    // Calls `load` with the segments that have come to a stage, and their places in the group.
    const auto at = [&](std::size_t stage, auto&& load) {
      if (turn < stage || turn - stage >= groups) return;
      const std::size_t from = (turn - stage) * group_size;
      const std::size_t to = std::min(from + group_size, part.size());
      for (std::size_t i = from; i < to; ++i) load(window.segments[part[i]], i - from);
    };
    const auto shard_of = [&](const net::TcpSegment& segment) -> Shard& {
      return *shards_[shard_index_of(segment) - first_];
    };
    const auto at_handler = [&](std::size_t stage, unsigned step) {
      at(stage, [&](const net::TcpSegment& next, std::size_t place) {
        if ((bringing >> (8 * (stage - handler_stage) + place) & 1U) != 0)
          shard_of(next).prefetch_handler(next, step);
      });
    };
    at(0, [](const net::TcpSegment& next, std::size_t) {
      __builtin_prefetch(&next);
      __builtin_prefetch(reinterpret_cast<const char*>(&next + 1) - 1);
    });
    at(1, [&](const net::TcpSegment& next, std::size_t) { shard_of(next).prefetch(next); });
    at(2, [&](const net::TcpSegment& next, std::size_t) { shard_of(next).prefetch_flow(next); });
    bringing <<= 8;
    at(handler_stage, [&](const net::TcpSegment& next, std::size_t place) {
      if (shard_of(next).prefetch_handler(next)) bringing |= std::uint64_t{1} << place;
    });
    at_handler(handler_stage + 1, 0);
    at_handler(handler_stage + 2, 1);
    at_handler(handler_stage + 3, 2);
    at(stages, [&](const net::TcpSegment& next, std::size_t) {
      Shard& shard = shard_of(next);
      shard.remember_failure([&] { shard.on_segment(next); });
    });
  }
}

void ShardGroup::process_datagrams(const Window& window, const Section& section) {
  if (rtmfp_shard < first_ || rtmfp_shard >= first_ + shards_.size()) return;
  Shard& shard = *shards_[rtmfp_shard - first_];
  for (std::size_t i = section.datagrams_begin; i < section.datagrams_end; ++i) {
    shard.remember_failure([&] { shard.on_datagram(window.rtmfp_datagrams[i]); });
  }
}

void ShardGroup::process_after_failure(Window& window) {
  try {
    if (std::ranges::none_of(shards_, [](const auto& shard) { return shard->failed(); }))
      return process(window);
  } catch (const std::exception&) {  // the shard remembers it
  }
  for (std::size_t i = 0; i < shards_.size(); ++i) window.outputs[first_ + i].clear();
}

void ShardGroup::finish_after_failure(Window& window) {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    shards_[i]->unless_failed([&](Shard& shard) { shard.finish(window.last_packet); });
    shards_[i]->hand_over(window.outputs[first_ + i]);
  }
}

std::size_t ShardGroup::shared_bytes() const {
  std::size_t bytes = 0;
  for (const auto& shard : shards_) bytes += shard->shared_bytes();
  return bytes;
}

void ShardGroup::add_counts(ConnectionCounts& counts) const {
  for (const auto& shard : shards_) shard->add_counts(counts);
}

void ShardGroup::note_thread() {
  const std::thread::id now = std::this_thread::get_id();
  if (thread_ != std::thread::id() && thread_ != now) thread_changes_ += shards_.size();
  thread_ = now;
}

}  // namespace rtmpscope::pipeline
