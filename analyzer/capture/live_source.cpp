// Live capture: a thread takes packets from the kernel's buffers, whatever the analysis does meanwhile.
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "capture/capture_lane.hpp"
#include "capture/file_source.hpp"
#include "capture/limits.hpp"
#include "capture/live_handle.hpp"
#include "capture/packet_log.hpp"
#include "capture/packet_ring.hpp"
#include "capture/time_merge.hpp"
#include "capture/wall_clock.hpp"

namespace rtmpscope::capture {
namespace {

using Clock = std::chrono::steady_clock;

/// A read() that finds nothing returns after so long.
constexpr auto patience = std::chrono::milliseconds(100);

/// The same for a busy machine: what the clock says must hold.
constexpr Timestamp longest_delay = 500'000'000;

/// Counters cost system calls.
constexpr auto counters_interval = std::chrono::milliseconds(250);

/// How long packets of several threads wait at least.
constexpr auto collect_interval = std::chrono::milliseconds(5);

/// Packets that one interface hands over before the next one has its turn.
constexpr int packets_in_turn = 4096;

/// What the capturing thread tells the one that reads.
struct News {
  std::vector<DropCounters> drops;  ///< by interface
  Timestamp drops_at = 0;
  std::optional<Fault> fault;
  std::optional<Timestamp> caught_up;  ///< all that was captured before it is in the ring
};

/// The thread that captures.
class CaptureThread {
 public:
  /// `log` may be null.
  /// `handles`: of all interfaces, then once more for each further thread.
  CaptureThread(std::vector<std::unique_ptr<LiveHandle>>& handles, const std::atomic<bool>& stop,
                const LiveOptions& options, PacketLog* log, std::size_t batch_packets)
      : handles_(handles),
        interfaces_(options.interfaces.size()),
        stop_(stop),
        ring_(options.ring_bytes, batch_packets),
        tell_(options.tell),
        log_(log),
        merge_(handles.size()),
        states_(interfaces_),
        lanes_(make_lanes()),
        thread_([this] { run(); }) {}
  CaptureThread(const CaptureThread&) = delete;
  CaptureThread& operator=(const CaptureThread&) = delete;
  ~CaptureThread() { thread_.join(); }

  [[nodiscard]] PacketRing& ring() { return ring_; }
  [[nodiscard]] std::optional<Timestamp> caught_up() {
    const std::lock_guard lock(news_mutex_);
    return news_.caught_up;
  }
  News news() {
    const std::lock_guard lock(news_mutex_);
    return news_;
  }

 private:
  enum class State : std::uint8_t { up, down, gone };

  void run() {
    try {
      capture();
    } catch (const std::exception& exception) {
      const std::lock_guard lock(news_mutex_);
      news_.fault = Fault{0, fmt::format("capture ended: {}", exception.what())};
    }
    ring_.close();
  }

  void capture() {
    for (const auto& lane : lanes_) lane->start();
    count();  // before the first packet
    Clock::time_point counted_at = Clock::now();
    while (!stop_ && !all_gone()) {
      wait();
      take_all();
      watch_clock();
      if (Clock::now() - counted_at < counters_interval) continue;
      count();
      counted_at = Clock::now();
    }
    take_rest();
    count();
  }

  /// Until there is something to take. An interface that is down would not let it wait.
  void wait() {
    if (!lanes_.empty()) return std::this_thread::sleep_for(collect_interval);
    std::vector<pollfd> ready;
    for (std::size_t i = 0; i < interfaces_; ++i) {
      if (states_[i] == State::up) ready.push_back({handles_[i]->socket(), POLLIN, 0});
    }
    poll(ready.data(), ready.size(), LiveHandle::delay_milliseconds);
  }

  /// What has come until now, and what is still in the kernel's buffer.
  void take_rest() {
    for (const auto& lane : lanes_) lane->join();
    if (lanes_.empty()) std::this_thread::sleep_for(kernel_delay);
    const Clock::time_point end = Clock::now() + patience;
    while (!all_gone() && take_all() && Clock::now() < end) {
    }
    PacketRing::Filling ring(ring_);
    merge_.release(MergeClock::time_point::max(), [&](const Packet& packet) { deliver(packet, ring); });
  }

  /// Answers whether there may be more.
  bool take_all() {
    if (!lanes_.empty()) return collect();
    const Timestamp begin = wall_clock();
    const MergeClock::time_point merged = MergeClock::now();
    bool more = false;
    for (std::size_t i = 0; i < interfaces_; ++i) {
      if (states_[i] == State::gone) continue;
      const int count = take(static_cast<std::uint16_t>(i));
      if (count < 0) lose(i, handles_[i]->error());
      more = more || count >= packets_in_turn;
    }
    if (handles_.size() > 1) release(merged - kernel_delay);
    pass_on();
    if (!more) set_caught_up(begin);
    return more;
  }

  /// What the other threads have taken. There is never more for now.
  bool collect() {
    MergeClock::time_point settled = MergeClock::time_point::max();
    Timestamp caught_up = std::numeric_limits<Timestamp>::max();
    for (const auto& lane : lanes_) {
      const CaptureLane::Progress progress = lane->collect(merge_);
      settled = std::min(settled, progress.settled);
      caught_up = std::min(caught_up, progress.caught_up);
      for (std::size_t i = 0; i < interfaces_; ++i) {
        if (!progress.errors[i].empty() && states_[i] != State::gone) lose(i, progress.errors[i]);
      }
    }
    release(settled - kernel_delay);
    pass_on();
    set_caught_up(caught_up);
    return false;
  }

  void release(MergeClock::time_point settled) {
    PacketRing::Filling ring(ring_);
    merge_.release(settled, [&](const Packet& packet) { deliver(packet, ring); });
  }

  void pass_on() {
    ring_.announce();
    if (log_ != nullptr) log_->flush();
  }

  void set_caught_up(Timestamp time) {
    const std::lock_guard lock(news_mutex_);
    news_.caught_up = time - longest_delay;
  }

  [[nodiscard]] std::vector<std::unique_ptr<CaptureLane>> make_lanes() const {
    std::vector<std::unique_ptr<CaptureLane>> lanes;
    if (handles_.size() == interfaces_) return lanes;
    for (std::size_t first = 0; first < handles_.size(); first += interfaces_) {
      std::vector<LiveHandle*> handles;
      for (std::size_t i = 0; i < interfaces_; ++i) handles.push_back(handles_[first + i].get());
      lanes.push_back(std::make_unique<CaptureLane>(std::move(handles), first, stop_));
    }
    return lanes;
  }

  /// Somebody may set the clock. Packets have its times.
  void watch_clock() {
    constexpr Timestamp remarkable = 1'000'000'000;
    const Timestamp apart = wall_clock() - std::chrono::nanoseconds(Clock::now().time_since_epoch()).count();
    const Timestamp step = clock_apart_ ? apart - *clock_apart_ : 0;
    clock_apart_ = apart;
    if (tell_ && (step > remarkable || step < -remarkable))
      tell_(fmt::format("the clock was set: {:+.3f} s", static_cast<double>(step) / 1e9));
  }

  void deliver(const Packet& packet, PacketRing::Filling& ring) {
    if (log_ != nullptr) log_->add(packet);
    ring.add(packet);
  }

  int take(std::uint16_t id) {
    if (handles_.size() > 1) {
      return handles_[id]->take(packets_in_turn, [&](const Packet& packet) {
        Packet numbered = packet;
        numbered.interface_id = id;
        merge_.add(numbered, id, MergeClock::now());
      });
    }
    PacketRing::Filling ring(ring_);
    return handles_[id]->take(packets_in_turn, [&](const Packet& packet) { deliver(packet, ring); });
  }

  [[nodiscard]] bool all_gone() const {
    return std::all_of(states_.begin(), states_.end(), [](State state) { return state == State::gone; });
  }

  /// Others go on.
  void lose(std::size_t id, const std::string& why) {
    states_[id] = State::gone;
    const std::string text = fmt::format("capture on {} ended: {}", handles_[id]->name(), why);
    const std::lock_guard lock(news_mutex_);
    if (all_gone()) {
      news_.fault = Fault{0, text};
    } else {
      if (tell_) tell_(text);
    }
  }

  void count() {
    const std::vector<DropCounters> drops = drops_of_interfaces();
    log_drops(drops);
    const std::lock_guard lock(news_mutex_);
    news_.drops = drops;
    news_.drops_at = wall_clock();
    for (std::size_t i = 0; i < interfaces_; ++i) {
      if (states_[i] == State::gone) continue;
      const State state = handles_[i]->is_up() ? State::up : State::down;
      if (state == states_[i]) continue;
      states_[i] = state;
      if (tell_)
        tell_(fmt::format("{} is {}", handles_[i]->name(), state == State::up ? "up again" : "down"));
    }
  }

  /// An interface counts for itself; the kernel for each of its handles.
  std::vector<DropCounters> drops_of_interfaces() {
    std::vector<DropCounters> drops(interfaces_);
    for (std::size_t i = 0; i < interfaces_ && lanes_.empty(); ++i) drops[i] = handles_[i]->drops();
    for (const auto& lane : lanes_) {
      const std::vector<DropCounters> of_lane = lane->collect(merge_).drops;
      for (std::size_t i = 0; i < interfaces_; ++i) {
        drops[i].kernel += of_lane[i].kernel;
        drops[i].interface = std::max(drops[i].interface, of_lane[i].interface);
      }
    }
    return drops;
  }

  /// At the start, and when there are more.
  void log_drops(const std::vector<DropCounters>& drops) {
    if (log_ == nullptr) return;
    for (std::uint16_t i = 0; i < drops.size(); ++i) {
      const bool more = logged_.size() <= i || drops[i].kernel != logged_[i].kernel ||
                        drops[i].interface != logged_[i].interface;
      if (more) log_->add_drops(i, wall_clock(), drops[i].interface, drops[i].kernel);
    }
    logged_ = drops;
  }

  std::vector<std::unique_ptr<LiveHandle>>& handles_;
  std::size_t interfaces_;
  const std::atomic<bool>& stop_;
  PacketRing ring_;
  std::function<void(const std::string&)> tell_;
  PacketLog* log_;
  TimeMerge merge_;
  std::vector<State> states_;
  std::vector<DropCounters> logged_;
  std::optional<Timestamp> clock_apart_;             ///< wall clock less the one that nobody sets
  std::vector<std::unique_ptr<CaptureLane>> lanes_;  ///< empty: this thread captures itself
  std::mutex news_mutex_;
  News news_;
  std::thread thread_;  // last: it uses the others
};

class LiveSource : public PacketSource {
 public:
  /// `log` may be null.
  LiveSource(std::vector<std::unique_ptr<LiveHandle>> handles, const LiveOptions& options,
             std::unique_ptr<PacketLog> log)
      : handles_(std::move(handles)),
        options_(options),
        log_(std::move(log)),
        ring_drops_(options.interfaces.size()) {
    for (std::size_t i = 0; i < options.interfaces.size(); ++i)
      statistics_.interfaces.push_back(handles_[i]->description());
  }
  LiveSource(const LiveSource&) = delete;
  LiveSource& operator=(const LiveSource&) = delete;
  ~LiveSource() override { stop_ = true; }

  /// `max_packets` of the first call holds for all. The thread begins with it, and is confined as its caller
  /// is.
  bool read(PacketBatch& batch, std::size_t max_packets) override {
    batch.clear();
    statistics_.drops.clear();
    if (!thread_) thread_.emplace(handles_, stop_, options_, log_.get(), max_packets);
    const std::optional<Timestamp> clock = thread_->caught_up();  // before the ring is looked at
    const bool more = thread_->ring().take(batch, patience);
    for (Packet& packet : batch.packets) packet.number = ++number_;
    count_packets(statistics_, batch.packets.data(), batch.packets.data() + batch.packets.size());
    if (batch.packets.empty()) batch.clock = clock;
    note(thread_->news());
    return more;
  }

  [[nodiscard]] std::optional<Fault> fault() const override { return fault_; }
  [[nodiscard]] const SourceStatistics& statistics() const override { return statistics_; }
  [[nodiscard]] std::string name() const override {
    std::string name;
    for (const std::string& each : options_.interfaces) name.append(name.empty() ? "" : ", ").append(each);
    return name;
  }
  [[nodiscard]] std::string format() const override { return "live"; }

  [[nodiscard]] std::vector<int> sockets() const override {
    std::vector<int> sockets;
    for (const auto& handle : handles_) sockets.push_back(handle->socket());
    return sockets;
  }

  [[nodiscard]] int packet_file() const override { return log_ != nullptr ? log_->descriptor() : -1; }

  void request_stop() noexcept override { stop_ = true; }

 private:
  void note(News news) {
    fault_ = std::move(news.fault);
    ring_drops_ = thread_->ring().drops();
    statistics_.waiting_bytes = thread_->ring().bytes();
    ring_drops_.resize(options_.interfaces.size());
    DropCounters all;
    std::uint64_t all_of_ring = 0;
    for (std::uint16_t i = 0; i < news.drops.size(); ++i) {
      Interface& interface = statistics_.interfaces[i];
      const DropCounters& drops = news.drops[i];
      const bool more = drops.kernel > interface.kernel_drops.value_or(0) ||
                        drops.interface > interface.interface_drops.value_or(0) ||
                        ring_drops_[i] > interface.ring_drops.value_or(0);
      interface.kernel_drops = drops.kernel;
      interface.interface_drops = drops.interface;
      interface.ring_drops = ring_drops_[i];
      all.kernel += drops.kernel;
      all.interface += drops.interface;
      all_of_ring += ring_drops_[i];
      if (more)
        statistics_.drops.push_back(
            {{number_, news.drops_at}, i, drops.interface, drops.kernel, ring_drops_[i]});
    }
    if (news.drops.empty()) return;
    statistics_.kernel_drops = all.kernel;
    statistics_.interface_drops = all.interface;
    statistics_.ring_drops = all_of_ring;
  }

  std::atomic<bool> stop_{false};
  static_assert(std::atomic<bool>::is_always_lock_free);
  std::vector<std::unique_ptr<LiveHandle>> handles_;
  LiveOptions options_;
  std::unique_ptr<PacketLog> log_;
  SourceStatistics statistics_;
  std::optional<Fault> fault_;
  std::vector<std::uint64_t> ring_drops_;
  std::uint64_t number_ = 0;
  std::optional<CaptureThread> thread_;  // last: it uses the others
};

}  // namespace

Expected<std::unique_ptr<PacketSource>> open_live(const LiveOptions& options) {
  std::vector<std::unique_ptr<LiveHandle>> handles;
  std::vector<std::optional<std::uint16_t>> groups(options.interfaces.size());
  for (unsigned thread = 0; thread < options.fanout; ++thread) {
    for (std::size_t i = 0; i < options.interfaces.size(); ++i) {
      auto handle = LiveHandle::open(options.interfaces[i], options);
      if (!handle) return tl::unexpected(handle.error());
      if (options.fanout > 1) {
        if (auto joined = (*handle)->join(groups[i]); !joined) return tl::unexpected(joined.error());
      }
      handles.push_back(std::move(*handle));
    }
  }
  std::unique_ptr<PacketLog> log;
  if (!options.packet_log.path.empty()) {
    std::vector<Interface> interfaces;
    for (std::size_t i = 0; i < options.interfaces.size(); ++i)
      interfaces.push_back(handles[i]->description());
    auto opened = PacketLog::open(options.packet_log, std::move(interfaces), options.tell);
    if (!opened) return tl::unexpected(opened.error());
    log = std::move(*opened);
  }
  return std::make_unique<LiveSource>(std::move(handles), options, std::move(log));
}

}  // namespace rtmpscope::capture
