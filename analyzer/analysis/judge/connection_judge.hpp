// The judge of one connection.
#pragma once

#include "analysis/history/history_builder.hpp"
#include "analysis/judge/connection_checks.hpp"
#include "analysis/judge/judge_sink.hpp"
#include "analysis/judge/software_judge.hpp"
#include "analysis/media/media_judge.hpp"
#include "analysis/transport/transport_judge.hpp"

namespace rtmpscope::analysis {

/// Takes the records of one connection, connection_close last. At that the report goes to the sink.
class ConnectionJudge final : private MediaSink {
 public:
  /// `options` must live as long as this.
  ConnectionJudge(std::uint32_t connection, JudgeSink& to, const JudgeOptions& options)
      : connection_(connection),
        to_(to),
        keep_answers_(options.keep_answers),
        checks_(options),
        software_(connection, to, *options.identifier, options.early_software),
        media_(connection, builder_.history(), *this),
        transport_([this](JudgedFinding finding) { add_finding(std::move(finding)); }) {}

  void on_record(const Record& record);
  void on_media(const MediaRecord& record);

  [[nodiscard]] const History& history() const { return builder_.history(); }
  /// Whether a minute is over without a record; true once for each silence.
  [[nodiscard]] bool falls_silent(Timestamp now);
  void tell_silence(Moment now);

 private:
  void note_time(Moment at) {
    if (latest_.time < at.time) latest_ = at;
    silence_is_told_ = false;
  }
  /// Once for each stream that the server has let the client publish.
  void tell_publish_starts();
  void close(const Record& last);
  [[nodiscard]] DecisionContext context_of(Moment capture_last, const Profile* profile) const;
  void on_sample(const Sample& sample) override { to_.on_sample(sample); }
  void on_media_finding(JudgedFinding finding) override { add_finding(std::move(finding)); }
  void add_finding(JudgedFinding finding);

  std::uint32_t connection_;
  JudgeSink& to_;
  bool keep_answers_;
  HistoryBuilder builder_;
  ConnectionChecks checks_;
  std::size_t told_ = 0;  ///< streams whose start was told, or is no publisher's
  SoftwareJudge software_;
  MediaJudge media_;
  TransportJudge transport_;
  Moment latest_;  ///< of the records
  bool silence_is_told_ = false;
  std::vector<JudgedFinding> findings_;  ///< for the report: each interval once
};

}  // namespace rtmpscope::analysis
