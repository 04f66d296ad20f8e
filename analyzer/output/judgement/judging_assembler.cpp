#include "output/judgement/judging_assembler.hpp"

#include "output/judgement/judgement_events.hpp"

namespace rtmpscope::output {

JudgingAssembler::JudgingAssembler(std::unique_ptr<Assembler> inner, std::unique_ptr<Observer> shown,
                                   RedactionPointer redaction, std::optional<std::uint32_t> only_connection)
    : inner_(std::move(inner)),
      shown_(std::move(shown)),
      redaction_(std::move(redaction)),
      only_connection_(only_connection),
      judge_(*this) {}

void JudgingAssembler::add(const Output& from, const OutputSpan& span, std::uint32_t number, Buffer& to) {
  if ((span.flags & OutputSpan::attached) == 0) return inner_->add(from, span, number, to);
  to_ = &to;
  add_attachment(*from.attachments[span.attachment], number);
  to_ = nullptr;
}

void JudgingAssembler::add_attachment(Attachment& attachment, std::uint32_t number) {
  if (auto* const mark = dynamic_cast<PublishAttachment*>(&attachment); mark != nullptr) {
    mark->mark.connection = number;
    judge_.on_publish_start(mark->mark);
  } else if (auto* const ended = dynamic_cast<ReportAttachment*>(&attachment); ended != nullptr) {
    ended->report->connection = number;
    ended_.emplace(number, Ended{ended->about, ended->packet});
    judge_.add(ended->report);
  } else if (auto* const tick = dynamic_cast<TimeAttachment*>(&attachment); tick != nullptr) {
    judge_.advance(tick->time);
  } else if (auto* const end = dynamic_cast<EndAttachment*>(&attachment); end != nullptr) {
    last_ = end->packet;
    judge_.finish();
  }
}

void JudgingAssembler::show(rtmp::Event& event, std::uint32_t number) {
  if (number != 0) {
    if (only_connection_ && number != *only_connection_) return;
    const auto ended = ended_.find(number);
    if (ended != ended_.end()) {
      event.about = &ended->second.about;
      event.packet = ended->second.packet;
    }
  } else {
    event.packet = last_;
  }
  event.connection = number;
  Output& output = shown_->output();
  output.clear();
  shown_->on_event(event);
  for (const OutputSpan& span : output.spans) inner_->add(output, span, number, *to_);
}

void JudgingAssembler::on_verdict(const analysis::ConnectionReport& report,
                                  const std::vector<std::uint32_t>& told_with) {
  VerdictEvent event(report, told_with, redaction_.get());
  show(event, report.connection);
  ended_.erase(report.connection);
}

void JudgingAssembler::on_finding(const analysis::ConnectionReport& report,
                                  const analysis::JudgedFinding& finding) {
  JudgedFindingEvent event(finding, redaction_.get());
  show(event, report.connection);
}

void JudgingAssembler::on_capture_verdict(const analysis::CaptureVerdict& verdict) {
  CaptureVerdictEvent event(verdict, redaction_.get());
  show(event, 0);
}

}  // namespace rtmpscope::output
