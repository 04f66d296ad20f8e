// Finds the chunk borders of one direction again: behind a gap that hides headers, and in mid-stream.
//
// The search goes from the cheap to the expensive. FirstHeader looks for a header that is convincing by
// itself. ExpectedHeader checks the one place where a header should be, for example where the interrupted
// message ends. PlaceSearch tries every place. What is found does not depend on how the bytes of a packet are
// cut: decisions are made only where a number of bytes is reached that follows from offsets, at a gap, and at
// the end.
#pragma once

#include "rtmp/recovery/expected_header.hpp"
#include "rtmp/recovery/first_header.hpp"
#include "rtmp/recovery/place_search.hpp"

namespace rtmpscope::rtmp {

class SyncSearch {
 public:
  struct Start {
    LossCause cause = LossCause::gap;
    std::uint64_t offset = 0;                       ///< where chunk borders were lost
    std::optional<InterruptedChunk> interrupted{};  ///< what was in progress, for LossCause::gap
    /// For LossCause::odd_header: what was parsed from there on may have been something else, up to `offset`.
    std::uint64_t search_from = offset;
    bool restartable = false;  ///< for LossCause::odd_header: see ExpectedHeader
  };
  /// `parser` and `profile` are the direction's, as they are where chunk borders were lost. The window of
  /// `kept` begins at `offset`, or before it if there is more to be read again, and only the search reads on
  /// in it. All of them outlive this.
  SyncSearch(const Start& start, KeptBytes& kept, const ChunkParser& parser, const SenderProfile& profile,
             WorkBudget& work);
  SyncSearch(const SyncSearch&) = delete;
  SyncSearch& operator=(const SyncSearch&) = delete;

  /// Looks at the first bytes behind the gap, before the window has any: what they show at once.
  [[nodiscard]] std::optional<SyncFound> try_first_header(const StreamData& data);
  /// The window grows by what is kept next, at most up to the next decision.
  void take_next();
  /// To be asked after a gap was taken: whether the budget allows a search. Gaps may lie anywhere, so that a
  /// stream in pieces of a few bytes would be searched again and again.
  [[nodiscard]] bool allowed_at_gap() const;
  /// A search is due after what was taken last.
  [[nodiscard]] bool due() const;

  /// Searches the window. `last`: nothing more will come. Call it until it finds nothing.
  [[nodiscard]] std::optional<SyncFound> search(bool last);

  [[nodiscard]] LossCause cause() const { return cause_; }
  [[nodiscard]] std::uint64_t lost_offset() const { return lost_offset_; }
  /// What is expected, and whether it was refuted.
  [[nodiscard]] const ExpectedHeader& expected() const { return expected_; }

 private:
  [[nodiscard]] bool full() const { return window_.kept_bytes() >= window_.limit(); }
  [[nodiscard]] std::optional<SyncFound> try_first(const StreamData& behind);
  [[nodiscard]] std::size_t first_search_at() const;
  void schedule_next(std::uint64_t wanted_end);
  void drop_needless();

  KeptBytes& window_;
  const LossCause cause_;
  const std::uint64_t lost_offset_;
  const TrialInput input_;
  FirstHeader first_;
  ExpectedHeader expected_;
  PlaceSearch places_;
  std::size_t next_search_at_;  ///< kept bytes at which the next search is due
};

}  // namespace rtmpscope::rtmp
