#include "app/complaints.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rtmpscope::app {

std::optional<std::string> complaint_about_times(const output::RendererOptions& options,
                                                 std::optional<Timestamp> start) {
  const auto& from = options.from;
  const auto& to = options.to;
  if (!from || !to || (from->relative != to->relative && !start)) return std::nullopt;
  const auto since_epoch = [&](const output::TimeBound& bound) {
    return bound.value + (bound.relative ? start.value_or(0) : 0);
  };
  if (since_epoch(*from) < since_epoch(*to)) return std::nullopt;
  return "--to is not later than --from: nothing can lie between them";
}

std::optional<std::string> complaint_about_connection(std::optional<std::uint32_t> only_connection,
                                                      const pipeline::EngineResult& result) {
  const std::uint32_t opened = result.connections.opened;
  if (!only_connection || *only_connection <= opened) return std::nullopt;
  const std::string there = opened == 0   ? "no connection that is reported"
                            : opened == 1 ? "connection 1 only"
                                          : fmt::format("connections 1 to {}", opened);
  return fmt::format("--connection {}: the capture has {}", *only_connection, there);
}

std::optional<std::string> complaint_about_interfaces(const std::vector<std::string>& interfaces) {
  for (auto each = interfaces.begin(); each != interfaces.end(); ++each) {
    if (*each == "any" && interfaces.size() > 1) return "-i any has all interfaces already";
    if (std::find(interfaces.begin(), each, *each) != each) return fmt::format("-i {} is there twice", *each);
  }
  return std::nullopt;
}

}  // namespace rtmpscope::app
