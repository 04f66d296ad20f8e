// Which software a side of a connection is.
#pragma once

#include <optional>

#include "analysis/fingerprint/fingerprint.hpp"
#include "analysis/fingerprint/fingerprint_table.hpp"
#include "analysis/history/history.hpp"

namespace rtmpscope::analysis {

/// Points that a name needs, and the lead over the next program.
constexpr int named_score = 10;
constexpr int named_lead = 4;
/// Points that a family needs; its members are at most so far behind the best.
constexpr int family_score = 5;
constexpr int family_width = 3;
/// What one contradiction takes at most.
constexpr int strongest_contradiction = 5;

/// What the connection so far says; the same whenever it is asked about the same history. Nothing: too little
/// is known. Marks of one feature are alternatives: if one fits, the others do not contradict, and if none
/// does, that counts once.
[[nodiscard]] std::optional<Fingerprint> identify(const FingerprintTable& table, const History& history,
                                                  Direction side);

}  // namespace rtmpscope::analysis
