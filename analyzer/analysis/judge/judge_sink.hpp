// Takes what the judge of single connections says.
#pragma once

#include <memory>

#include "analysis/judge/report.hpp"
#include "analysis/media/sample.hpp"

namespace rtmpscope::analysis {

class JudgeSink {
 public:
  virtual ~JudgeSink() = default;
  /// When a rule begins to fail (`until` absent), and again with the same `since` when the interval ends.
  /// Findings that are made at one point come once.
  virtual void on_finding(std::uint32_t connection, const JudgedFinding& finding) = 0;
  /// A second of a stream is over. Valid during the call.
  virtual void on_sample(const Sample& sample) = 0;
  /// At the end of the connection, for each stream and direction with media.
  virtual void on_stream_totals(const StreamFigures& totals) = 0;
  /// When it is decided, and at the end if it has changed.
  virtual void on_fingerprint(std::uint32_t connection, Moment at, const Fingerprint& fingerprint) = 0;
  /// The connection has said nothing for a minute, and has not ended: the verdict on what is known so far.
  virtual void on_silence(std::uint32_t connection, std::uint32_t seconds, const Verdict& verdict) = 0;
  virtual void on_score(std::uint32_t connection, Moment at, const Score& score) = 0;
  virtual void on_publish_start(const PublishMark& mark) = 0;
  /// Last of a connection. The object belongs to nobody else.
  virtual void on_report(std::shared_ptr<ConnectionReport> report) = 0;
};

}  // namespace rtmpscope::analysis
