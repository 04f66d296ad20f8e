#include "analysis/judge/connection_judge.hpp"

namespace rtmpscope::analysis {

void ConnectionJudge::on_record(const Record& record) {
  builder_.on_record(record);
  if (record.kind == EventKind::connection_close) close();
}

void ConnectionJudge::close() {
  auto report = std::make_shared<ConnectionReport>();
  report->connection = connection_;
  report->history = history();
  to_.on_report(std::move(report));
}

}  // namespace rtmpscope::analysis
