#include "rtmfp/split_packets.hpp"

#include <algorithm>

#include "rtmfp/limits.hpp"

namespace rtmpscope::rtmfp {

std::optional<std::vector<std::uint8_t>> SplitPackets::add(const Path& path, const PacketFragment& fragment) {
  auto found = std::ranges::find_if(pending_, [&](const Pending& pending) {
    return pending.packet == fragment.packet && pending.path == path;
  });
  if (found == pending_.end()) {
    if (pending_.size() >= split_packets) pending_.pop_front();
    found = pending_.insert(pending_.end(), Pending{path, fragment.packet, 0, std::nullopt, {}});
  }
  if (found->fragments.contains(fragment.number)) return std::nullopt;
  found->bytes += fragment.bytes.size();
  if (found->bytes > split_packet_bytes || found->fragments.size() >= split_packet_fragments) {
    pending_.erase(found);
    return std::nullopt;
  }
  if (!fragment.more) found->last = fragment.number;
  found->fragments.emplace(fragment.number,
                           std::vector<std::uint8_t>(fragment.bytes.begin(), fragment.bytes.end()));
  if (found->last != found->fragments.size() - 1 || found->fragments.rbegin()->first != *found->last)
    return std::nullopt;
  std::vector<std::uint8_t> whole;
  for (const auto& [number, bytes] : found->fragments) whole.insert(whole.end(), bytes.begin(), bytes.end());
  pending_.erase(found);
  return whole;
}

}  // namespace rtmpscope::rtmfp
