// Messages before the header that a search has found, each read from its end backwards.
#pragma once

#include <memory_resource>
#include <vector>

#include "rtmp/recovery/repeated_lengths.hpp"
#include "rtmp/recovery/trial.hpp"

namespace rtmpscope::rtmp {

/// Messages without a gap between them that end where a known header begins.
struct PrecedingMessages {
  std::uint64_t offset = 0;  ///< of the first one's header; without any, what was asked for
  int messages = 0;
  int explicit_headers = 0;                ///< of them, those whose header gives length and type
  std::uint32_t longest = 0;               ///< bytes of the longest body
  std::uint32_t chunk_size = 0;            ///< by which one of them is split, if that was not known
  std::vector<HeaderDefaults> defaults{};  ///< what first headers of chunk streams inherit from lost ones
};

class BackwardParser {
 public:
  /// `samples`: messages behind the header; they outlive this. `known` as after the trial
  /// from the header; the parser keeps what it finds out for further calls.
  BackwardParser(const TrialInput& input, std::span<const MessageSample> samples, KnownChunkSize known)
      : input_(input), behind_(samples), chunk_size_(known) {}

  /// Finds the messages before `header`, from the last one on, each of which ends exactly where the next one
  /// begins. Headers may inherit from such as came before offset `least`. Then the length is the distance to
  /// the next header, and it must be that of other messages of the chunk stream, one of the guesses, or where
  /// the body's contents end. `all`: places that no sample suggests are tried, too.
  [[nodiscard]] PrecedingMessages parse(std::uint64_t header, std::uint64_t least,
                                        std::span<const RepeatedLength> guesses, bool all);

 private:
  /// One message before a header that is known.
  struct Match {
    std::size_t at = 0;  ///< index of its header
    std::size_t payload = 0;
    std::size_t end = 0;
    int bits = 0;
    bool inherits = false;
    std::uint32_t chunk_size = 0;  ///< that shows by it
    MessageSample sample{};
  };
  using Samples = std::pmr::vector<MessageSample>;

  void gather_samples(std::span<const RepeatedLength> guesses, Samples& samples) const;
  [[nodiscard]] std::optional<Match> find(std::size_t end, const Samples& samples,
                                          std::span<const HeaderDefaults> later, bool all);
  [[nodiscard]] std::optional<Match> match_at(std::size_t at, std::size_t end, const Samples& samples) const;
  [[nodiscard]] bool match_explicit(Match& match, const Samples& samples) const;
  [[nodiscard]] bool match_inheriting(Match& match, const Samples& samples) const;
  [[nodiscard]] int match_known_length(Match& match, const Samples& samples) const;
  [[nodiscard]] bool match_repeated_length(Match& match) const;
  [[nodiscard]] bool match_by_content(Match& match) const;
  [[nodiscard]] std::optional<int> weigh_sample(const MessageSample& sample, Bytes body,
                                                const Samples& samples) const;
  [[nodiscard]] std::uint32_t dividing_size(const Match& match, std::uint32_t length) const;
  [[nodiscard]] bool is_split(const Match& match, std::uint32_t chunk_size) const;
  [[nodiscard]] std::size_t bytes_on_wire(std::uint32_t length) const {
    return bytes_in_chunks(length, chunk_size_.certain ? chunk_size_.size : 0);
  }
  [[nodiscard]] Bytes body_of(const Match& match) const {
    return run_.subspan(match.payload, std::min<std::size_t>(weighed_body_bytes, match.end - match.payload));
  }

  const TrialInput input_;
  const std::span<const MessageSample> behind_;
  KnownChunkSize chunk_size_;
  Bytes run_;  ///< from the first byte that may belong to a message up to the known header
};

}  // namespace rtmpscope::rtmp
