// Several capture files as one packet source.
#include <algorithm>

#include <fmt/format.h>

#include "capture/file_source.hpp"
#include "capture/limits.hpp"

namespace rtmpscope::capture {
namespace {

/// Packets that the merger reads from one input at a time.
constexpr std::size_t merge_batch = 512;

/// Memory for the blocks of all inputs that are open at the same time, and what one of them gets at least.
constexpr std::size_t merged_block_bytes = std::size_t{16} << 20;
constexpr std::size_t smallest_merged_block = std::size_t{64} << 10;

/// One of the inputs, and what was already taken over from its statistics.
struct Child {
  std::string path;
  std::unique_ptr<FileSource> source;        ///< null: not opened yet
  std::vector<std::uint16_t> interface_ids;  ///< ours, by the input's own id
  std::size_t secrets_taken = 0;
  std::uint64_t secrets_dropped_taken = 0;
  std::size_t comments_taken = 0;
  std::uint64_t comment_count_taken = 0;
  bool finished = false;
};

class MultiSource : public PacketSource {
 public:
  MultiSource(std::vector<Child> children, std::unique_ptr<PacketFilter> filter)
      : children_(std::move(children)), filter_(std::move(filter)) {}

  [[nodiscard]] std::optional<Fault> fault() const override {
    if (fault_) return fault_;
    for (const Child& child : children_) {  // one may have been found only after it was read
      if (auto late = child.source->fault()) return late;
    }
    return std::nullopt;
  }
  [[nodiscard]] const SourceStatistics& statistics() const override { return statistics_; }

  [[nodiscard]] std::string name() const override {
    return fmt::format("{} and {} more", children_.front().path, children_.size() - 1);
  }

  [[nodiscard]] std::string format() const override {
    std::string common;
    for (const Child& child : children_) {
      if (child.source == nullptr) continue;
      const std::string own = child.source->format();
      if (!common.empty() && common != own) return "mixed";
      common = own;
    }
    return common;
  }

  [[nodiscard]] std::optional<double> progress() const override {
    double sum = 0;
    for (const Child& child : children_) {
      if (child.finished) {
        sum += 1;
      } else if (child.source != nullptr) {
        const auto own = child.source->progress();
        if (!own) return std::nullopt;
        sum += *own;
      }
    }
    return sum / static_cast<double>(children_.size());
  }

 protected:
  /// Gives `packet` of children_[index] its id over all inputs.
  void renumber_interface(std::size_t index, Packet& packet) {
    packet.interface_id = interface_id(index, packet.interface_id);
  }

  /// Filters and counts [begin, end); returns the new end.
  Packet* select(Packet* begin, Packet* end) {
    Packet* kept = end;
    if (filter_ != nullptr) {
      kept = filter_->apply(begin, end, statistics_.notes);
      statistics_.filtered_out += static_cast<std::uint64_t>(end - kept);
    }
    count_packets(statistics_, begin, kept);
    return kept;
  }

  /// The child's number of an interface as ours.
  std::uint16_t interface_id(std::size_t index, std::uint16_t own) {
    Child& child = children_[index];
    if (own >= child.interface_ids.size()) map_interfaces(child, own + std::size_t{1});
    return child.interface_ids[own];
  }

  /// After each read of the child: secrets and comments are wanted as soon as they are known.
  void take_over(std::size_t index) {
    Child& child = children_[index];
    const SourceStatistics& own = child.source->statistics();
    for (; child.secrets_taken < own.secrets.size(); ++child.secrets_taken) {
      take_over_secrets(own.secrets[child.secrets_taken]);
    }
    statistics_.secrets_dropped += own.secrets_dropped - child.secrets_dropped_taken;
    child.secrets_dropped_taken = own.secrets_dropped;
    for (; child.comments_taken < own.comments.size(); ++child.comments_taken) {
      if (statistics_.comments.size() >= max_comments) continue;
      Comment& comment = statistics_.comments.emplace_back(own.comments[child.comments_taken]);
      comment.input = static_cast<std::uint32_t>(index);
    }
    statistics_.comment_count += own.comment_count - child.comment_count_taken;
    child.comment_count_taken = own.comment_count;
  }

  void finish(std::size_t index) {
    Child& child = children_[index];
    child.finished = true;
    take_over(index);
    const SourceStatistics& own = child.source->statistics();
    map_interfaces(child, own.interfaces.size());
    for (std::size_t i = 0; i < own.interfaces.size(); ++i) {
      Interface& interface = statistics_.interfaces[child.interface_ids[i]];
      interface.interface_drops = own.interfaces[i].interface_drops;
      interface.kernel_drops = own.interfaces[i].kernel_drops;
    }
    add_drops(statistics_.interface_drops, own.interface_drops);
    add_drops(statistics_.kernel_drops, own.kernel_drops);
    for (const std::string& note : own.notes) add_note(fmt::format("{}: {}", child.path, note));
    if (const auto fault = child.source->fault()) add_fault(*fault);
    child.source->release();
  }

  void add_fault(const Fault& fault) {
    if (!fault_) {
      fault_ = fault;
    } else {
      add_note(fault.text);
    }
  }

  std::vector<Child> children_;
  SourceStatistics statistics_;

 private:
  void map_interfaces(Child& child, std::size_t count) {
    const SourceStatistics& own = child.source->statistics();
    for (std::size_t i = child.interface_ids.size(); i < count; ++i) {
      if (statistics_.interfaces.size() < max_interfaces) {
        child.interface_ids.push_back(static_cast<std::uint16_t>(statistics_.interfaces.size()));
        Interface& interface = statistics_.interfaces.emplace_back(own.interfaces[i]);
        interface.packets = 0;
      } else {
        // More interfaces than ids: the rest share the last one.
        child.interface_ids.push_back(static_cast<std::uint16_t>(max_interfaces - 1));
      }
    }
  }

  void take_over_secrets(const DecryptionSecrets& secrets) {
    if (statistics_.secrets.size() >= max_secrets_blocks ||
        secrets.bytes.size() > max_secrets_bytes - secrets_bytes_) {
      ++statistics_.secrets_dropped;
      return;
    }
    secrets_bytes_ += secrets.bytes.size();
    statistics_.secrets.push_back(secrets);
  }

  void add_note(std::string note) {
    if (statistics_.notes.size() < max_notes) statistics_.notes.push_back(std::move(note));
  }

  static void add_drops(std::optional<std::uint64_t>& total, const std::optional<std::uint64_t>& own) {
    if (own) total = total.value_or(0) + *own;
  }

  std::unique_ptr<PacketFilter> filter_;
  std::optional<Fault> fault_;
  std::size_t secrets_bytes_ = 0;
};

/// One input after the other. Inputs are opened when their turn comes, so that a hundred files of a ring
/// buffer do not need a hundred descriptors.
class ChainedSource : public MultiSource {
 public:
  using MultiSource::MultiSource;

  bool read(PacketBatch& batch, std::size_t max_packets) override {
    statistics_.drops.clear();
    if (current_ >= children_.size() || stop_requested()) {
      batch.clear();
      return false;
    }
    Child& child = children_[current_];
    if (child.source == nullptr && !open_current(child)) {
      batch.clear();
      return ++current_ < children_.size();
    }
    const bool more = child.source->read(batch, max_packets);
    for (Packet& packet : batch.packets) {
      packet.number += numbers_before_;
      renumber_interface(current_, packet);
    }
    take_over(current_);
    for (Drops drops : child.source->statistics().drops) {
      drops.at.number += numbers_before_;
      drops.interface_id = interface_id(current_, drops.interface_id);
      statistics_.drops.push_back(drops);
    }
    Packet* const first = batch.packets.data();
    Packet* const end = select(first, first + batch.packets.size());
    batch.packets.resize(static_cast<std::size_t>(end - first));
    if (more) return true;
    finish(current_);
    numbers_before_ += child.source->last_number();
    ++current_;
    return current_ < children_.size();
  }

 private:
  bool open_current(Child& child) {
    auto source = FileSource::open(child.path, {});
    if (source) {
      child.source = std::move(*source);
      return true;
    }
    child.finished = true;
    add_fault({0, source.error().message});
    return false;
  }

  std::size_t current_ = 0;
  std::uint64_t numbers_before_ = 0;
};

/// The earliest of the inputs' next packets, again and again.
class MergedSource : public MultiSource {
 public:
  MergedSource(std::vector<Child> children, std::unique_ptr<PacketFilter> filter)
      : MultiSource(std::move(children), std::move(filter)), queues_(children_.size()) {
    for (std::size_t i = 0; i < children_.size(); ++i) waiting_.push_back(i);
  }

  bool read(PacketBatch& batch, std::size_t max_packets) override {
    statistics_.drops.clear();
    prepare_batch(batch, max_packets);
    for (Queue& queue : queues_) queue.held = false;
    std::size_t count = 0;
    bool more = true;
    while (count < max_packets) {
      if (stop_requested()) {
        more = false;
        break;
      }
      // Which packet is the earliest is known only with the next packet of every input.
      if (!fill_waiting()) break;
      if (heads_.empty()) {
        more = false;
        break;
      }
      std::pop_heap(heads_.begin(), heads_.end(), Later{});
      const std::size_t index = heads_.back().index;
      heads_.pop_back();
      Queue& queue = queues_[index];
      Packet& packet = batch.packets[count];
      packet = queue.batch.packets[queue.next++];
      tell_drops(index, packet.number);
      packet.number = ++number_;
      renumber_interface(index, packet);
      if (!queue.held) {
        batch.blocks.insert(batch.blocks.end(), queue.batch.blocks.begin(), queue.batch.blocks.end());
        queue.held = true;
      }
      ++count;
      push_head(index);
    }
    Packet* const first = batch.packets.data();
    batch.packets.resize(static_cast<std::size_t>(select(first, first + count) - first));
    return more;
  }

 private:
  struct Queue {
    PacketBatch batch;
    std::vector<Drops> drops;  ///< that were noted between its packets, or behind the last one
    std::size_t next = 0;
    bool more = true;
    bool held = false;  ///< the batch that is being filled holds the blocks, too
  };
  struct Head {
    Timestamp time;
    std::size_t index;
  };
  struct Later {
    bool operator()(const Head& a, const Head& b) const {
      return a.time != b.time ? a.time > b.time : a.index > b.index;
    }
  };

  void push_head(std::size_t index) {
    const Queue& queue = queues_[index];
    if (queue.next == queue.batch.packets.size()) {
      waiting_.push_back(index);
      return;
    }
    heads_.push_back({queue.batch.packets[queue.next].time, index});
    std::push_heap(heads_.begin(), heads_.end(), Later{});
  }

  /// Those that an input has noted in front of its packet `before`.
  void tell_drops(std::size_t index, std::uint64_t before) {
    std::vector<Drops>& drops = queues_[index].drops;
    if (drops.empty()) return;
    const auto behind =
        std::ranges::find_if(drops, [&](const Drops& each) { return each.at.number >= before; });
    for (auto each = drops.begin(); each != behind; ++each) {
      each->at.number = number_;
      each->interface_id = interface_id(index, each->interface_id);
      statistics_.drops.push_back(*each);
    }
    drops.erase(drops.begin(), behind);
  }

  /// Gets the next packets of the inputs that have none left. False: a pipe has nothing yet.
  bool fill_waiting() {
    while (!waiting_.empty()) {
      const std::size_t index = waiting_.back();
      Queue& queue = queues_[index];
      if (!queue.more) {
        tell_drops(index, std::numeric_limits<std::uint64_t>::max());
        finish(index);
        waiting_.pop_back();
        continue;
      }
      queue.more = children_[index].source->read(queue.batch, merge_batch);
      const std::vector<Drops>& drops = children_[index].source->statistics().drops;
      queue.drops.insert(queue.drops.end(), drops.begin(), drops.end());
      queue.next = 0;
      queue.held = false;
      take_over(index);
      if (queue.batch.packets.empty()) {
        if (queue.more) return false;
        continue;
      }
      waiting_.pop_back();
      push_head(index);
    }
    return true;
  }

  std::vector<Queue> queues_;
  std::vector<Head> heads_;           ///< heap; the earliest first, then the first input
  std::vector<std::size_t> waiting_;  ///< inputs whose queue is empty
  std::uint64_t number_ = 0;
};

}  // namespace

Expected<std::unique_ptr<PacketSource>> open_files(const std::vector<std::string>& paths, Order order,
                                                   const FileOptions& options) {
  if (paths.empty()) return tl::unexpected(Error{ErrorKind::usage, "no capture file is given"});
  if (paths.size() == 1) return open_file(paths.front(), options);
  if (std::count(paths.begin(), paths.end(), "-") > 1) {
    return tl::unexpected(Error{ErrorKind::usage, "standard input is given more than once"});
  }
  // The filter comes after the inputs: it must not change numbers, which count over all of them.
  const std::size_t block_size =
      std::clamp(merged_block_bytes / paths.size(), smallest_merged_block, default_block_size);
  std::vector<Child> children;
  std::vector<Interface> interfaces;
  for (const std::string& path : paths) {
    auto source = FileSource::open(path, {}, block_size);
    if (!source) return tl::unexpected(source.error());
    const auto& own = (*source)->statistics().interfaces;
    interfaces.insert(interfaces.end(), own.begin(), own.end());
    const bool keep_open = order == Order::merged || path == "-" || children.empty();
    Child& child = children.emplace_back();
    child.path = path;
    if (keep_open) child.source = std::move(*source);
  }
  std::unique_ptr<PacketFilter> filter;
  if (!options.filter.empty()) {
    auto compiled = PacketFilter::compile(options.filter, interfaces);
    if (!compiled) return tl::unexpected(compiled.error());
    filter = std::move(*compiled);
  }
  if (order == Order::merged) return std::make_unique<MergedSource>(std::move(children), std::move(filter));
  return std::make_unique<ChainedSource>(std::move(children), std::move(filter));
}

}  // namespace rtmpscope::capture
