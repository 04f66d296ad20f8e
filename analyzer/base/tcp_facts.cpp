#include "base/tcp_facts.hpp"

namespace rtmpscope {

std::optional<CapturePoint> capture_point_of(const SpacedValues& to_client, const SpacedValues& to_server) {
  constexpr std::uint64_t least_us = 1000;
  constexpr std::uint64_t share = 10;
  if (to_client.count() == 0 || to_server.count() == 0) return std::nullopt;
  const std::uint64_t whole = std::uint64_t{to_client.least()} + to_server.least();
  if (whole < least_us) return std::nullopt;
  if (to_client.least() * share <= whole) return CapturePoint::at_client;
  if (to_server.least() * share <= whole) return CapturePoint::at_server;
  return CapturePoint::between;
}

}  // namespace rtmpscope
