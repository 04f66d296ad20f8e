// What only several connections together tell: that a name was in use, a server restarted, a client kept
// reconnecting.
#pragma once

#include <deque>
#include <memory>

#include "analysis/judge/capture_summary.hpp"
#include "analysis/judge/refinement.hpp"
#include "analysis/judge/report.hpp"

namespace rtmpscope::analysis {

class CaptureJudgeSink {
 public:
  virtual ~CaptureJudgeSink() = default;
  /// The final verdict of a connection; once for each report. `told_with`: numbers of other connections that
  /// are told in the same sentence.
  virtual void on_verdict(const ConnectionReport& report, const std::vector<std::uint32_t>& told_with) = 0;
  /// A finding that several connections show; it is about `report`'s.
  virtual void on_finding(const ConnectionReport& report, const JudgedFinding& finding) = 0;
  virtual void on_capture_verdict(const CaptureVerdict& verdict) = 0;
};

/// Calls come in the order of the capture, `finish` last. A verdict may be held back for two seconds of
/// capture time, since what ends at the same time ends for one reason. Connection numbers are those of the
/// capture. What is older than two minutes, and over, is forgotten.
class CaptureJudge {
 public:
  explicit CaptureJudge(CaptureJudgeSink& to) : to_(to) {}

  void on_publish_start(const PublishMark& mark);
  /// The verdict of `report` is replaced where other connections say more.
  void add(std::shared_ptr<ConnectionReport> report);
  /// Capture time has come so far.
  void advance(Timestamp now);
  void finish();

 private:
  struct Held {
    std::shared_ptr<ConnectionReport> report;
    Timestamp due = 0;
  };

  void learn(const ConnectionReport& report);
  void give(ConnectionReport& report);
  void find(const ConnectionReport& report);

  CaptureJudgeSink& to_;
  CaptureKnowledge knowledge_;
  CaptureSummary summary_;
  std::deque<Held> held_;  ///< by `due`
  Timestamp now_ = 0;
  Timestamp forgotten_ = 0;
};

}  // namespace rtmpscope::analysis
