// The chunk size, where it is not certain: read off how a message that may be longer than a chunk lies
// between the headers.
#pragma once

#include "rtmp/recovery/trial_reader.hpp"

namespace rtmpscope::rtmp {

/// A message that has come in one chunk may have been several smaller ones: where their headers would be
/// there are such bytes. That is so by chance now and then; what follows the message decides. `body` is all
/// of it.
[[nodiscard]] bool may_be_split(Bytes body, std::uint32_t chunk_stream_id);

/// Chooses the chunk size for one message of a trial.
class ChunkSizeInference {
 public:
  enum class Choice : std::uint8_t {
    chosen,     ///< the known chunk size has been set
    unsplit,    ///< all of the message is there, in one chunk; only the header behind it is missing
    none,       ///< no chunk size fits
    need_more,  ///< see TrialReader::wanted_end
    in_gap,     ///< a gap hides the evidence
  };

  /// `start`: what the trial assumes. `known` and `next_header` are the trial's: what it knows of the chunk
  /// size, and the header that was last found behind a message.
  ChunkSizeInference(TrialReader& reader, const TrialStart& start, KnownChunkSize& known,
                     std::optional<TrialHeader>& next_header)
      : reader_(reader), start_(start), known_(known), next_header_(next_header) {}

  /// The chunk size with which the message ends before a believable header. The payload of `message` begins
  /// at `payload`. `length_certain`: its length cannot have been changed by a lost header.
  [[nodiscard]] Choice choose(std::uint64_t payload, const TrialHeader& message, bool length_certain);

 private:
  HeaderRead fits(std::uint32_t chunk_size, bool guessed);
  [[nodiscard]] HeaderRead is_between_chunks(std::uint64_t at, int splits);
  [[nodiscard]] HeaderRead check_end(std::uint64_t at, int splits, bool guessed);
  HeaderRead try_known(std::uint32_t chunk_size, bool guessed);
  bool try_guess(std::uint32_t chunk_size);
  void try_usual_sizes();
  void try_all_sizes();
  Choice set(std::uint32_t chunk_size);
  [[nodiscard]] std::optional<std::uint32_t> compare_sizes();
  [[nodiscard]] Choice choose_without_fit(bool refuted);

  TrialReader& reader_;
  const TrialStart& start_;
  KnownChunkSize& known_;
  std::optional<TrialHeader>& next_header_;
  // Of the message at hand.
  std::uint64_t payload_ = 0;
  std::uint32_t id_ = 0;
  std::uint32_t length_ = 0;
  bool length_certain_ = true;
  bool more_ = false;  ///< further bytes may decide
  int gaps_ = 0;       ///< sizes against which nothing speaks before a gap
  /// Sizes that fit one message and are compared by the messages that follow. With more, that one says too
  /// little.
  static constexpr std::size_t most_compared = 64;
  std::array<std::uint32_t, most_compared + 1> sizes_;  ///< that fit …
  std::size_t size_count_ = 0;                          ///< … so many
};

}  // namespace rtmpscope::rtmp
