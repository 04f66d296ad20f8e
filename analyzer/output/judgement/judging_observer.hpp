// Judges the events of one shard, and hands them on to an observer that shows them, with what the judge says
// in between.
#pragma once

#include "analysis/judge/judge.hpp"
#include "output/judgement/event_reader.hpp"
#include "output/observer.hpp"
#include "output/redaction.hpp"

namespace rtmpscope::output {

/// An event is judged before it is shown if it ends a connection, and after that in all other cases: a
/// finding comes behind what shows it, and connection_close is a connection's last event but for its verdict,
/// which comes from JudgingAssembler.
class JudgingObserver final : public Observer, private analysis::JudgeSink {
 public:
  JudgingObserver(std::unique_ptr<Observer> shown, RedactionPointer redaction);

  void on_event(const rtmp::Event& event) override;
  void on_tick(PacketRef now) override;
  [[nodiscard]] Output& output() override { return shown_->output(); }

 private:
  void on_finding(std::uint32_t connection, const analysis::JudgedFinding& finding) override;
  void on_fingerprint(std::uint32_t connection, analysis::Moment at,
                      const analysis::Fingerprint& fingerprint) override;
  void on_score(std::uint32_t connection, analysis::Moment at, const analysis::Score& score) override;
  void on_publish_start(const analysis::PublishMark& mark) override;
  void on_report(std::shared_ptr<analysis::ConnectionReport> report) override;

  void show(rtmp::Event& event);
  void attach(std::shared_ptr<Attachment> attachment, std::uint32_t connection);
  void attach_report(const rtmp::Event& close);

  std::unique_ptr<Observer> shown_;
  RedactionPointer redaction_;
  analysis::Judge judge_;
  EventReader reader_;
  const rtmp::Event* current_ = nullptr;                ///< the event that is being judged
  std::shared_ptr<analysis::ConnectionReport> report_;  ///< of the connection that ends
  int awaited_ticks_ = 0;                               ///< for as long as a verdict may be held back
};

}  // namespace rtmpscope::output
