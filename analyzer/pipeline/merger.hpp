// Puts the outputs of all shards into one order and gives connections their numbers.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <vector>

#include "output/observer.hpp"
#include "pipeline/limits.hpp"

namespace rtmpscope::pipeline {

/// Connection numbers count in the order of the connection_open events: by frame, which is the same for any
/// number of threads, since a frame belongs to one shard.
class Merger {
 public:
  /// The output of a window is mostly smaller; where it is not, it needs not be there twice.
  static constexpr std::size_t drained_size = std::size_t{512} << 10;

  /// `only_connection`: drop what belongs to other connections.
  Merger(std::unique_ptr<output::Assembler> assembler, std::optional<std::uint32_t> only_connection)
      : assembler_(std::move(assembler)), only_connection_(only_connection) {}

  void begin(output::Buffer& to) { assembler_->begin(to); }
  /// Events of the capture as a whole.
  void add_capture(const output::Output& output, output::Buffer& to);
  /// The outputs of one window, by shard, and that of events of the capture as a whole (null: none). Frames
  /// of one window lie after those of the window before; within one output they may come in any order, but a
  /// connection's own are in order. Calls `drain` when much is in `to`.
  void add(const std::array<output::Output, shard_count>& outputs, const output::Output* capture,
           output::Buffer& to, const std::function<void()>& drain);
  /// Answers whether there is more, see Assembler::end.
  [[nodiscard]] bool end(output::Buffer& to) { return assembler_->end(to); }

  [[nodiscard]] std::uint32_t connections() const { return next_number_ - 1; }

 private:
  struct Place {
    std::uint64_t frame;
    std::uint32_t shard;
    std::uint32_t index;
  };

  void sort_by_frame();
  void order_ties();
  [[nodiscard]] std::uint32_t number_of(std::size_t shard, std::uint32_t connection) const;
  void add_span(std::size_t shard, const output::Output& output, const output::OutputSpan& span,
                output::Buffer& to);

  std::unique_ptr<output::Assembler> assembler_;
  std::optional<std::uint32_t> only_connection_;
  std::array<std::vector<std::uint32_t>, shard_count> numbers_;  ///< by shard and local number minus one
  std::uint32_t next_number_ = 1;
  std::array<const output::Output*, shard_count + 1>
      outputs_{};              ///< of the current window; the capture's last
  std::vector<Place> places_;  ///< of the current window's spans; kept for its memory, as the next two
  std::vector<Place> sorted_;
  std::vector<std::uint32_t> counts_;
};

}  // namespace rtmpscope::pipeline
