#include "analysis/rules/ping_watch.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/finding/number_text.hpp"
#include "analysis/finding/thresholds.hpp"
#include "analysis/record/sides.hpp"

namespace rtmpscope::analysis {

void PingWatch::on_request(Moment at) {
  ++requests_;
  if (!open_) open_ = at;
}

void PingWatch::on_response(Moment at) {
  if (!open_) return;
  const double waited = seconds_between(*open_, at);
  slowest_ = std::max(slowest_, waited);
  if (!late_ && waited > info(ThresholdId::ping_answer).value) late_ = open_;
  // Responses come in order, and say what they answer by a time that some programs do not repeat.
  open_.reset();
}

void PingWatch::judge(const RuleContext& context, RuleResults& to) const {
  const FindingId id = FindingId::ping_unanswered;
  const Direction side = asking_ == Direction::to_server ? Direction::to_client : Direction::to_server;
  if (requests_ == 0) return to.not_applicable(id, side, "there was no Ping Request");
  if (const auto need = missing_need(id, context.history, side)) return to.undecided(id, side, *need);
  const double limit = info(ThresholdId::ping_answer).value;
  const std::string limit_text = fmt::format("within {}", seconds_text(limit));
  const auto& close = context.history.close;
  const double open = open_ && close ? seconds_between(*open_, close->at) : 0;
  if (open <= limit && !late_) {
    if (slowest_ == 0 && open_)
      return to.undecided(id, side, "the connection ended before the answer was due");
    return to.pass(id, side, seconds_text(slowest_), limit_text);
  }
  const bool unanswered = open > limit;
  const Moment at = unanswered ? *open_ : *late_;
  const double waited = unanswered ? open : slowest_;
  JudgedFinding finding = judged(id, at);
  finding.direction = side;
  finding.text = unanswered ? fmt::format("a Ping Request had no answer for {}", seconds_text(waited))
                            : fmt::format("a Ping Request was answered after {}", seconds_text(waited));
  finding.worst = waited;
  finding.unit = "s";
  finding.limit = info(ThresholdId::ping_answer).name;
  finding.evidence.push_back(
      {.at = at, .stream_offset = {}, .field = "user_control.event_type", .value = "ping_request"});
  to.fail(side, std::move(finding), seconds_text(waited), limit_text);
}

}  // namespace rtmpscope::analysis
