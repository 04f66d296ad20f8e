#include "rtmp/recovery/trial.hpp"

#include <algorithm>

namespace rtmpscope::rtmp {

BodyHead::BodyHead(Bytes body) : size(std::min(body.size(), most)) {
  std::copy_n(body.begin(), size, bytes.begin());
}

int BodyHead::weigh_alike(Bytes body) const {
  constexpr int first_bits = 8;
  constexpr int alike_bits = 6;
  const Bytes other = body.first(std::min(body.size(), size));
  const auto alike =
      static_cast<int>(std::mismatch(other.begin(), other.end(), bytes.begin()).first - other.begin());
  return alike == 0 ? 0 : first_bits + alike_bits * (alike - 1);
}

bool contains(std::span<const MessageSample> samples, const HeaderDefaults& what) {
  return std::ranges::any_of(samples, [&](const MessageSample& sample) {
    return sample.chunk_stream_id == what.chunk_stream_id && sample.length == what.length &&
           sample.type_id == what.type_id;
  });
}

}  // namespace rtmpscope::rtmp
