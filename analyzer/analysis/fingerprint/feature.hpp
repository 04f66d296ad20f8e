// The features that fingerprints look at, by name.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace rtmpscope::analysis {

/// Index into feature_names().
enum class FeatureId : std::uint8_t {};

/// In alphabetical order.
[[nodiscard]] std::span<const std::string_view> feature_names();
[[nodiscard]] std::string_view name(FeatureId id);
[[nodiscard]] std::optional<FeatureId> feature_id(std::string_view name);

}  // namespace rtmpscope::analysis
