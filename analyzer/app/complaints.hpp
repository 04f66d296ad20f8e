// What is wrong with a selection although each of its words is right.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "output/factory/renderer_factory.hpp"
#include "pipeline/engine.hpp"

namespace rtmpscope::app {

/// --to that lies at --from or before it. Bounds of two kinds can be compared only if `start`, the time of
/// the first packet, is known.
[[nodiscard]] std::optional<std::string> complaint_about_times(const output::RendererOptions& options,
                                                               std::optional<Timestamp> start);

/// --connection with a number that the capture does not reach.
[[nodiscard]] std::optional<std::string> complaint_about_connection(
    std::optional<std::uint32_t> only_connection, const pipeline::EngineResult& result);

/// -i: an interface twice, or others together with "any".
[[nodiscard]] std::optional<std::string> complaint_about_interfaces(
    const std::vector<std::string>& interfaces);

}  // namespace rtmpscope::app
