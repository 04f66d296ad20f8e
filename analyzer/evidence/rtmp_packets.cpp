#include "evidence/rtmp_packets.hpp"

#include <algorithm>

namespace rtmpscope::evidence {
namespace {

/// Acknowledgements come behind the end, and packets that were sent again.
constexpr Timestamp patience_behind_end = 5'000'000'000;

}  // namespace

void RtmpPackets::add(const net::FlowKey& key, const capture::Packet& packet, bool begins) {
  now_ = packet.time;
  const auto known = connections_.find(key);
  if (known != connections_.end() && !(begins && known->second.closed_at)) {
    window_.push_back(packet);
    return;
  }
  if (known != connections_.end()) connections_.erase(known);  // the port is used again
  keeper_.add(key, packet);
}

void RtmpPackets::on_news(const ConnectionNews& news) {
  const net::FlowKey key = key_of(
      news, [&](const net::FlowKey& each) { return keeper_.knows(each) || connections_.contains(each); });
  if (news.kind == ConnectionNews::Kind::opened) {
    const auto [connection, is_new] = connections_.try_emplace(key);
    connection->second.closed_at.reset();
    if (!is_new) return;
    keeper_.for_each(key, [&](const capture::Packet& packet) { window_.push_back(packet); });
    shown_.push_back(key);
  } else if (news.kind == ConnectionNews::Kind::closed) {
    const auto found = connections_.find(key);
    if (found == connections_.end()) return keeper_.forget(key);
    found->second.closed_at = now_;
    closed_.push_back({now_, key});
  }
}

void RtmpPackets::end_window() {
  std::ranges::sort(window_, {}, &capture::Packet::number);
  std::uint64_t last = 0;  // one packet may have segments of several connections
  for (const capture::Packet& packet : window_) {
    if (packet.number != last) pass_on_(packet);
    last = packet.number;
  }
  window_.clear();
  for (const net::FlowKey& key : shown_) keeper_.forget(key);
  shown_.clear();
  forget_closed();
}

void RtmpPackets::forget_closed() {
  // The clock may have gone back.
  while (!closed_.empty() && (now_ - closed_.front().at > patience_behind_end || now_ < closed_.front().at)) {
    const auto found = connections_.find(closed_.front().key);
    if (found != connections_.end() && found->second.closed_at == closed_.front().at)
      connections_.erase(found);
    closed_.pop_front();
  }
}

}  // namespace rtmpscope::evidence
