// Reads files of the form of data/fingerprints.json (docs/fingerprints.md describes it).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/fingerprint/software.hpp"
#include "base/error.hpp"

namespace rtmpscope::analysis {

/// What rows of a file may name: by name, of this file and of those before it.
struct KnownNames {
  std::map<std::string, Source, std::less<>> sources;
  std::map<std::string, std::shared_ptr<const Predicate>, std::less<>> predicates;
};

struct ReadFingerprints {
  std::vector<Software> programs;
  KnownNames known;
};

/// The error (open_input) begins with `name` and says the line, or the member.
[[nodiscard]] Expected<ReadFingerprints> read_fingerprints(std::string_view text, std::string_view name,
                                                           KnownNames known);

}  // namespace rtmpscope::analysis
