// Which software both sides are, and what follows from that.
#pragma once

#include <array>
#include <optional>

#include "analysis/fingerprint/identify.hpp"
#include "analysis/judge/judge_sink.hpp"
#include "analysis/verdict/decision_context.hpp"

namespace rtmpscope::analysis {

/// Fingerprints are taken once a connection has lasted for three seconds, if that is wanted, and at its end;
/// they are told when they are new.
class SoftwareJudge {
 public:
  /// `identifier` must live as long as this. `early`: not at the end alone.
  SoftwareJudge(std::uint32_t connection, JudgeSink& to, Identifier& identifier, bool early)
      : connection_(connection), to_(to), identifier_(identifier), is_due_(early) {}

  /// Of each record and media message, after the history has taken it.
  void on_time(Moment now, const History& history) {
    if (!is_due_ || now.time - history.opened.time < settled_time) [[likely]]
      return;
    identify_both(now, history);
    is_due_ = false;
  }
  /// At the end of the connection.
  void finish(Moment now, const History& history) { identify_both(now, history); }

  [[nodiscard]] const std::array<std::optional<Fingerprint>, 2>& software() const { return software_; }
  /// What the software of a side bears.
  [[nodiscard]] SideLimits limits(Direction side) const;
  /// Known faults whose symptoms are there; at the end.
  [[nodiscard]] std::vector<JudgedFinding> known_faults(const History& history,
                                                        const std::vector<JudgedFinding>& findings,
                                                        Moment capture_last) const;

 private:
  static constexpr Timestamp settled_time = 3'000 * nanoseconds_per_millisecond;

  void identify_both(Moment now, const History& history);

  std::uint32_t connection_;
  JudgeSink& to_;
  Identifier& identifier_;
  bool is_due_;
  std::array<std::optional<Fingerprint>, 2> software_;
};

}  // namespace rtmpscope::analysis
