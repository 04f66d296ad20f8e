#include "carrier/rtmpe/key_stream_search.hpp"

#include <algorithm>
#include <array>

#include "rtmp/evidence/midstream_chunks.hpp"

namespace rtmpscope::carrier {
namespace {

/// Whether a header that says its message's length and type may be in `clear`. It is asked for each place of
/// the key stream, and of random bytes it says no in most cases.
bool may_have_header(Bytes clear) {
  constexpr std::size_t length_at = 4, type_at = 7;
  constexpr std::array<std::uint8_t, 6> types = {8, 9, 15, 17, 18, 20};
  constexpr std::uint8_t longest = 1;  // of 2^16 bytes
  for (std::size_t at = 0; at + type_at < clear.size(); ++at) {
    if (clear[at + length_at] <= longest && clear[at] < 0x80 &&
        std::ranges::find(types, clear[at + type_at]) != types.end())
      return true;
  }
  return false;
}

}  // namespace

void KeyStreamSearch::add(const StreamData& data) {
  if (sealed_.empty()) offset_ = data.offset;
  sealed_.insert(sealed_.end(), data.bytes.begin(), data.bytes.end());
}

void KeyStreamSearch::begin_again() {
  sealed_.clear();
}

std::optional<Rc4> KeyStreamSearch::find(std::uint64_t& budget) const {
  const Bytes sealed = Bytes(sealed_).first(std::min(sealed_.size(), window));
  const std::uint64_t places = std::min(budget / window, most_missing);
  budget -= places * window;
  std::vector<std::uint8_t> key_stream(static_cast<std::size_t>(places) + window);
  Rc4 cipher = at_gap_;
  cipher.apply(key_stream);
  std::optional<std::uint64_t> proven;
  std::array<std::uint8_t, window> clear;
  for (std::uint64_t missing = 0; missing < places; ++missing) {
    const Bytes keys = Bytes(key_stream).subspan(static_cast<std::size_t>(missing), sealed.size());
    std::ranges::transform(sealed, keys, clear.begin(), [](std::uint8_t one, std::uint8_t other) {
      return static_cast<std::uint8_t>(one ^ other);
    });
    const Bytes text = Bytes(clear).first(sealed.size());
    if (!may_have_header(text) || !rtmp::is_midstream_rtmp(text)) continue;
    if (proven) return std::nullopt;
    proven = missing;
  }
  if (!proven) return std::nullopt;
  Rc4 found = at_gap_;
  found.skip(*proven);
  return found;
}

}  // namespace rtmpscope::carrier
