#include "output/judgement/judging_observer.hpp"

#include "output/judgement/attachments.hpp"

namespace rtmpscope::output {

JudgingObserver::JudgingObserver(std::unique_ptr<Observer> shown, RedactionPointer redaction, bool samples,
                                 const analysis::JudgeOptions& options)
    : JudgementWriter(std::move(redaction), samples),
      shown_(std::move(shown)),
      judge_(*this, options),
      reader_(judge_),
      tell_silence_(options.tell_silence) {}

void JudgingObserver::on_event(const rtmp::Event& event) {
  constexpr int ticks_until_final = 4;  // a verdict is held back for two seconds of capture time at most
  if (event.kind == EventKind::capture_end) attach(std::make_shared<EndAttachment>(event.packet), 0);
  const bool is_last = event.kind == EventKind::connection_close;
  if (!is_last) shown_->on_event(event);
  if (tell_silence_ && event.kind == EventKind::connection_open) open_[event.connection] = event.about;
  if (is_last) open_.erase(event.connection);
  begin_event(event.packet, event.connection, event.about);
  reader_.read(event);
  if (is_last) shown_->on_event(event);
  if (end_event()) awaited_ticks_ = ticks_until_final;
}

void JudgingObserver::on_tick(PacketRef now) {
  shown_->on_tick(now);
  if (tell_silence_) tell_silence(now);
  if (awaited_ticks_ == 0) return;
  --awaited_ticks_;
  attach(std::make_shared<TimeAttachment>(now.time), 0);
}

void JudgingObserver::tell_silence(PacketRef now) {
  for (const std::uint32_t connection : judge_.fallen_silent(now.time)) {
    const auto about = open_.find(connection);
    begin_event(now, connection, about == open_.end() ? nullptr : about->second);
    judge_.tell_silence(connection, {now.time, now.number});
  }
}

void JudgingObserver::attach(std::shared_ptr<Attachment> attachment, std::uint32_t connection) {
  attach_to(output(), std::move(attachment), connection);
}

}  // namespace rtmpscope::output
