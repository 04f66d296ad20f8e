// The key of a connection's packets.
#pragma once

#include <array>
#include <cstring>

#include "evidence/connection_news.hpp"
#include "net/flow_key.hpp"

namespace rtmpscope::evidence {

[[nodiscard]] inline net::FlowKey key_of(const Endpoint& low, const Endpoint& high) {
  const auto words_of = [](const IpAddress& address) {
    std::array<std::uint64_t, 2> words{};
    std::memcpy(words.data(), address.bytes.data(), address.length);
    return words;
  };
  net::FlowKey key;
  key.low_address = words_of(low.address);
  key.high_address = words_of(high.address);
  key.low_port = low.port;
  key.high_port = high.port;
  key.address_length = low.address.length;
  return key;
}

/// Which of the two is the low one is known to those who made the keys of packets. `knows` tells their keys.
template <typename Knows>
[[nodiscard]] net::FlowKey key_of(const ConnectionNews& news, const Knows& knows) {
  const net::FlowKey key = key_of(news.client, news.server);
  return knows(key) ? key : key_of(news.server, news.client);
}

struct KeyHash {
  std::size_t operator()(const net::FlowKey& key) const { return net::hash_of(key).flow; }
};

}  // namespace rtmpscope::evidence
