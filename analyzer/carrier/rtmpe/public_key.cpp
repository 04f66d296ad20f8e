#include "carrier/rtmpe/public_key.hpp"

#include <algorithm>

namespace rtmpscope::carrier {
std::optional<RtmpePublicKey> find_public_key(Bytes block, Direction direction) {
  const DigestLayout layout = find_digest(block, direction);
  if (layout == DigestLayout::none) return std::nullopt;
  RtmpePublicKey key;
  std::ranges::copy(block.subspan(locate_digest(block, layout).key, key.size()), key.begin());
  return key;
}

}  // namespace rtmpscope::carrier
