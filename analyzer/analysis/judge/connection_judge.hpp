// The judge of one connection.
#pragma once

#include "analysis/history/history_builder.hpp"
#include "analysis/judge/judge_sink.hpp"

namespace rtmpscope::analysis {

/// Takes the records of one connection, connection_close last. At that the report goes to the sink.
class ConnectionJudge {
 public:
  ConnectionJudge(std::uint32_t connection, JudgeSink& to) : connection_(connection), to_(to) {}

  void on_record(const Record& record);
  void on_media(const MediaRecord& record) { builder_.on_media(record); }

  [[nodiscard]] const History& history() const { return builder_.history(); }

 private:
  void close();

  std::uint32_t connection_;
  JudgeSink& to_;
  HistoryBuilder builder_;
};

}  // namespace rtmpscope::analysis
