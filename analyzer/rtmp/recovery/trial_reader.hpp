// Reads headers at given offsets, with the chunk streams' state as a trial has left it.
#pragma once

#include <memory_resource>
#include <vector>

#include "rtmp/recovery/trial.hpp"

namespace rtmpscope::rtmp {

/// The lower half of a trial: it reads and weighs, and decides nothing. TrialParser, ChunkSizeInference and
/// LengthInference share it.
class TrialReader {
 public:
  /// A chunk stream as the trial leaves it. The parser's own state stays as it is.
  struct Stream {
    std::uint32_t id = 0;
    ChunkStream state;
    std::uint32_t left = 0;     ///< payload bytes of the message in progress; 0: none is
    bool certain = false;       ///< see is_certain
    bool sent_length = false;   ///< a header of the trial has given length and type
    int confirmation_bits = 0;  ///< for the headers behind its messages so far
    BodyHead head{};            ///< of the last message
  };

  explicit TrialReader(const TrialInput& input) : input_(input) { streams_.reserve(usual_chunk_streams); }
  TrialReader(const TrialReader&) = delete;
  TrialReader& operator=(const TrialReader&) = delete;

  /// Forgets all streams, and sets those of `start.defaults`.
  void begin(const TrialStart& start);

  /// Reads the header at `offset`, with the first bytes of its message's body.
  HeaderRead read(std::uint64_t offset, TrialHeader& result);
  /// Reads a header that inherits everything from one that is not known: its message must show its type.
  /// `bits` are 0 unless the answer is `header`.
  HeaderRead read_inheriting(std::uint64_t offset, int& bits);
  /// Why there is no byte at `offset`: need_more or in_gap. Moves wanted_end.
  HeaderRead missing(std::uint64_t offset);
  /// After need_more: nothing changes until the window ends there.
  [[nodiscard]] std::uint64_t wanted_end() const { return wanted_end_; }
  void want_end(std::uint64_t offset) { wanted_end_ = std::min(wanted_end_, offset); }

  /// State of a chunk stream; null: not seen. `left`: payload bytes of its message in progress.
  [[nodiscard]] const ChunkStream* state_of(std::uint32_t id, std::uint32_t& left) const;
  /// Nothing that a header inherits there can have been changed in a gap.
  [[nodiscard]] bool is_certain(std::uint32_t id) const;
  /// The trial's own state of that chunk stream. Valid until the next call.
  [[nodiscard]] Stream& stream(std::uint32_t id);
  void make_certain(std::uint32_t id);
  /// Bytes of the header of a type 3 chunk of a message in progress, as the sender usually writes it.
  [[nodiscard]] std::uint32_t continuation_size(std::uint32_t id) const;

  [[nodiscard]] const TrialInput& input() const { return input_; }
  [[nodiscard]] const KeptBytes& window() const { return input_.window; }
  /// A message that ends at `offset` ends where a gap begins, or where all input ends.
  [[nodiscard]] bool ends_at_gap(std::uint64_t offset) const {
    return input_.window.gap_begins_at(offset) || (last_ && offset == input_.window.end());
  }

 private:
  HeaderRead read_body(TrialHeader& result);

  const TrialInput input_;
  bool last_ = false;
  bool state_holds_ = false;
  std::uint64_t wanted_end_ = 0;
  // Most trials are short and there are many: what they need lies here rather than on the heap.
  alignas(std::max_align_t) std::array<std::byte, usual_chunk_streams * sizeof(Stream)> memory_;
  std::pmr::monotonic_buffer_resource resource_{memory_.data(), memory_.size()};
  std::pmr::vector<Stream> streams_{&resource_};
  std::size_t recent_stream_ = 0;  ///< index of the one that was asked for last
};

}  // namespace rtmpscope::rtmp
