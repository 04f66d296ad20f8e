// Gives connections their final verdicts, and hands them with all other output to the assembler of the
// format.
#pragma once

#include <map>
#include <optional>

#include "analysis/judge/capture_judge.hpp"
#include "output/judgement/attachments.hpp"
#include "output/observer.hpp"
#include "output/redaction.hpp"

namespace rtmpscope::output {

/// Sees all reports in the order of the capture. What is decided becomes an event, which `shown` renders, and
/// whose spans go to `inner`.
class JudgingAssembler final : public Assembler, private analysis::CaptureJudgeSink {
 public:
  /// `only_connection`: what is said of other connections is not shown.
  JudgingAssembler(std::unique_ptr<Assembler> inner, std::unique_ptr<Observer> shown,
                   RedactionPointer redaction, std::optional<std::uint32_t> only_connection);

  void begin(Buffer& to) override { inner_->begin(to); }
  void add(const Output& from, const OutputSpan& span, std::uint32_t number, Buffer& to) override;
  [[nodiscard]] bool end(Buffer& to) override { return inner_->end(to); }

 private:
  struct Ended {
    rtmp::ConnectionInfo about;
    PacketRef packet;
  };

  void on_verdict(const analysis::ConnectionReport& report,
                  const std::vector<std::uint32_t>& told_with) override;
  void on_finding(const analysis::ConnectionReport& report, const analysis::JudgedFinding& finding) override;
  void on_capture_verdict(const analysis::CaptureVerdict& verdict) override;

  void add_attachment(Attachment& attachment, std::uint32_t number);
  void show(rtmp::Event& event, std::uint32_t number);

  std::unique_ptr<Assembler> inner_;
  std::unique_ptr<Observer> shown_;
  RedactionPointer redaction_;
  std::optional<std::uint32_t> only_connection_;
  analysis::CaptureJudge judge_;
  std::map<std::uint32_t, Ended> ended_;  ///< whose verdicts are held back, by number
  PacketRef last_;                        ///< of the capture
  Buffer* to_ = nullptr;                  ///< during a call
};

}  // namespace rtmpscope::output
