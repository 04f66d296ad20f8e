// Cuts an input in every way that a stream decoder must not care about.
#pragma once

#include <functional>
#include <random>
#include <vector>

#include "base/bytes.hpp"

namespace rtmpscope::test {

/// Calls `run` with the pieces of `input` for: whole, byte by byte, byte by byte with the given step sizes,
/// every single cut (for inputs up to `exhaustive_limit` bytes; else every 7th), and `random_rounds` random
/// cuts. Pieces are never empty; their concatenation is the input. Random cuts use a fixed seed.
inline void cut_every_way(Bytes input, const std::function<void(const std::vector<Bytes>&)>& run,
                          std::size_t exhaustive_limit = 2048, int random_rounds = 50) {
  if (input.empty()) return;
  run({input});
  for (const std::size_t step :
       {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{5}, std::size_t{128}}) {
    std::vector<Bytes> pieces;
    for (std::size_t at = 0; at < input.size(); at += step) {
      pieces.push_back(input.subspan(at, std::min(step, input.size() - at)));
    }
    run(pieces);
  }
  const std::size_t stride = input.size() <= exhaustive_limit ? 1 : 7;
  for (std::size_t cut = 1; cut < input.size(); cut += stride) run({input.first(cut), input.subspan(cut)});
  std::mt19937 random(20121221);  // NOLINT: reproducible on purpose
  for (int round = 0; round < random_rounds; ++round) {
    std::vector<Bytes> pieces;
    std::size_t at = 0;
    while (at < input.size()) {
      const std::size_t limit = 1 + random() % (round % 2 == 0 ? 40 : 2000);
      const std::size_t size = std::min(limit, input.size() - at);
      pieces.push_back(input.subspan(at, size));
      at += size;
    }
    run(pieces);
  }
}

}  // namespace rtmpscope::test
