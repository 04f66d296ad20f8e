// The answer to "who ended it, and why".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/record/record.hpp"

namespace rtmpscope::analysis {

/// In the order in which the decision list tries them.
enum class CauseId : std::uint8_t {
#define CAUSE(number, identifier, title, explanation) identifier = (number),
#include "schema/tables/causes.def"
#undef CAUSE
};

/// The name in every output: "client_stopped".
[[nodiscard]] std::string_view name(CauseId id);

/// Whether it says no more than why nothing can be said: the capture lacks something, or the end is not
/// explained.
[[nodiscard]] bool is_undecided(CauseId id);

/// Whether it says that the server would not let the client do what it asked for, from the SYN to play.
[[nodiscard]] bool is_refusal(CauseId id);

/// Numbers as in the value table confidence.
enum class Confidence : std::uint8_t {
  certain,   ///< the wire says it
  likely,    ///< it is known behaviour of the software at work, or of TCP
  possible,  ///< only times speak for it
};

/// A packet that shows it.
struct VerdictEvidence {
  Moment at;         ///< frame 0: no packet
  std::string what;  ///< a few words: "FIN of the server"
};

struct RunnerUp {
  CauseId cause{};
  Confidence confidence{};
  std::string sentence;
};

struct Verdict {
  CauseId cause = CauseId::unknown;
  Confidence confidence = Confidence::certain;
  std::optional<Direction> ended_by;  ///< the side by what it sends: to_server is the client
  std::string sentence;               ///< whole sentences, with subject and values
  std::string next_step;              ///< what to do; empty where there is nothing to do
  std::vector<VerdictEvidence> evidence;
  std::vector<RunnerUp> runners_up;  ///< at most two
};

}  // namespace rtmpscope::analysis
