// The one place where a header is expected: behind the interrupted message, the ambiguous header, or the
// header behind the provisional message. It is checked before any search.
#pragma once

#include "rtmp/recovery/sync_found.hpp"

namespace rtmpscope::rtmp {

class ExpectedHeader {
 public:
  enum class State : std::uint8_t {
    none,              ///< nothing is expected, or no longer
    interrupted,       ///< a gap interrupted a message; the next header's place can be computed
    odd_header,        ///< a header is there that may be none; where it leads shows it
    other_chunk_size,  ///< it is none; the last message may have been split in another way
    undecided_header,  ///< a header is there; what follows its chunk shows whether it has an extended
                       ///< timestamp
    ambiguous_header,  ///< a header is there whose meaning is uncertain; the end of its message shows it
    next_header,       ///< a header is there that has to confirm the provisional message
    refuted,           ///< the header is none: chunk borders are lost from there
  };

  /// `offset`: where the chunk borders were lost. `interrupted`: with that state only. `restartable`: with
  /// odd_header; the taken chunk (ChunkParser::taken) begins a message, and its chunk size is not proven.
  ExpectedHeader(State state, std::uint64_t offset, std::optional<InterruptedChunk> interrupted,
                 bool restartable = false)
      : state_(state), offset_(offset), interrupted_(interrupted), restartable_(restartable) {}

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] bool pending() const { return state_ != State::none && state_ != State::refuted; }
  /// Set as long as the state is `interrupted`.
  [[nodiscard]] const std::optional<InterruptedChunk>& interrupted() const { return interrupted_; }
  /// A check says nothing new before the window ends there.
  [[nodiscard]] std::uint64_t wanted_end() const { return wanted_end_; }

  /// To be called while pending. `last`: nothing more will come; `decide`: no more bytes may be waited for.
  [[nodiscard]] std::optional<SyncFound> check(const TrialInput& input, bool last, bool decide);

 private:
  [[nodiscard]] std::optional<SyncFound> check_interrupted(const TrialInput& input, bool decide);
  [[nodiscard]] std::optional<SyncFound> check_ambiguous(const TrialInput& input, bool decide);
  [[nodiscard]] std::optional<SyncFound> check_odd(const TrialInput& input, bool last, bool decide);
  [[nodiscard]] std::optional<SyncFound> check_chunk_size(const TrialInput& input, bool decide);
  [[nodiscard]] std::optional<SyncFound> check_undecided(const TrialInput& input, bool decide);
  [[nodiscard]] std::optional<SyncFound> check_next(const TrialInput& input, bool last);
  [[nodiscard]] TrialStart start(const TrialInput& input, bool decide) const;
  [[nodiscard]] SyncFound found(const TrialInput& input, const TrialResult& trial, std::uint64_t header,
                                SyncMethod method) const;

  State state_;
  std::uint64_t offset_;
  std::optional<InterruptedChunk> interrupted_;
  bool restartable_;
  std::uint64_t wanted_end_ = 0;
};

}  // namespace rtmpscope::rtmp
