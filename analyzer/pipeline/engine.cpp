#include "pipeline/engine.hpp"

#include "pipeline/capture_events.hpp"
#include "pipeline/merger.hpp"
#include "pipeline/schedule.hpp"
#include "pipeline/shard_group.hpp"
#include "pipeline/workers.hpp"

namespace rtmpscope::pipeline {
namespace {

/// One run.
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
        windows_(options.jobs == 1 ? 1 : windows_in_flight),
        schedule_(options.jobs, windows_.size(), options.jobs == 1 ? 1 : windows_read_ahead) {}

  EngineResult run() {
    Window& first = windows_.front();
    do {
      reader_.read(first);  // live, nothing may come for a while
    } while (first.batch.packets.empty() && !first.last && factory_.needs_start());
    make_shards(first.batch);
    merger_.begin(text_);
    merger_.add_capture(capture_events_->start(source_, first.batch), text_);
    static_cast<void>(schedule_.take(0));
    schedule_.read_done(first.last);
    run_workers(options_.jobs, [this](unsigned worker) { work(worker); });
    return finish();
  }

 private:
  /// What one thread does.
  void work(unsigned worker) {
    while (true) {
      const Task task = schedule_.take(worker);
      if (task.duty == Duty::stop) return;
      Window& window = windows_[task.window % windows_.size()];
      switch (task.duty) {
        case Duty::read:
          reader_.read(window);
          if (progress_) progress_(source_.progress());
          schedule_.read_done(window.last);
          break;
        case Duty::process:
          groups_[worker]->process(window);
          schedule_.process_done(worker);
          break;
        case Duty::merge:
          merger_.add(window.outputs, text_);
          flush(false);
          schedule_.merge_done(written_);
          break;
        case Duty::stop: break;
      }
    }
  }

  void make_shards(const capture::PacketBatch& first) {
    if (!first.packets.empty()) start_ = first.packets.front().time;
    const Timestamp start = start_.value_or(0);
    const auto first_shard_of = [&](unsigned worker) { return worker * shard_count / options_.jobs; };
    for (unsigned i = 0; i < options_.jobs; ++i) {
      groups_.push_back(std::make_unique<ShardGroup>(first_shard_of(i), first_shard_of(i + 1), options_.shard,
                                                     factory_, start));
    }
    capture_events_.emplace(factory_.make_observer(start));
  }

  EngineResult finish() {
    EngineResult result;
    result.start = start_;
    for (const auto& group : groups_) {
      group->add_counts(result.connections);
      result.thread_changes += group->thread_changes();
    }
    result.windows = schedule_.windows();
    result.connections.opened = merger_.connections();
    result.fault = source_.fault();
    merger_.add_capture(capture_events_->end(source_, reader_, result.connections), text_);
    while (merger_.end(text_)) flush(true);
    flush(true);
    result.written = written_;
    return result;
  }

  void flush(bool all) {
    constexpr std::size_t write_size = std::size_t{256} << 10;  // fewer system calls than one a window
    if (text_.size() == 0 || (!all && text_.size() < write_size && !prompt_)) return;
    if (written_) written_ = write_(text_.view());
    text_.clear();
  }

  capture::PacketSource& source_;
  const output::ObserverFactory& factory_;
  const Write& write_;
  const Progress& progress_;
  const EngineOptions& options_;
  WindowReader reader_;
  std::vector<std::unique_ptr<ShardGroup>> groups_;  ///< by worker
  std::optional<CaptureEvents> capture_events_;
  Merger merger_;
  std::vector<Window> windows_;
  Schedule schedule_;
  output::Buffer text_;
  std::optional<Timestamp> start_;     ///< time of the first packet
  bool prompt_ = !source_.progress();  ///< live or from a pipe: somebody waits for what comes
  bool written_ = true;
};

}  // namespace

EngineResult run(capture::PacketSource& source, const EngineOptions& options,
                 const output::ObserverFactory& factory, const Write& write, const Progress& progress) {
  return Engine(source, options, factory, write, progress).run();
}

}  // namespace rtmpscope::pipeline
