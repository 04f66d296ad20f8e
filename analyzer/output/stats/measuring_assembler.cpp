#include "output/stats/measuring_assembler.hpp"

#include <limits>

namespace rtmpscope::output {

void MeasuringAssembler::add(const Output& from, const OutputSpan& span, std::uint32_t number, Buffer& to) {
  if ((span.flags & OutputSpan::attached) == 0) return inner_->add(from, span, number, to);
  Attachment* const attachment = from.attachments[span.attachment].get();
  if (const auto* const figures = dynamic_cast<FiguresAttachment*>(attachment); figures != nullptr) {
    Waiting& waiting = waiting_[figures->time];
    waiting.figures.add(figures->figures);
    waiting.streams.insert(waiting.streams.end(), figures->streams.begin(), figures->streams.end());
  } else if (const auto* const interfaces = dynamic_cast<InterfacesAttachment*>(attachment);
             interfaces != nullptr) {
    on_interfaces(*interfaces, to);
  } else {
    inner_->add(from, span, number, to);
  }
}

void MeasuringAssembler::take_figures(Timestamp until) {
  while (!waiting_.empty() && waiting_.begin()->first <= until) {
    figures_.add(waiting_.begin()->second.figures);
    for (const metrics::StreamNews& news : waiting_.begin()->second.streams) streams_.add(news);
    waiting_.erase(waiting_.begin());
  }
  if (tally_->has_news()) figures_.add(tally_->take());
}

void MeasuringAssembler::on_interfaces(const InterfacesAttachment& interfaces, Buffer& to) {
  take_figures(interfaces.last ? std::numeric_limits<Timestamp>::max() : interfaces.now.time);
  if (options_.publish) options_.publish(figures_, interfaces.interfaces, streams_);
  if (options_.interval == 0) return;
  if (!begun_) {
    begun_ = true;
    before_.time = interfaces.now.time;
    return;
  }
  constexpr Timestamp second = 1'000'000'000;
  const Timestamp interval = second * options_.interval;
  // The clock may have gone back.
  if (!interfaces.last && interfaces.now.time / interval == before_.time / interval) return;
  show(stats_totals(figures_, interfaces.interfaces, interfaces.now.time), interfaces.now, to);
}

void MeasuringAssembler::show(const StatsTotals& now, PacketRef packet, Buffer& to) {
  StatsEvent event(before_, now);
  event.packet = packet;
  Output& output = shown_->output();
  output.clear();
  shown_->on_event(event);
  for (const OutputSpan& span : output.spans) inner_->add(output, span, 0, to);
  before_ = now;
}

}  // namespace rtmpscope::output
