// Asks for memory ahead of its use.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rtmpscope {

/// Bytes that the processor loads at once; only speed depends on it.
inline constexpr std::size_t cache_line = 64;

/// Brings `size` bytes at `from`, at least one, near. Only a hint: `from` may be null or of the past.
inline void prefetch(const void* from, std::size_t size) {
  const auto begin = reinterpret_cast<std::uintptr_t>(from);
  const auto ask = [&](std::size_t at) {
    __builtin_prefetch(reinterpret_cast<const void*>(begin + at), 1);  // NOLINT(performance-no-int-to-ptr)
  };
  for (std::size_t at = 0; at + 1 < size; at += cache_line) ask(at);
  ask(size - 1);  // `from` may lie anywhere in its line
}

}  // namespace rtmpscope
