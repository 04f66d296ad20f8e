// What somebody meant who wrote a word that is none.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace rtmpscope {

/// How many characters have to be inserted, deleted, replaced or swapped with their neighbour to make `from`
/// into `to` (optimal string alignment). Case counts half as much as another character: the unit is half a
/// change.
[[nodiscard]] std::size_t half_changes(std::string_view from, std::string_view to);

/// The candidate that is nearest to `word`, the first of several; nothing if none is near: at most a third of
/// its characters, and always one, may differ.
[[nodiscard]] std::optional<std::string_view> nearest_word(std::string_view word,
                                                           std::span<const std::string_view> candidates);

}  // namespace rtmpscope
