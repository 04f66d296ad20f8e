// Ping Requests of one side, and whether the other one answers.
#pragma once

#include <optional>

#include "analysis/rules/rule_context.hpp"

namespace rtmpscope::analysis {

class PingWatch {
 public:
  explicit PingWatch(Direction asking) : asking_(asking) {}

  void on_request(Moment at);
  void on_response(Moment at);
  void judge(const RuleContext& context, RuleResults& to) const;

 private:
  Direction asking_;
  std::uint64_t requests_ = 0;
  std::optional<Moment> open_;  ///< the first request that has no answer
  double slowest_ = 0;          ///< seconds
  std::optional<Moment> late_;  ///< the first request that was answered late
};

}  // namespace rtmpscope::analysis
