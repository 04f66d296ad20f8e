// Tries every place where a header may be, until one is believable.
#pragma once

#include "rtmp/evidence/header_scan.hpp"
#include "rtmp/recovery/backward_parser.hpp"
#include "rtmp/recovery/recovery_limits.hpp"
#include "rtmp/recovery/repeated_lengths.hpp"
#include "rtmp/recovery/sync_found.hpp"
#include "rtmp/recovery/trial_parser.hpp"

namespace rtmpscope::rtmp {

/// Why chunk borders are not known.
enum class LossCause : std::uint8_t {
  gap,                 ///< headers are missing
  ambiguous_header,    ///< a header is there whose meaning is uncertain; nothing is lost yet
  undecided_header,    ///< a header is there that may have an extended timestamp; nothing is lost
  next_header,         ///< a header is there that has to confirm the provisional message
  midstream,           ///< the capture began later than the stream
  odd_header,          ///< a header is there that may be none; nothing is lost yet
  unfinished_message,  ///< the stream ends within a chunk, which may hold messages
};

/// A place costs little if its first bytes cannot begin a header (HeaderScan), and a trial otherwise. A place
/// that more bytes may confirm or refute is a candidate. A place that has enough evidence is the proof: then
/// the messages before it are read backwards.
class PlaceSearch {
 public:
  /// `offset`: the first place, where chunk borders were lost or before.
  PlaceSearch(LossCause cause, std::uint64_t offset, const TrialInput& input);

  /// Searches what has come. Call it again when more has. `last`: nothing more will.
  [[nodiscard]] std::optional<SyncFound> search(bool last);

  /// SenderProfile::sends_lengths, at the loss.
  [[nodiscard]] bool sends_lengths() const { return sends_lengths_; }
  /// Bytes before it are not needed any more.
  [[nodiscard]] std::uint64_t needed_from() const;
  /// Only packet starts are tried, so that places before them have to be kept.
  [[nodiscard]] bool packets_only() const { return packets_only_; }
  /// Where the window must end for a decision, if no new place is to be tried before it; else 0.
  [[nodiscard]] std::uint64_t wanted_end() const;

 private:
  /// A place that more bytes may confirm or refute.
  struct Candidate {
    std::uint64_t offset = 0;
    std::uint64_t wanted_end = 0;  ///< a trial says nothing new before the window ends there
    bool after_gap = false;        ///< a gap ends there
    bool strong = false;           ///< no later place is decided on before it
  };
  enum class Verdict : std::uint8_t { refuted, waits, found };

  [[nodiscard]] bool midstream() const { return cause_ == LossCause::midstream; }
  [[nodiscard]] bool full() const { return window().kept_bytes() >= window().limit(); }
  [[nodiscard]] const KeptBytes& window() const { return input_.window; }
  [[nodiscard]] std::uint32_t expected_chunk_size() const;
  [[nodiscard]] int least_type3_bits() const { return midstream() ? first_header_bits : first_type3_bits; }
  void restart();

  [[nodiscard]] bool retry_candidates(TrialParser& trial, bool last);
  [[nodiscard]] bool try_new_places(TrialParser& trial, bool last);
  [[nodiscard]] bool try_packet_starts(TrialParser& trial);
  [[nodiscard]] bool try_place(TrialParser& trial, std::uint64_t offset, bool last);
  [[nodiscard]] Verdict weigh(TrialParser& trial, Candidate& candidate, bool last);
  [[nodiscard]] bool is_convincing(TrialParser& trial, std::uint64_t at, int bits, bool last) const;
  [[nodiscard]] bool may_be_no_rtmp(const TrialResult& result) const;
  [[nodiscard]] bool rests_on_guesses(const TrialResult& result) const;

  void learn_chunk_streams();
  bool guess_repeated_lengths(std::size_t times, bool last);
  [[nodiscard]] std::vector<RepeatedLength> find_guesses(Bytes run);
  void learn_proved_guesses(std::span<const MessageSample> samples);

  [[nodiscard]] std::optional<SyncFound> finish(TrialParser& trial, bool last);
  [[nodiscard]] PrecedingMessages parse_backward(BackwardParser& backward,
                                                 std::span<const MessageSample> samples);
  [[nodiscard]] SyncFound found(const PrecedingMessages& before) const;

  const LossCause cause_;
  const std::uint64_t lost_offset_;
  const TrialInput input_;
  bool packets_only_;                           ///< see usual_packets_started
  const bool sends_lengths_;                    ///< SenderProfile::sends_lengths, at the loss
  std::uint64_t scan_from_;                     ///< places before it are refuted, or candidates
  std::vector<Candidate> candidates_;           ///< by offset
  std::optional<TrialResult> proof_;            ///< of the candidate that was found
  std::uint64_t proved_ = 0;                    ///< its offset
  std::uint32_t expected_chunk_size_;           ///< 0: none is
  std::vector<RepeatedLength> guesses_;         ///< what repeats in the first bytes
  std::vector<HeaderDefaults> guessed_;         ///< their defaults
  std::vector<BodyHead> guessed_heads_;         ///< their bodies
  std::vector<RepeatedLength> proved_guesses_;  ///< those that the proof is made of
  std::size_t guessed_bytes_ = 0;               ///< that the guesses are about
  std::optional<HeaderScan> scan_;              ///< for what the parser has seen, and the guesses
};

}  // namespace rtmpscope::rtmp
