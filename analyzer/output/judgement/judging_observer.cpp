#include "output/judgement/judging_observer.hpp"

#include "output/judgement/attachments.hpp"
#include "output/judgement/judgement_events.hpp"

namespace rtmpscope::output {

JudgingObserver::JudgingObserver(std::unique_ptr<Observer> shown, RedactionPointer redaction)
    : shown_(std::move(shown)), redaction_(std::move(redaction)), judge_(*this), reader_(judge_) {}

void JudgingObserver::on_event(const rtmp::Event& event) {
  current_ = &event;
  if (event.kind == EventKind::capture_end) {
    auto end = std::make_shared<EndAttachment>();
    end->packet = event.packet;
    attach(std::move(end), 0);
  }
  const bool is_last = event.kind == EventKind::connection_close;
  if (!is_last) shown_->on_event(event);
  reader_.read(event);
  if (is_last) shown_->on_event(event);
  if (report_) attach_report(event);
  current_ = nullptr;
}

void JudgingObserver::on_tick(PacketRef now) {
  shown_->on_tick(now);
  if (awaited_ticks_ == 0) return;
  --awaited_ticks_;
  auto tick = std::make_shared<TimeAttachment>();
  tick->time = now.time;
  attach(std::move(tick), 0);
}

void JudgingObserver::show(rtmp::Event& event) {
  event.packet = current_->packet;
  event.connection = current_->connection;
  event.about = current_->about;
  shown_->on_event(event);
}

void JudgingObserver::attach(std::shared_ptr<Attachment> attachment, std::uint32_t connection) {
  Output& to = output();
  const auto at = static_cast<std::uint32_t>(to.bytes.size());
  to.spans.push_back({.connection = connection,
                      .begin = at,
                      .number_at = at,
                      .end = at,
                      .flags = OutputSpan::attached,
                      .attachment = static_cast<std::uint32_t>(to.attachments.size())});
  to.attachments.push_back(std::move(attachment));
}

void JudgingObserver::on_finding(std::uint32_t, const analysis::JudgedFinding& finding) {
  JudgedFindingEvent event(finding, redaction_.get());
  show(event);
}

void JudgingObserver::on_fingerprint(std::uint32_t, analysis::Moment,
                                     const analysis::Fingerprint& fingerprint) {
  FingerprintEvent event(fingerprint, redaction_.get());
  show(event);
}

void JudgingObserver::on_score(std::uint32_t, analysis::Moment, const analysis::Score& score) {
  ScoreEvent event(score);
  show(event);
}

void JudgingObserver::on_publish_start(const analysis::PublishMark& mark) {
  auto attachment = std::make_shared<PublishAttachment>();
  attachment->mark = mark;
  attach(std::move(attachment), mark.connection);
}

void JudgingObserver::on_report(std::shared_ptr<analysis::ConnectionReport> report) {
  report_ = std::move(report);
}

/// Behind connection_close, so that outputs know the connection when its verdict comes.
void JudgingObserver::attach_report(const rtmp::Event& close) {
  constexpr int ticks_until_final = 4;  // a verdict is held back for two seconds of capture time at most
  auto attachment = std::make_shared<ReportAttachment>();
  attachment->about = *close.about;
  attachment->packet = close.packet;
  attachment->report = std::move(report_);
  attach(std::move(attachment), close.connection);
  awaited_ticks_ = ticks_until_final;
}

}  // namespace rtmpscope::output
