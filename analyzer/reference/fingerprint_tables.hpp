// What the program knows of software, for people and scripts.
#pragma once

#include <string>

#include "analysis/fingerprint/fingerprint_table.hpp"
#include "reference/reference.hpp"

namespace rtmpscope::output {

/// Three tables: programs with their marks, what they bear, and their known issues. JSON is one object.
[[nodiscard]] std::string fingerprints_table(const analysis::FingerprintTable& known, TableFormat format);

}  // namespace rtmpscope::output
