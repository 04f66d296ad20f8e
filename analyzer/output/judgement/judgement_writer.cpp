#include "output/judgement/judgement_writer.hpp"

#include "output/judgement/attachments.hpp"
#include "output/judgement/judgement_events.hpp"

namespace rtmpscope::output {

void JudgementWriter::begin_event(PacketRef packet, std::uint32_t connection,
                                  const rtmp::ConnectionInfo* about) {
  packet_ = packet;
  connection_ = connection;
  about_ = about;
}

bool JudgementWriter::end_event() {
  if (report_ == nullptr) return false;
  auto attachment = std::make_shared<ReportAttachment>();
  if (about_ != nullptr) attachment->about = *about_;
  attachment->packet = packet_;
  attachment->report = std::move(report_);
  report_ = nullptr;
  attach(std::move(attachment), connection_);
  return true;
}

void JudgementWriter::complete(rtmp::Event& event) {
  event.packet = packet_;
  event.connection = connection_;
  event.about = about_;
  show(event);
}

void JudgementWriter::on_finding(std::uint32_t, const analysis::JudgedFinding& finding) {
  JudgedFindingEvent event(finding, redaction_.get());
  complete(event);
}

void JudgementWriter::on_sample(const analysis::Sample& sample) {
  if (!samples_) return;
  SampleEvent event(sample);
  complete(event);
}

void JudgementWriter::on_stream_totals(const analysis::StreamFigures& totals) {
  StreamTotalsEvent event(totals);
  complete(event);
}

void JudgementWriter::on_fingerprint(std::uint32_t, analysis::Moment,
                                     const analysis::Fingerprint& fingerprint) {
  FingerprintEvent event(fingerprint, redaction_.get());
  complete(event);
}

void JudgementWriter::on_silence(std::uint32_t, std::uint32_t seconds, const analysis::Verdict& verdict) {
  SilenceEvent event(verdict, seconds, redaction_.get());
  complete(event);
}

void JudgementWriter::on_score(std::uint32_t, analysis::Moment, const analysis::Score& score) {
  ScoreEvent event(score);
  complete(event);
}

void JudgementWriter::on_publish_start(const analysis::PublishMark& mark) {
  auto attachment = std::make_shared<PublishAttachment>();
  attachment->mark = mark;
  attach(std::move(attachment), mark.connection);
}

void JudgementWriter::on_report(std::shared_ptr<analysis::ConnectionReport> report) {
  report_ = std::move(report);
}

}  // namespace rtmpscope::output
