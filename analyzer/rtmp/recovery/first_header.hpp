// Fast path behind a gap: a header that is convincing by itself, before any bytes are kept.
#pragma once

#include "rtmp/recovery/trial.hpp"

namespace rtmpscope::rtmp {

/// Bytes behind a gap at which the search is due: each chunk stream is likely to have begun messages there.
[[nodiscard]] std::size_t first_search_after_gap(const ChunkParser& parser);

/// Looks for the first audio or video header whose evidence is high enough. The message stays provisional
/// until the next header is where it should be. Stops at the first header that only the full search can
/// judge. Looks at a fixed number of bytes per position, so the result does not depend on segmentation.
class FirstHeader {
 public:
  enum class State : std::uint8_t {
    at_end_of_gap,  ///< no place has been tried
    behind_gap,     ///< further places are tried as bytes come
    stopped,        ///< the rest is for the search
  };
  struct Found {
    ChunkHeader header;
    int bits = 0;
  };

  explicit FirstHeader(bool active) : state_(active ? State::at_end_of_gap : State::stopped) {}

  [[nodiscard]] bool active() const { return state_ != State::stopped; }
  void stop() { state_ = State::stopped; }
  /// Bytes behind the gap with which the next place can be tried.
  [[nodiscard]] std::size_t wanted_bytes() const;

  /// `behind` is all that is there behind the gap. `sends_lengths`: SenderProfile::sends_lengths at the loss.
  /// `search_at`: bytes at which the search comes; the end of the gap may tell a better number.
  [[nodiscard]] std::optional<Found> try_places(const StreamData& behind, const ChunkParser& parser,
                                                const SenderProfile& profile, WorkBudget& work,
                                                bool sends_lengths, std::size_t& search_at);

 private:
  [[nodiscard]] std::optional<Found> try_end_of_gap(const StreamData& behind, const ChunkParser& parser,
                                                    const SenderProfile& profile, bool sends_lengths,
                                                    std::size_t& search_at);

  State state_;
  std::size_t places_tried_ = 0;
};

}  // namespace rtmpscope::rtmp
