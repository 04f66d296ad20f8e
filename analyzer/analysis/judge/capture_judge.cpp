#include "analysis/judge/capture_judge.hpp"

#include <algorithm>

#include "analysis/judge/endpoints.hpp"
#include "analysis/judge/shared_findings.hpp"
#include "analysis/verdict/closer.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr Timestamp hold_time = 2 * nanoseconds_per_second;
constexpr std::size_t most_held = 4096;
constexpr Timestamp memory_time = 120 * nanoseconds_per_second;
constexpr Timestamp forget_interval = 10 * nanoseconds_per_second;

void forget_servers(std::map<std::string, Timestamp>& servers, Timestamp before) {
  std::erase_if(servers, [&](const auto& entry) { return entry.second < before; });
}

}  // namespace

void CaptureJudge::on_publish_start(const PublishMark& mark) {
  advance(mark.at.time);
  knowledge_.publishers.began(mark);
  knowledge_.sessions.publish_began(mark);
}

void CaptureJudge::add(std::shared_ptr<ConnectionReport> report) {
  if (report->history.close) advance(report->history.close->at.time);
  learn(*report);
  if (!may_change(*report)) return give(*report);
  held_.push_back({std::move(report), now_ + hold_time});
  if (held_.size() <= most_held) return;
  give(*held_.front().report);
  held_.pop_front();
}

void CaptureJudge::learn(const ConnectionReport& report) {
  const EndFacts end = end_of(report.history);
  const std::string server = server_of(report.history);
  if (report.history.tls.seen && report.history.side(Direction::to_client).bytes > 0 &&
      report.verdict.cause != CauseId::plain_expected) {
    knowledge_.tls_servers[server] = now_;
  } else if (!report.history.tls.seen && report.history.phase >= Phase::connect) {
    knowledge_.plain_servers[server] = now_;
  }
  knowledge_.publishers.ended(report, end.at);
  knowledge_.sessions.add(report, end.at);
  if (const std::string group = group_of_end(report); !group.empty())
    knowledge_.ends.add(group, report.connection, end.at.time);
}

void CaptureJudge::give(ConnectionReport& report) {
  const std::vector<std::uint32_t> told_with = refine(report, knowledge_);
  find(report);
  const bool is_told = knowledge_.sessions.login_after(report.connection).has_value();
  summary_.add(report, is_told);
  to_.on_verdict(report, told_with);
}

void CaptureJudge::find(const ConnectionReport& report) {
  for (const JudgedFinding& finding : shared_findings(report, knowledge_)) to_.on_finding(report, finding);
}

void CaptureJudge::advance(Timestamp now) {
  now_ = std::max(now_, now);
  while (!held_.empty() && held_.front().due < now_) {
    give(*held_.front().report);
    held_.pop_front();
  }
  if (now_ - forgotten_ < forget_interval) return;
  forgotten_ = now_;
  const Timestamp before = now_ - memory_time;
  knowledge_.publishers.forget(before);
  knowledge_.sessions.forget(before);
  knowledge_.ends.forget(before);
  forget_servers(knowledge_.tls_servers, before);
  forget_servers(knowledge_.plain_servers, before);
}

void CaptureJudge::finish() {
  for (const Held& held : held_) give(*held.report);
  held_.clear();
  to_.on_capture_verdict(summary_.verdict());
}

}  // namespace rtmpscope::analysis
