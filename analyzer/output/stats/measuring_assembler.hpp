// Adds up what all shards have counted.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "output/observer.hpp"
#include "output/stats/measuring_observer.hpp"
#include "output/stats/stats_event.hpp"

namespace rtmpscope::output {

/// What is done with the figures of a run.
struct MeasureOptions {
  std::uint32_t interval = 0;  ///< seconds of capture time between two stats events; 0: there are none
  /// Gets the figures of the whole run at each second of capture time, on the thread that merges. May be
  /// empty.
  std::function<void(const metrics::Figures&, const metrics::InterfaceList&, const metrics::StreamTable&)>
      publish{};
  std::size_t streams = 0;  ///< so many have figures of their own

  [[nodiscard]] bool wanted() const { return interval != 0 || publish; }
};

/// Takes what MeasuringObservers attach, and passes all else on to `inner`.
class MeasuringAssembler final : public Assembler {
 public:
  /// `shown` renders stats events. `tally` counts what `inner` says itself.
  MeasuringAssembler(std::unique_ptr<Assembler> inner, std::unique_ptr<Observer> shown,
                     std::shared_ptr<Tally> tally, MeasureOptions options)
      : inner_(std::move(inner)),
        shown_(std::move(shown)),
        tally_(std::move(tally)),
        options_(std::move(options)) {
    streams_.most = options_.streams;
  }

  void begin(Buffer& to) override { inner_->begin(to); }
  void add(const Output& from, const OutputSpan& span, std::uint32_t number, Buffer& to) override;
  [[nodiscard]] bool end(Buffer& to) override { return inner_->end(to); }

 private:
  void take_figures(Timestamp until);
  void on_interfaces(const InterfacesAttachment& interfaces, Buffer& to);
  void show(const StatsTotals& now, PacketRef packet, Buffer& to);

  std::unique_ptr<Assembler> inner_;
  std::unique_ptr<Observer> shown_;
  std::shared_ptr<Tally> tally_;
  MeasureOptions options_;
  /// By tick. Where several ticks have one frame, a shard's figures of all of them come before another's.
  struct Waiting {
    metrics::Figures figures;
    std::vector<metrics::StreamNews> streams;
  };
  std::map<Timestamp, Waiting> waiting_;
  metrics::Figures figures_;
  metrics::StreamTable streams_;
  StatsTotals before_;  ///< of the last stats event
  bool begun_ = false;
};

}  // namespace rtmpscope::output
