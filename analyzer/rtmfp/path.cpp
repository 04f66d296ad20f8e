#include "rtmfp/path.hpp"

#include <cstring>

namespace rtmpscope::rtmfp {
namespace {

std::array<std::uint64_t, 2> words_of(const IpAddress& address) {
  std::array<std::uint64_t, 2> words{};
  std::memcpy(words.data(), address.bytes.data(), address.length);
  return words;
}

}  // namespace

Path path_of(const Endpoint& from, const Endpoint& to, std::uint32_t session_id) {
  // Endpoints are ordered as FlowKey has them: by address, then by port.
  const bool from_low = from <= to;
  const Endpoint& low = from_low ? from : to;
  const Endpoint& high = from_low ? to : from;
  Path path;
  path.key.low_address = words_of(low.address);
  path.key.high_address = words_of(high.address);
  path.key.low_port = low.port;
  path.key.high_port = high.port;
  path.key.address_length = from.address.length;
  path.session_id = session_id;
  path.from_low = from_low;
  return path;
}

}  // namespace rtmpscope::rtmfp
