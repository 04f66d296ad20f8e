#include "pipeline/engine.hpp"

#include <malloc.h>

#include <mutex>

#include "pipeline/capture_events.hpp"
#include "pipeline/memory_balance.hpp"
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
        keys_(options.key_files, options.follow_key_files),
        reader_(source, window_packets, factory.needs_interfaces()),
        merger_(factory.make_assembler(), options.only_connection),
        windows_(options.jobs == 1 ? 1 : windows_in_flight),
        schedule_(options.jobs, windows_.size(), options.jobs == 1 ? 1 : windows_read_ahead) {}

  EngineResult run() {
    for (WindowWatcher* watcher : options_.watchers) watcher->on_keys(keys_.store());
    Window& first = windows_.front();
    do {
      read(first);  // live, nothing may come for a while
      if (progress_) progress_(source_.progress());
    } while (first.batch.packets.empty() && !first.last && factory_.needs_start());
    make_shards(first.batch);
    merger_.begin(text_);
    merger_.add_capture(capture_events_->start(source_, first.batch), text_);
    static_cast<void>(schedule_.take(0));
    schedule_.read_done(first.last);
    run_workers(options_.jobs, [this](unsigned worker) {
      try {
        work(worker);
      } catch (const std::bad_alloc&) {
        fail("out of memory");
      } catch (const std::exception& exception) {
        fail(exception.what());
      }
    });
    if (failure_) merge_after_failure();
    return finish();
  }

 private:
  /// Live, a window takes a tenth of a second at most. What an attack has left free goes back to the system.
  static constexpr std::uint64_t windows_between_trims = 64;
  static constexpr std::size_t reserve_size = std::size_t{16} << 20;

  /// What one thread does.
  void work(unsigned worker) {
    while (true) {
      const Task task = schedule_.take(worker);
      if (task.duty == Duty::stop) return;
      Window& window = windows_[task.window % windows_.size()];
      switch (task.duty) {
        case Duty::read:
          window.memory_scarce = memory_.read(task.window);
          read(window);
          if (live_) give_back(window, task.window % windows_between_trims);
          if (progress_) progress_(source_.progress());
          schedule_.read_done(window.last);
          break;
        case Duty::process:
          groups_[worker]->process(window);
          memory_.add(task.window, groups_[worker]->shared_bytes());
          schedule_.process_done(worker);
          break;
        case Duty::merge:
          merge(window);
          flush(false);
          schedule_.merge_done(written_);
          break;
        case Duty::stop: break;
      }
    }
  }

  void merge(Window& window) {
    for (WindowWatcher* watcher : options_.watchers) show_packets(window, *watcher);
    merger_.add(window.outputs, capture_events_->of_window(window), text_, [this] { flush(true); });
    for (WindowWatcher* watcher : options_.watchers) watcher->end_window();
  }

  /// Segments and packets are both in the order of the capture.
  static void show_packets(const Window& window, WindowWatcher& watcher) {
    const auto& packets = window.batch.packets;
    std::size_t next = 0;
    for (std::size_t i = 0; i < window.segment_count(); ++i) {
      const net::TcpSegment& segment = window.segments[i];
      while (next < packets.size() && packets[next].number < segment.packet.number) ++next;
      if (next < packets.size() && packets[next].number == segment.packet.number)
        watcher.on_packet(packets[next], segment);
    }
  }

  void read(Window& window) {
    reader_.read(window);
    window.keys = keys_.update(source_.statistics());
  }

  /// The first windows of each `windows_between_trims` free what they hold, one more of them than there are,
  /// since observers have an output of their own; then the heap frees what was left in between.
  void give_back(Window& window, std::uint64_t number) {
    if (number <= windows_.size()) window.release_outputs();
    if (number == windows_.size()) malloc_trim(0);
  }

  /// Other workers stop after what they are doing.
  void fail(const char* text) {
    const std::lock_guard lock(failure_mutex_);
    reserve_.reset();
    if (!failure_) failure_ = text;
    schedule_.abort();
  }

  /// What was found is put out: windows that were read, and the connections.
  void merge_after_failure() {
    try {
      for (std::uint64_t number = schedule_.merged(); number < schedule_.windows(); ++number) {
        Window& window = windows_[number % windows_.size()];
        for (unsigned worker = 0; worker < groups_.size(); ++worker) {
          if (schedule_.processed(worker) <= number) groups_[worker]->process_after_failure(window);
        }
        merge(window);
      }
      flush(true);
      Window& last = windows_.front();
      last.last_packet = reader_.last_packet();
      for (const auto& group : groups_) group->finish_after_failure(last);
      merger_.add(last.outputs, nullptr, text_, [this] { flush(true); });
    } catch (const std::exception&) {
      text_.clear();  // not even for that: what was written stays
    }
  }

  void make_shards(const capture::PacketBatch& first) {
    if (!first.packets.empty()) start_ = first.packets.front().time;
    const Timestamp start = start_.value_or(0);
    ShardOptions shard = options_.shard;
    shard.keys = &keys_.store();
    const auto first_shard_of = [&](unsigned worker) { return worker * shard_count / options_.jobs; };
    for (unsigned i = 0; i < options_.jobs; ++i) {
      groups_.push_back(
          std::make_unique<ShardGroup>(first_shard_of(i), first_shard_of(i + 1), shard, factory_, start));
    }
    capture_events_.emplace(factory_.make_observer(start), factory_.needs_interfaces());
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
    result.failure = failure_;
    merger_.add_capture(
        capture_events_->end(source_, reader_, result.connections, {memory_.was_scarce(), failure_}), text_);
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
  KeyFeed keys_;
  WindowReader reader_;
  std::vector<std::unique_ptr<ShardGroup>> groups_;  ///< by worker
  std::optional<CaptureEvents> capture_events_;
  Merger merger_;
  std::vector<Window> windows_;
  Schedule schedule_;
  /// Written as soon as Merger has so much, so that the memory is always the same.
  output::Buffer text_{2 * Merger::drained_size};
  MemoryBalance memory_;
  std::mutex failure_mutex_;
  std::optional<std::string> failure_;
  /// Freed when memory runs out, so that what was found can be put out. Until then it is address space only.
  std::unique_ptr<char[]> reserve_{new char[reserve_size]};
  std::optional<Timestamp> start_;     ///< time of the first packet
  bool prompt_ = !source_.progress();  ///< live or from a pipe: somebody waits for what comes
  bool live_ = source_.format() == "live";
  bool written_ = true;
};

}  // namespace

EngineResult run(capture::PacketSource& source, const EngineOptions& options,
                 const output::ObserverFactory& factory, const Write& write, const Progress& progress) {
  return Engine(source, options, factory, write, progress).run();
}

}  // namespace rtmpscope::pipeline
