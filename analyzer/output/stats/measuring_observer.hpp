// Counts the events that go to the observer that shows them.
#pragma once

#include "output/judgement/attachments.hpp"
#include "output/observer.hpp"
#include "output/stats/tally.hpp"

namespace rtmpscope::output {

/// What a shard has counted up to a tick.
struct FiguresAttachment final : Attachment {
  Timestamp time = 0;  ///< of the tick
  metrics::Figures figures;
  std::vector<metrics::StreamNews> streams;
};

/// What the capture has read up to a tick.
struct InterfacesAttachment final : Attachment {
  PacketRef now;
  metrics::InterfaceList interfaces;
  bool last = false;  ///< no packet comes any more
};

class MeasuringObserver final : public Observer {
 public:
  MeasuringObserver(std::unique_ptr<Observer> shown, std::shared_ptr<Tally> tally)
      : shown_(std::move(shown)), tally_(std::move(tally)) {}

  void on_event(const rtmp::Event& event) override;
  void on_tick(PacketRef now) override;
  void on_interfaces(PacketRef now, const metrics::InterfaceList& interfaces, bool last) override;
  void on_finish(PacketRef last) override;
  [[nodiscard]] Output& output() override { return shown_->output(); }

 private:
  void attach_figures(Timestamp time);

  std::unique_ptr<Observer> shown_;
  std::shared_ptr<Tally> tally_;
  std::shared_ptr<InterfacesAttachment> last_;  ///< goes out before capture_end
};

}  // namespace rtmpscope::output
