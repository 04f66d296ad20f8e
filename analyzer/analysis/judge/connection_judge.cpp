#include "analysis/judge/connection_judge.hpp"

#include <algorithm>

#include "analysis/judge/endpoints.hpp"
#include "analysis/judge/health_of.hpp"
#include "analysis/judge/measured_checks.hpp"
#include "analysis/judge/stream_rows.hpp"
#include "analysis/verdict/closer.hpp"
#include "analysis/verdict/decide.hpp"

namespace rtmpscope::analysis {

void ConnectionJudge::on_record(const Record& record) {
  note_time(record.at);
  builder_.on_record(record);
  media_.on_record(record);
  if (record.kind == EventKind::tcp_sample && record.direction)
    transport_.on_tcp_sample(record,
                             {media_.is_live(*record.direction), media_.produced_rate(*record.direction)});
  checks_.on_record(record, history());
  software_.on_time(record.at, history());
  if (record.kind == EventKind::message && record.direction == Direction::to_client) tell_publish_starts();
  if (record.kind == EventKind::connection_close) close(record);
}

void ConnectionJudge::on_media(const MediaRecord& record) {
  note_time(record.at);
  builder_.on_media(record);
  media_.on_media(record);
  checks_.on_media(record, history());
  software_.on_time(record.at, history());
}

bool ConnectionJudge::falls_silent(Timestamp now) {
  constexpr Timestamp silence = 60 * nanoseconds_per_second;
  if (silence_is_told_ || now - latest_.time < silence) return false;
  silence_is_told_ = true;
  return true;
}

void ConnectionJudge::tell_silence(Moment now) {
  DecisionContext context = context_of(now, checks_.profile_of(history()));
  context.goes_on_behind = latest_;
  const auto seconds = static_cast<std::uint32_t>((now.time - latest_.time) / nanoseconds_per_second);
  to_.on_silence(connection_, seconds, decide(history(), context));
}

/// A publisher that was let in says so at once: other connections may ask for its name while it lasts.
/// Streams that were refused are passed over.
void ConnectionJudge::tell_publish_starts() {
  const History& known = history();
  for (std::size_t i = told_; i < known.streams.size(); ++i) {
    const StreamHistory& stream = known.streams[i];
    if (stream.use != StreamUse::publish || !stream.started) continue;
    told_ = i + 1;
    PublishMark mark;
    mark.connection = connection_;
    mark.at = *stream.started;
    mark.client = client_of(known);
    mark.server = server_of(known);
    mark.app = known.app;
    mark.name = stream.name;
    to_.on_publish_start(mark);
  }
}

void ConnectionJudge::add_finding(JudgedFinding finding) {
  to_.on_finding(connection_, finding);
  const auto same = std::find_if(findings_.begin(), findings_.end(), [&](const JudgedFinding& other) {
    return other.id == finding.id && other.direction == finding.direction && other.since == finding.since;
  });
  if (same != findings_.end()) {
    *same = std::move(finding);
  } else if (findings_.size() < most_report_findings) {
    findings_.push_back(std::move(finding));
  }
}

DecisionContext ConnectionJudge::context_of(Moment capture_last, const Profile* profile) const {
  DecisionContext context;
  context.capture_last = capture_last;
  for (const Direction side : {Direction::to_server, Direction::to_client})
    context.software[index_of(side)] = software_.limits(side);
  if (profile == nullptr) return context;
  context.platform.name = profile->name;
  // What is only said to be so decides no verdict.
  if (profile->rtmps && !profile->rtmps->is_hearsay())
    context.platform.wants_tls = profile->rtmps->value == Rtmps::required;
  if (profile->max_duration_h && !profile->max_duration_h->is_hearsay())
    context.platform.longest_session_hours = profile->max_duration_h->value;
  return context;
}

void ConnectionJudge::close(const Record& last) {
  const Moment capture_last = last.at;
  media_.finish(capture_last);
  transport_.finish(last);
  software_.finish(capture_last, history());
  auto report = std::make_shared<ConnectionReport>();
  report->connection = connection_;
  report->software = software_.software();
  const Profile* const profile = checks_.profile_of(history());
  report->verdict = decide(history(), context_of(capture_last, profile));
  report->media = media_.figures();
  report->streams = stream_rows(history(), report->media);
  for (const StreamFigures& totals : report->media) to_.on_stream_totals(totals);
  std::vector<JudgedFinding> faults = software_.known_faults(history(), findings_, capture_last);
  report->findings = std::move(findings_);
  report->history = std::move(builder_.history());  // nothing comes behind it
  const std::size_t told = report->findings.size();
  checks_.finish(*report, profile, software_.limits(Direction::to_client));
  for (JudgedFinding& fault : faults) {
    if (report->findings.size() < most_report_findings) report->findings.push_back(std::move(fault));
  }
  for (std::size_t i = told; i < report->findings.size(); ++i)
    to_.on_finding(connection_, report->findings[i]);
  judge_health(*report);
  if (keep_answers_) {
    for (Check& check : measured_checks(*report)) report->checks.push_back(std::move(check));
  } else {
    report->checks = std::vector<Check>();  // an empty list would keep the memory
    report->clauses = std::vector<ClauseCheck>();
  }
  to_.on_score(connection_, capture_last, report->score);
  to_.on_report(std::move(report));
}

}  // namespace rtmpscope::analysis
