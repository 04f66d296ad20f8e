#include "analysis/judge/connection_judge.hpp"

#include "analysis/judge/endpoints.hpp"
#include "analysis/verdict/decide.hpp"

namespace rtmpscope::analysis {
namespace {

/// What the capture holds last is where it ended, or what showed that the connection had been silent for
/// long.
DecisionContext context_of(const History& history) {
  DecisionContext context;
  if (history.close) context.capture_last = history.close->at;
  return context;
}

}  // namespace

void ConnectionJudge::on_record(const Record& record) {
  builder_.on_record(record);
  if (record.kind == EventKind::message) tell_publish_start();
  if (record.kind == EventKind::connection_close) close();
}

void ConnectionJudge::tell_publish_start() {
  const History& now = history();
  for (std::size_t i = 0; i < now.streams.size(); ++i) {
    const StreamHistory& stream = now.streams[i];
    if (stream.use != StreamUse::publish || !stream.started || i < told_streams_) continue;
    told_streams_ = i + 1;
    to_.on_publish_start(
        {connection_, *stream.started, client_of(now), server_of(now), now.app, stream.name});
  }
}

void ConnectionJudge::close() {
  auto report = std::make_shared<ConnectionReport>();
  report->connection = connection_;
  report->history = history();
  report->verdict = decide(report->history, context_of(report->history));
  to_.on_report(std::move(report));
}

}  // namespace rtmpscope::analysis
