// What the judge says, as events of the timeline. Texts lose the marks of what is from the capture, or have
// pseudonyms in its place.
#pragma once

#include "analysis/judge/report.hpp"
#include "output/redaction.hpp"
#include "rtmp/session/events.hpp"

namespace rtmpscope::output {

/// A text of the judge as it may be shown. `redaction` may be null.
[[nodiscard]] std::string shown_text(std::string_view text, const Redaction* redaction);

/// A finding of the judge. References are valid as long as the finding.
struct JudgedFindingEvent final : rtmp::FindingEvent {
  const analysis::JudgedFinding& finding;
  const Redaction* redaction;

  JudgedFindingEvent(const analysis::JudgedFinding& f, const Redaction* r);
  [[nodiscard]] Severity severity() const override { return finding.severity; }
  [[nodiscard]] std::string text() const override { return shown_text(finding.text, redaction); }
  void describe(FieldSink& sink) const override;
};

/// A second of a stream.
struct SampleEvent final : rtmp::Event {
  const analysis::Sample& sample;

  explicit SampleEvent(const analysis::Sample& s) : Event(EventKind::sample), sample(s) {
    direction = s.direction;
  }
  void describe(FieldSink& sink) const override;
  [[nodiscard]] std::optional<std::uint64_t> second() const override {
    constexpr Timestamp nanoseconds = 1'000'000'000;
    return static_cast<std::uint64_t>(sample.begin / nanoseconds);
  }
};

struct StreamTotalsEvent final : rtmp::Event {
  const analysis::StreamFigures& totals;

  explicit StreamTotalsEvent(const analysis::StreamFigures& t) : Event(EventKind::stream_totals), totals(t) {
    direction = t.direction;
  }
  void describe(FieldSink& sink) const override;
};

struct FingerprintEvent final : rtmp::Event {
  const analysis::Fingerprint& fingerprint;
  const Redaction* redaction;

  FingerprintEvent(const analysis::Fingerprint& f, const Redaction* r)
      : Event(EventKind::fingerprint), fingerprint(f), redaction(r) {}
  void describe(FieldSink& sink) const override;
};

struct ScoreEvent final : rtmp::Event {
  const analysis::Score& score;

  explicit ScoreEvent(const analysis::Score& s) : Event(EventKind::score), score(s) {}
  void describe(FieldSink& sink) const override;
};

/// The verdict of a report; texts for people draw other parts of the report, too.
struct VerdictEvent final : rtmp::Event {
  const analysis::ConnectionReport& report;
  const std::vector<std::uint32_t>& told_with;  ///< numbers of other connections
  const Redaction* redaction;

  VerdictEvent(const analysis::ConnectionReport& whole, const std::vector<std::uint32_t>& with,
               const Redaction* r)
      : Event(EventKind::verdict), report(whole), told_with(with), redaction(r) {}
  void describe(FieldSink& sink) const override;
};

/// A verdict on a connection that has not ended.
struct SilenceEvent final : rtmp::Event {
  const analysis::Verdict& verdict;
  std::uint32_t seconds;  ///< for which it has been silent
  const Redaction* redaction;

  SilenceEvent(const analysis::Verdict& so_far, std::uint32_t silent_for, const Redaction* r)
      : Event(EventKind::verdict), verdict(so_far), seconds(silent_for), redaction(r) {}
  void describe(FieldSink& sink) const override;
};

struct CaptureVerdictEvent final : rtmp::Event {
  const analysis::CaptureVerdict& verdict;
  const Redaction* redaction;

  CaptureVerdictEvent(const analysis::CaptureVerdict& v, const Redaction* r)
      : Event(EventKind::capture_verdict), verdict(v), redaction(r) {}
  void describe(FieldSink& sink) const override;
};

}  // namespace rtmpscope::output
