#include "carrier/key_stream_search.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "rtmp/evidence/midstream_chunks.hpp"

namespace rtmpscope::carrier {
namespace {

/// Whether a header of type 0 or 1 may be in `clear`. It is asked for each place of the key stream: one in a
/// thousand of random windows may. Without branches, so that compilers look at many bytes at once.
bool may_have_header(Bytes clear) {
  constexpr std::size_t time_at = 1, length_at = 4, type_at = 7, stream_at = 8, size = 12;
  constexpr std::uint8_t longest = 1;  // of 2^16 bytes
  if (clear.size() < size) return false;
  const std::uint8_t* const bytes = clear.data();
  unsigned found = 0;
  for (std::size_t at = 0; at + size <= clear.size(); ++at) {
    const std::uint8_t* const header = bytes + at;
    const std::uint8_t type = header[type_at];
    const unsigned is_type = unsigned{type == 8} | unsigned{type == 9} | unsigned{type == 15} |
                             unsigned{type == 17} | unsigned{type == 18} | unsigned{type == 20};
    // A message stream has a small number, little-endian; steps of time are short.
    const unsigned is_type_0 =
        unsigned{header[0] < 0x40} &
        unsigned{(header[stream_at + 1] | header[stream_at + 2] | header[stream_at + 3]) == 0};
    const unsigned is_type_1 = unsigned{(header[0] & 0xC0) == 0x40} & unsigned{header[time_at] == 0};
    found |= is_type & unsigned{header[length_at] <= longest} & (is_type_0 | is_type_1);
  }
  return found != 0;
}

}  // namespace

void KeyStreamSearch::add_gap(const StreamGap& gap) {
  drop(kept_.bytes().size());
  widen(gap);
}

void KeyStreamSearch::drop(std::size_t count) {
  cipher_.skip(count);
  kept_.drop(count);
  tried_ -= std::min(tried_, count);
}

void KeyStreamSearch::widen(const StreamGap& gap) {
  if (gap.length) return cipher_.skip(*gap.length);
  places_ = std::min(places_ + std::min(gap.at_most.value_or(most_missing), most_missing), most_missing);
}

std::optional<Rc4> KeyStreamSearch::find(std::uint64_t& budget) {
  const Bytes untried = kept_.bytes().subspan(tried_);
  const Bytes sealed = untried.first(std::min(untried.size(), window));
  const std::uint64_t begin = tried_;
  tried_ += sealed.size();
  const std::uint64_t places = std::min(budget / window, places_);
  if (places < std::min(places_, first_budget / window)) return std::nullopt;
  budget -= places * window;
  std::vector<std::uint8_t> key_stream(static_cast<std::size_t>(places) + sealed.size());
  Rc4 cipher = cipher_;
  cipher.skip(begin);
  cipher.apply(key_stream);
  std::optional<std::uint64_t> proven;
  std::array<std::uint8_t, window> clear;
  for (std::uint64_t place = 0; place < places; ++place) {
    const Bytes keys = Bytes(key_stream).subspan(static_cast<std::size_t>(place), sealed.size());
    std::ranges::transform(sealed, keys, clear.begin(), [](std::uint8_t one, std::uint8_t other) {
      return static_cast<std::uint8_t>(one ^ other);
    });
    const Bytes text = Bytes(clear).first(sealed.size());
    if (!may_have_header(text) || !rtmp::is_midstream_rtmp(text)) continue;
    if (proven) return std::nullopt;
    proven = place;
  }
  if (!proven) return std::nullopt;
  Rc4 found = cipher_;
  found.skip(*proven);
  return found;
}

}  // namespace rtmpscope::carrier
