// The rules about TCP of one connection.
#pragma once

#include <array>
#include <functional>

#include "analysis/finding/judged_finding.hpp"
#include "analysis/finding/rule_board.hpp"
#include "analysis/transport/transport_window.hpp"

namespace rtmpscope::analysis {

/// What the rules want to know of the media of a direction.
struct DirectionMedia {
  bool live = false;       ///< media runs in it, and is no recording, which may wait for its receiver
  std::uint64_t rate = 0;  ///< bit/s that are produced
};

class TransportJudge {
 public:
  using Tell = std::function<void(JudgedFinding)>;

  explicit TransportJudge(Tell tell) : tell_(std::move(tell)) {}

  /// An event tcp_sample, which ends its second.
  void on_tcp_sample(const Record& record, const DirectionMedia& media);
  /// connection_close. Nothing may follow.
  void finish(const Record& close);

 private:
  struct Way {
    TransportWindow window;
    RuleBoard board;
    std::uint64_t rate = 0;  ///< of the media, when the last sample came
  };

  void judge(Way& way, Direction direction, const Record& record, const DirectionMedia& media);
  [[nodiscard]] RuleBoard::Tell teller(Direction direction);

  Tell tell_;
  std::array<Way, 2> ways_;
};

/// The finding of an interval. `media_rate`: bit/s; 0: not known.
[[nodiscard]] JudgedFinding make_transport_finding(const RuleInterval& interval, Direction direction,
                                                   std::uint64_t media_rate);

}  // namespace rtmpscope::analysis
