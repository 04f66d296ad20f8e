// What rules about conduct look at when a connection ends.
#pragma once

#include <optional>
#include <string>

#include "analysis/finding/check.hpp"
#include "analysis/history/history.hpp"
#include "analysis/platform/profile.hpp"
#include "analysis/rules/finding_tally.hpp"
#include "analysis/rules/needs.hpp"
#include "analysis/verdict/verdict.hpp"

namespace rtmpscope::analysis {

/// How long a server bears that its client is silent.
struct IdleLimit {
  double seconds = 0;
  std::string whose;  ///< "SRS": the software whose default it is
};

struct RuleContext {
  const History& history;
  const Profile* profile = nullptr;       ///< that was matched or chosen
  const Verdict* verdict = nullptr;       ///< null: rules that go by it are undecided
  std::optional<IdleLimit> idle_limit{};  ///< of the server, where its software is known
  /// Whether the server's software is known to take H.265 with codec id 12; absent: the software is not
  /// known.
  std::optional<bool> takes_codec_id_12{};
};

}  // namespace rtmpscope::analysis
