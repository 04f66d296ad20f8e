#include "analysis/judge/capture_judge.hpp"

namespace rtmpscope::analysis {

void CaptureJudge::on_publish_start(const PublishMark&) {}

void CaptureJudge::add(std::shared_ptr<ConnectionReport> report) {
  if (!report->verdict.sentence.empty()) to_.on_verdict(*report, {});
}

void CaptureJudge::advance(Timestamp) {}

void CaptureJudge::finish() {}

}  // namespace rtmpscope::analysis
