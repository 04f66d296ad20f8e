// The one sentence about all connections of a capture.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "analysis/judge/report.hpp"

namespace rtmpscope::analysis {

/// How bad it is for those who use the connection.
[[nodiscard]] Severity severity_of(const ConnectionReport& report);

class CaptureSummary {
 public:
  /// A connection with its final verdict. `is_told`: another connection's verdict tells of it, too.
  void add(const ConnectionReport& report, bool is_told);
  [[nodiscard]] CaptureVerdict verdict() const;

 private:
  enum class Part : std::uint8_t { publisher, player, other };
  /// Connections of one kind that ended for one cause.
  struct Group {
    Severity severity{};
    std::uint64_t count = 0;
    std::vector<std::uint32_t> connections;  ///< at most 100
    std::string sentence, next_step;         ///< of the first one
  };

  /// The worst of what was found, above note; the first of these.
  struct Fault {
    Severity severity = Severity::note;
    std::uint32_t connection = 0;
    std::string text, what_to_do;
  };

  void add_fault(const ConnectionReport& report);
  [[nodiscard]] static Part part_of(const History& history);
  [[nodiscard]] CaptureVerdict all_well() const;
  [[nodiscard]] std::string title(Part part, CauseId cause, const Group& group) const;

  std::map<std::pair<Part, CauseId>, Group> groups_;
  std::map<Part, std::uint64_t> of_part_;
  std::uint64_t count_ = 0;
  Fault fault_;
};

}  // namespace rtmpscope::analysis
