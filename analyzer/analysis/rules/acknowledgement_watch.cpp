#include "analysis/rules/acknowledgement_watch.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/finding/number_text.hpp"
#include "analysis/finding/thresholds.hpp"
#include "analysis/record/sides.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr std::uint64_t handshake_bytes = 3073;
constexpr std::uint64_t wrap = std::uint64_t{1} << 32U;

}  // namespace

void AcknowledgementWatch::pass_late_time(Moment now) {
  if (is_late_) late_for_ = std::max(late_for_, seconds_between(late_since_, now));
}

void AcknowledgementWatch::on_sent(Moment at, std::uint64_t offset, std::uint32_t length) {
  if (is_late_ && latest_.time != 0) stopped_ = std::max(stopped_, seconds_between(latest_, at));
  pass_late_time(at);
  latest_ = at;
  sent_ = std::max(sent_, offset + length);
  longest_ = std::max(longest_, length);
  if (window_ == 0) return;
  const double windows = static_cast<double>(lag()) / static_cast<double>(window_);
  const bool was_late = is_late_;
  is_late_ = windows > info(ThresholdId::ack_window).value;
  if (is_late_ && !was_late) late_since_ = at;
  if (windows <= worst_) return;
  worst_ = windows;
  worst_at_ = at;
  worst_lag_ = lag();
  worst_window_ = window_;
}

void AcknowledgementWatch::on_window(Moment at, std::uint64_t window) {
  static_cast<void>(at);
  // What was sent before it was asked for is not owed.
  if (window_ == 0) base_ = std::max(base_, sent_);
  window_ = window;
}

void AcknowledgementWatch::on_acknowledgement(Moment at, std::uint32_t value) {
  ++count_;
  const bool goes_back = last_value_ && value < *last_value_;
  // A step back of more than half of all values is a step over the end of the number.
  if (goes_back && *last_value_ - value > wrap / 2) ++wraps_;
  const bool is_back = goes_back && *last_value_ - value <= wrap / 2;
  const std::uint64_t total = wraps_ * wrap + value;
  // A message may be on its way that is complete only later; how much of it has been sent is not known.
  const std::uint64_t most =
      sent_ + handshake_bytes + 2 * std::uint64_t{longest_} + (std::uint64_t{1} << 16U);
  if (is_back || total > most) {
    ++wrong_count_;
    if (!wrong_at_) {
      wrong_at_ = at;
      wrong_ = value;
      before_wrong_ = last_value_.value_or(0);
      wrong_goes_back_ = is_back;
    }
  }
  last_value_ = value;
  // Whatever its value is, an Acknowledgement came: what counts from here on is sent after it.
  base_ = std::max(base_, is_back || total > most ? sent_ : std::min(total + handshake_bytes, sent_));
  pass_late_time(at);
  is_late_ = false;
}

void AcknowledgementWatch::judge(const RuleContext& context, RuleResults& to) const {
  judge_late(context, to);
  judge_values(context, to);
}

void AcknowledgementWatch::judge_late(const RuleContext& context, RuleResults& to) const {
  const FindingId id = FindingId::ack_late;
  const Direction side = opposite(sender_);
  if (const auto need = missing_need(id, context.history)) return to.undecided(id, side, *need);
  if (window_ == 0)
    return to.not_applicable(id, side, fmt::format("the {} has asked for none", noun(sender_)));
  const double limit = info(ThresholdId::ack_window).value;
  const std::string limit_text = fmt::format("{} windows", plain(limit));
  if (worst_ <= limit) return to.pass(id, side, plain(worst_) + " windows", limit_text);
  double stopped = stopped_;
  double late_for = late_for_;
  if (const auto& close = context.history.close; is_late_ && close) {
    stopped = std::max(stopped, seconds_between(latest_, close->at));
    late_for = std::max(late_for, seconds_between(late_since_, close->at));
  }
  // It may be on its way: a receiver that gets a burst of bytes answers when it has read them.
  if (late_for < info(ThresholdId::ack_patience).value)
    return to.pass(id, side, fmt::format("{} windows for {}", plain(worst_), seconds_text(late_for)),
                   limit_text);
  const bool has_stopped = stopped >= info(ThresholdId::ack_stop).value;
  JudgedFinding finding = judged(id, worst_at_);
  if (has_stopped) finding.severity = Severity::error;
  finding.direction = side;
  finding.text = fmt::format("the {} sent {} bytes without an Acknowledgement, its window is {}",
                             noun(sender_), worst_lag_, worst_window_);
  if (has_stopped) finding.text += fmt::format("; then it stopped for {}", seconds_text(stopped));
  finding.worst = static_cast<double>(worst_lag_);
  finding.unit = "bytes";
  finding.limit = info(ThresholdId::ack_window).name;
  finding.evidence.push_back({.at = worst_at_,
                              .stream_offset = sent_,
                              .field = "control.window_size",
                              .value = fmt::format("{}", worst_window_)});
  to.fail(side, std::move(finding), plain(worst_) + " windows", limit_text);
}

void AcknowledgementWatch::judge_values(const RuleContext& context, RuleResults& to) const {
  const FindingId id = FindingId::ack_value;
  const Direction side = opposite(sender_);
  if (const auto need = missing_need(id, context.history)) return to.undecided(id, side, *need);
  if (count_ == 0) return to.not_applicable(id, side, "there are no Acknowledgements");
  if (!wrong_at_) return to.pass(id, side, fmt::format("{} Acknowledgements", count_));
  JudgedFinding finding = judged(id, *wrong_at_);
  finding.direction = side;
  finding.count = wrong_count_;
  finding.text =
      wrong_goes_back_
          ? fmt::format("an Acknowledgement says {} bytes, the one before said {}", wrong_, before_wrong_)
          : fmt::format("an Acknowledgement says {} bytes, more than were sent", wrong_);
  finding.evidence.push_back({.at = *wrong_at_,
                              .stream_offset = {},
                              .field = "control.sequence_number",
                              .value = fmt::format("{}", wrong_)});
  to.fail(side, std::move(finding), fmt::format("{}", wrong_), "bytes received so far");
}

}  // namespace rtmpscope::analysis
