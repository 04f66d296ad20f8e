// All rules about conduct of one connection.
#pragma once

#include <array>

#include "analysis/rules/acknowledgement_watch.hpp"
#include "analysis/rules/end_rules.hpp"
#include "analysis/rules/finding_tally.hpp"
#include "analysis/rules/ping_watch.hpp"
#include "analysis/rules/rule_context.hpp"
#include "analysis/rules/stream_rules.hpp"

namespace rtmpscope::analysis {

/// What was sent, by side: which checks of the score apply.
struct Traffic {
  std::uint64_t messages = 0;  ///< all
  std::uint64_t commands = 0, data = 0, controls = 0, audio = 0, video = 0;
  std::uint64_t amf3 = 0, aggregates = 0, shared_objects = 0;
  std::uint64_t enhanced = 0, multitrack = 0, configurations = 0;
  bool handshake = false;  ///< parts of it were seen
  bool tls = false, tunnel = false, rtmfp = false;
};

class ConductRules {
 public:
  /// Each record of the connection, after its history has taken it.
  void on_record(const Record& record, const History& history);
  void on_media(const MediaRecord& record, const History& history);
  /// Once, at the connection's end.
  void finish(const RuleContext& context, RuleResults& to) const;

  [[nodiscard]] const FindingTally& tally() const { return tally_; }
  [[nodiscard]] const Traffic& traffic(Direction side) const { return traffic_[index_of(side)]; }

 private:
  void on_message(const Record& record, Direction direction, const History& history);
  void on_control(const Record& record, Direction direction);
  void on_client_message(Moment at, const History& history);

  FindingTally tally_;
  std::array<Traffic, 2> traffic_;
  std::array<AcknowledgementWatch, 2> acknowledgements_{AcknowledgementWatch(Direction::to_server),
                                                        AcknowledgementWatch(Direction::to_client)};
  std::array<PingWatch, 2> pings_{PingWatch(Direction::to_server), PingWatch(Direction::to_client)};
  std::array<SyncLoss, 2> losses_;
  std::array<std::uint64_t, 2> last_media_{};  ///< stream offset
  Silence silence_;
  std::uint64_t unknown_replies_ = 0;
  Moment first_unknown_;
};

}  // namespace rtmpscope::analysis
