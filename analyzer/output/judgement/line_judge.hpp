// Judges an NDJSON timeline of an earlier run (analyze --events): what the judge says is shown, the events
// are not.
#pragma once

#include <map>

#include "analysis/judge/judge.hpp"
#include "analysis/record/line_reader.hpp"
#include "output/judgement/judgement_writer.hpp"
#include "output/judgement/judging_assembler.hpp"
#include "output/observer.hpp"

namespace rtmpscope::output {

/// Order of calls: begin, read for each line, finish.
class LineJudge final : private JudgementWriter, private analysis::RecordSink {
 public:
  LineJudge(std::unique_ptr<Observer> shown, std::unique_ptr<JudgingAssembler> assembler,
            RedactionPointer redaction, bool samples, const analysis::JudgeOptions& options);

  LineJudge(const LineJudge&) = delete;
  LineJudge& operator=(const LineJudge&) = delete;

  void begin(Buffer& to) { assembler_->begin(to); }
  /// Error: the line is no event of a timeline.
  [[nodiscard]] Expected<void> read(std::string_view line, Buffer& to);
  void finish(Buffer& to);

  /// Connections that have no end in what was read: they get no verdict.
  [[nodiscard]] std::size_t open_connections() const { return judge_.open_connections(); }
  /// Lines of events that this version does not know.
  [[nodiscard]] std::uint64_t unknown() const { return lines_.unknown(); }

 private:
  void show(const rtmp::Event& event) override;
  void attach(std::shared_ptr<Attachment> attachment, std::uint32_t connection) override;
  void on_record(const analysis::Record& record) override;
  void on_media(const analysis::MediaRecord& record) override;
  void hand_over(std::uint32_t connection);

  std::unique_ptr<Observer> shown_;
  std::unique_ptr<JudgingAssembler> assembler_;
  analysis::Judge judge_;
  analysis::LineReader lines_;
  std::map<std::uint32_t, rtmp::ConnectionInfo> open_;
  PacketRef last_;
  bool ended_ = false;    ///< capture_end was read
  Buffer* to_ = nullptr;  ///< during a call
};

}  // namespace rtmpscope::output
