#include "pipeline/engine.hpp"

#include "pipeline/capture_events.hpp"
#include "pipeline/merger.hpp"
#include "pipeline/workers.hpp"

namespace rtmpscope::pipeline {
namespace {

/// One run. A step works on three windows at once: the next one is read, the current one is analysed by its
/// shards, the outputs of the one before are put in order and written.
class Engine {
 public:
  Engine(capture::PacketSource& source, const EngineOptions& options, const output::ObserverFactory& factory,
         const Write& write, const Progress& progress)
      : source_(source),
        factory_(factory),
        write_(write),
        progress_(progress),
        options_(options),
        reader_(source, window_packets),
        merger_(factory.make_assembler(), options.only_connection),
        workers_(options.jobs) {}

  EngineResult run() {
    do {
      reader_.read(*next_);  // live, nothing may come for a while
    } while (next_->batch.packets.empty() && !next_->last && factory_.needs_start());
    make_shards();
    merger_.begin(text_);
    merger_.add_capture(capture_events_->start(source_, next_->batch), text_);
    bool outputs_ready = false;
    for (bool last = false; !last && written_; outputs_ready = true) {
      std::swap(current_, next_);
      last = current_->last;
      if (outputs_ready) collect_outputs();
      // Longest task first.
      constexpr std::size_t read_task = 0;
      constexpr std::size_t write_task = 1;
      constexpr std::size_t first_shard_task = 2;
      workers_.run(first_shard_task + shard_count, [&](std::size_t task) {
        if (task == read_task) {
          if (!last) reader_.read(*next_);
        } else if (task == write_task) {
          if (outputs_ready) merger_.add(outputs_, text_);
          flush(false);
        } else {
          shards_[task - first_shard_task]->process(*current_, task - first_shard_task);
        }
      });
      if (progress_) progress_(source_.progress());
    }
    return finish();
  }

 private:
  void make_shards() {
    const auto& packets = next_->batch.packets;
    const Timestamp start = packets.empty() ? 0 : packets.front().time;
    for (auto& shard : shards_)
      shard = std::make_unique<Shard>(options_.shard, factory_.make_observer(start));
    capture_events_.emplace(factory_.make_observer(start));
  }

  void collect_outputs() {
    for (std::size_t i = 0; i < shard_count; ++i) outputs_[i] = &shards_[i]->take_output();
  }

  EngineResult finish() {
    EngineResult result;
    collect_outputs();
    merger_.add(outputs_, text_);
    for (const auto& shard : shards_) shard->add_counts(result.connections);
    result.connections.opened = merger_.connections();
    result.fault = source_.fault();
    merger_.add_capture(capture_events_->end(source_, reader_, result.connections), text_);
    merger_.end(text_);
    flush(true);
    result.written = written_;
    return result;
  }

  void flush(bool all) {
    constexpr std::size_t write_size = std::size_t{256} << 10;  // fewer system calls than one a window
    if (text_.size() == 0 || (!all && text_.size() < write_size && !live_)) return;
    if (written_) written_ = write_(text_.view());
    text_.clear();
  }

  capture::PacketSource& source_;
  const output::ObserverFactory& factory_;
  const Write& write_;
  const Progress& progress_;
  const EngineOptions& options_;
  WindowReader reader_;
  std::array<std::unique_ptr<Shard>, shard_count> shards_;
  std::optional<CaptureEvents> capture_events_;
  Merger merger_;
  Workers workers_;
  std::unique_ptr<Window> current_ = std::make_unique<Window>();
  std::unique_ptr<Window> next_ = std::make_unique<Window>();
  std::array<const output::Output*, shard_count> outputs_{};
  output::Buffer text_;
  bool live_ = source_.format() == "live";
  bool written_ = true;
};

}  // namespace

EngineResult run(capture::PacketSource& source, const EngineOptions& options,
                 const output::ObserverFactory& factory, const Write& write, const Progress& progress) {
  return Engine(source, options, factory, write, progress).run();
}

}  // namespace rtmpscope::pipeline
