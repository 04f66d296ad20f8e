#include "output/stats/measuring_observer.hpp"

namespace rtmpscope::output {

void MeasuringObserver::on_event(const rtmp::Event& event) {
  if (event.kind == EventKind::capture_end && last_ != nullptr) attach_to(output(), std::move(last_), 0);
  tally_->on_event(event);
  shown_->on_event(event);
}

void MeasuringObserver::on_tick(PacketRef now) {
  shown_->on_tick(now);
  attach_figures(now.time);
}

void MeasuringObserver::on_finish(PacketRef last) {
  shown_->on_finish(last);
  attach_figures(last.time);
}

void MeasuringObserver::on_interfaces(PacketRef now, const metrics::InterfaceList& interfaces, bool last) {
  auto attachment = std::make_shared<InterfacesAttachment>();
  attachment->now = now;
  attachment->interfaces = interfaces;
  attachment->last = last;
  if (last) {
    last_ = std::move(attachment);
  } else {
    attach_to(output(), std::move(attachment), 0);
  }
}

void MeasuringObserver::attach_figures(Timestamp time) {
  if (!tally_->has_news()) return;
  auto attachment = std::make_shared<FiguresAttachment>();
  attachment->time = time;
  attachment->figures = tally_->take();
  attachment->streams = tally_->take_streams();
  attach_to(output(), std::move(attachment), 0);
}

}  // namespace rtmpscope::output
