// Judges the events of one shard, and hands them on to an observer that shows them, with what the judge says
// in between.
#pragma once

#include <unordered_map>

#include "analysis/judge/judge.hpp"
#include "output/judgement/event_reader.hpp"
#include "output/judgement/judgement_writer.hpp"
#include "output/observer.hpp"

namespace rtmpscope::output {

/// A finding comes behind the event that shows it, but before connection_close, which is a connection's last
/// event but for its verdict. That comes from JudgingAssembler.
class JudgingObserver final : public Observer, private JudgementWriter {
 public:
  /// `samples`: the seconds of streams are shown, too.
  JudgingObserver(std::unique_ptr<Observer> shown, RedactionPointer redaction, bool samples,
                  const analysis::JudgeOptions& options);

  void on_event(const rtmp::Event& event) override;
  void on_tick(PacketRef now) override;
  void on_interfaces(PacketRef now, const metrics::InterfaceList& interfaces, bool last) override {
    shown_->on_interfaces(now, interfaces, last);
  }
  void on_finish(PacketRef last) override { shown_->on_finish(last); }
  [[nodiscard]] Output& output() override { return shown_->output(); }

 private:
  void show(const rtmp::Event& event) override { shown_->on_event(event); }
  void tell_silence(PacketRef now);
  void attach(std::shared_ptr<Attachment> attachment, std::uint32_t connection) override;

  std::unique_ptr<Observer> shown_;
  analysis::Judge judge_;
  EventReader reader_;
  bool tell_silence_;
  std::unordered_map<std::uint32_t, const rtmp::ConnectionInfo*> open_;  ///< if silence is told
  int awaited_ticks_ = 0;  ///< for as long as a verdict may be held back
};

}  // namespace rtmpscope::output
