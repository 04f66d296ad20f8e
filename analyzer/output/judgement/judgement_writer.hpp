// Turns what the judge of single connections says into events and attachments.
#pragma once

#include <memory>

#include "analysis/judge/judge_sink.hpp"
#include "output/output.hpp"
#include "output/redaction.hpp"
#include "rtmp/session/events.hpp"

namespace rtmpscope::output {

/// Base of those who run a judge. The judge is called between begin_event and end_event.
class JudgementWriter : public analysis::JudgeSink {
 protected:
  /// `samples`: the seconds of streams are events, too.
  JudgementWriter(RedactionPointer redaction, bool samples)
      : redaction_(std::move(redaction)), samples_(samples) {}

  /// What the judge says next comes of this event; `about` is valid until end_event.
  void begin_event(PacketRef packet, std::uint32_t connection, const rtmp::ConnectionInfo* about);
  /// Attaches the report if the event has ended its connection. Answers whether it has.
  bool end_event();

  /// Shows an event, of which packet, connection and `about` are filled in.
  virtual void show(const rtmp::Event& event) = 0;
  virtual void attach(std::shared_ptr<Attachment> attachment, std::uint32_t connection) = 0;

 private:
  void on_finding(std::uint32_t connection, const analysis::JudgedFinding& finding) final;
  void on_sample(const analysis::Sample& sample) final;
  void on_stream_totals(const analysis::StreamFigures& totals) final;
  void on_fingerprint(std::uint32_t connection, analysis::Moment at,
                      const analysis::Fingerprint& fingerprint) final;
  void on_silence(std::uint32_t connection, std::uint32_t seconds, const analysis::Verdict& verdict) final;
  void on_score(std::uint32_t connection, analysis::Moment at, const analysis::Score& score) final;
  void on_publish_start(const analysis::PublishMark& mark) final;
  void on_report(std::shared_ptr<analysis::ConnectionReport> report) final;
  void complete(rtmp::Event& event);

  RedactionPointer redaction_;
  bool samples_;
  PacketRef packet_;
  std::uint32_t connection_ = 0;
  const rtmp::ConnectionInfo* about_ = nullptr;
  std::shared_ptr<analysis::ConnectionReport> report_;  ///< of the connection that the event has ended
};

}  // namespace rtmpscope::output
