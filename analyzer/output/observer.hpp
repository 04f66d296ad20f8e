// What looks at the events of a capture, in three parts: an observer for each shard, an assembler behind the
// merger, and the factory that makes both. The pipeline knows nothing else of what is done with events: text,
// JSON, files, sums over time and stores are users of this interface.
#pragma once

#include <memory>

#include "metrics/figures.hpp"
#include "output/output.hpp"
#include "rtmp/session/events.hpp"

namespace rtmpscope::output {

/// Takes the events of one shard in their order, and the ticks of capture time. All calls come from one
/// thread at a time.
///
/// What has to be in the order of the whole capture, or needs global connection numbers, goes into `output`:
/// spans with bytes of any meaning. The caller takes and clears it from time to time, not within a call. An
/// observer that needs neither (a sum, a store) leaves it empty.
class Observer : public rtmp::EventSink {
 public:
  /// The same object during the observer's life.
  [[nodiscard]] virtual Output& output() = 0;
  /// Of the observer for the events of the capture as a whole, if ObserverFactory::needs_interfaces(): what
  /// was read of each interface before a tick, behind all on_tick() of it; `last`: before capture_end.
  virtual void on_interfaces(PacketRef /*now*/, const metrics::InterfaceList& /*interfaces*/, bool /*last*/) {
  }
  /// No more events of the shard come. Not of the observer for the events of the capture as a whole.
  virtual void on_finish(PacketRef /*last*/) {}
};

/// Takes the spans of all shards in the order of the capture, and makes the output's bytes of them. All calls
/// come from one thread at a time: begin, add for each span, end.
class Assembler {
 public:
  virtual ~Assembler() = default;

  virtual void begin(Buffer& to) = 0;
  /// `number` is the global number of the span's connection, 0 without one. `from` and `span` are valid
  /// during the call.
  virtual void add(const Output& from, const OutputSpan& span, std::uint32_t number, Buffer& to) = 0;
  /// Appends what is left, a piece a call, so that the caller can write it and clear `to` in between. True:
  /// there is more. Called until it answers false.
  [[nodiscard]] virtual bool end(Buffer& to) = 0;
};

class ObserverFactory {
 public:
  virtual ~ObserverFactory() = default;

  /// Whether make_observer must know when the capture begins. Then no observer is made before the first
  /// packet comes, which can take a while in live capture.
  [[nodiscard]] virtual bool needs_start() const { return false; }
  /// Whether Observer::on_interfaces() is to be called.
  [[nodiscard]] virtual bool needs_interfaces() const { return false; }
  /// One for each shard, and one for the events of the capture as a whole. `start` is the time of the first
  /// packet; 0 if there is none yet. The observers live as long as the run, and their factory lives longer.
  [[nodiscard]] virtual std::unique_ptr<Observer> make_observer(Timestamp start) const = 0;
  /// One for the run.
  [[nodiscard]] virtual std::unique_ptr<Assembler> make_assembler() const = 0;
};

}  // namespace rtmpscope::output
