// Finds the chunk borders of one direction again: after a gap that hides headers, and in mid-stream.
//
// First it is tried whether the sender went on with the message in progress, so that the next header's place
// can be computed. Else each place behind the gap is parsed on trial (chunk_trial.hpp) until one is
// believable enough; where the sender begins packets with messages, places within packets come last. What is
// found does not depend on how the bytes of a packet are cut: decisions are made only where a number of bytes
// is reached that follows from offsets, at a gap, and at the end.
#pragma once

#include "rtmp/evidence/header_scan.hpp"
#include "rtmp/recovery/trial_parser.hpp"

namespace rtmpscope::rtmp {

/// Bytes of one direction that wait for chunk borders at most. A key frame in one chunk fits. Reached: the
/// oldest place that was still possible is given up.
inline constexpr std::size_t maximum_kept_bytes = std::size_t{1} << 20;

/// values.def: sync_method
enum class SyncMethod : std::uint8_t { predicted, confirmed, searched, midstream };
/// values.def: sync_confidence
enum class SyncConfidence : std::uint8_t { fair, high, very_high };

struct SyncFound {
  std::uint64_t offset = 0;   ///< predicted: where the gap began; else of the header
  std::uint64_t header = 0;   ///< of the first header that was found
  std::uint64_t skipped = 0;  ///< bytes between loss and `header`
  PacketRef packet;           ///< with that header
  SyncMethod method = SyncMethod::searched;
  SyncConfidence confidence = SyncConfidence::fair;
  TrialResult trial;
  bool provisional = false;  ///< the message of the header has to be proved by what follows
                             ///< (ChunkParser::ProvisionalMessage)
  std::vector<HeaderDefaults>
      defaults{};  ///< what first headers of chunk streams inherit from such as were lost
};

/// What all searches in one direction cost, next to the bytes that they were given: bytes that are made to
/// look like headers, or gaps without end, must not take more time than their number allows.
struct WorkBudget {
  std::uint64_t steps = 0;  ///< as TrialParser counts them
  std::uint64_t bytes = 0;  ///< also those that were dropped since

  [[nodiscard]] std::uint64_t allowance() const;
};

class SyncSearch : public Recycled<search_block_bytes> {
 public:
  enum class Cause : std::uint8_t {
    gap,                  ///< headers are missing
    ambiguous_header,     ///< a header is there whose meaning is not certain any more; nothing is lost yet
    next_header,          ///< a header is there that has to prove the message before it
                          ///< (ChunkParser::ProvisionalMessage)
    midstream,            ///< the capture began later than the stream
    implausible_headers,  ///< headers that cannot be right
  };

  /// `interrupted`: what was in progress, for Cause::gap. `parser`, `profile`: as they are where chunk
  /// borders were lost. `work` is the direction's, and outlives this.
  SyncSearch(Cause cause, std::uint64_t offset, std::optional<InterruptedChunk> interrupted,
             const ChunkParser& parser, const SenderProfile& profile, WorkBudget& work);

  /// The first bytes behind the gap, which have not been added: what they show at once.
  [[nodiscard]] std::optional<SyncFound> try_first_header(const StreamData& data, const ChunkParser& parser,
                                                          const SenderProfile& profile);
  /// Takes bytes up to the next place of a decision, and says how many.
  std::size_t add(const StreamData& data);
  void add(const StreamGap& gap);
  /// A gap has just been added, and looking is not out of proportion to the bytes that came: gaps may lie
  /// anywhere, so that a stream in pieces of a few bytes would have everything looked at again and again.
  [[nodiscard]] bool allowed_at_gap() const;
  /// A decision is due after what was added last.
  [[nodiscard]] bool due() const;

  /// `gap`: a gap has just been added; `last`: nothing more will come. Call it until it finds nothing.
  [[nodiscard]] std::optional<SyncFound> search(const ChunkParser& parser, const SenderProfile& profile,
                                                bool last);

  [[nodiscard]] KeptBytes& window() { return window_; }
  [[nodiscard]] Cause cause() const { return cause_; }
  /// The message in progress was not gone on with; its partial body may be given out.
  [[nodiscard]] bool prediction_failed() const { return !interrupted_; }
  [[nodiscard]] const std::optional<InterruptedChunk>& interrupted() const { return interrupted_; }
  /// A header in doubt, or of a landing, proved wrong: chunk borders are lost from there.
  [[nodiscard]] bool expected_header_refuted() const { return expected_refuted_; }
  [[nodiscard]] std::uint64_t lost_offset() const { return lost_offset_; }

 private:
  /// A place that more bytes may prove or refute.
  struct Candidate {
    std::uint64_t offset = 0;
    std::uint64_t wanted_end = 0;  ///< a trial says nothing new before the window ends there
    bool after_gap = false;        ///< a gap ends there
    bool strong = false;           ///< no later place is decided on before it
  };
  /// What becomes of a candidate.
  enum class Verdict : std::uint8_t { refuted, waits, found };

  [[nodiscard]] std::optional<SyncFound> check_expected(const ChunkParser& parser,
                                                        const SenderProfile& profile, bool last);
  [[nodiscard]] std::optional<SyncFound> check_next_header(const ChunkParser& parser,
                                                           const SenderProfile& profile, bool last);
  void schedule_next(std::uint64_t wanted_end);
  [[nodiscard]] std::size_t first_search_at(const ChunkParser& parser) const;
  [[nodiscard]] std::optional<SyncFound> try_places(const StreamData& behind, const ChunkParser& parser,
                                                    const SenderProfile& profile);
  [[nodiscard]] std::optional<SyncFound> try_end_of_gap(const StreamData& behind, const ChunkParser& parser,
                                                        const SenderProfile& profile);
  [[nodiscard]] SyncFound found_alone(const ChunkHeader& header, int bits, PacketRef packet,
                                      const ChunkParser& parser) const;
  [[nodiscard]] std::uint64_t wanted_by_candidates() const;
  [[nodiscard]] std::optional<SyncFound> search_everywhere(const ChunkParser& parser,
                                                           const SenderProfile& profile, bool last);
  void restart_search();
  [[nodiscard]] bool retry_candidates(TrialParser& trial, bool last);
  [[nodiscard]] bool try_place(TrialParser& trial, std::uint64_t offset, bool last);
  [[nodiscard]] bool try_packet_starts(TrialParser& trial);
  [[nodiscard]] bool try_new_places(TrialParser& trial, const ChunkParser& parser, bool last);
  [[nodiscard]] int least_type3_bits() const;
  [[nodiscard]] Verdict weigh(TrialParser& trial, Candidate& candidate, bool last);
  [[nodiscard]] bool full() const { return window_.kept_bytes() >= maximum_kept_bytes; }
  [[nodiscard]] bool exhausted() const { return work_.steps > work_limit_; }
  [[nodiscard]] std::uint32_t known_chunk_size(const ChunkParser& parser) const;
  void learn_chunk_streams(const ChunkParser& parser);
  bool guess_repeated_lengths(const ChunkParser& parser, const SenderProfile& profile, std::size_t times,
                              bool last);
  void learn_proved_guesses(const TrialParser& trial);
  [[nodiscard]] PrecedingMessages parse_backward(TrialParser& trial);
  [[nodiscard]] std::optional<SyncFound> found_by_search(TrialParser& trial, const ChunkParser& parser,
                                                         const SenderProfile& profile, bool last);
  [[nodiscard]] SyncFound found(const TrialResult& trial, std::uint64_t header, SyncMethod method) const;

  KeptBytes window_;
  Cause cause_;
  std::uint64_t lost_offset_;
  std::optional<InterruptedChunk> interrupted_;
  WorkBudget& work_;
  std::uint64_t work_limit_ = 0;  ///< where the look at hand ends
  bool tries_first_;              ///< headers that need no others are looked for as bytes come …
  std::size_t places_tried_ = 0;  ///< … at so many places behind the gap they were
  std::size_t next_search_at_;
  std::uint64_t expected_wanted_end_ = 0;  ///< as in Candidate, for the place that is expected
  bool packets_only_;                      ///< far behind the gap, places within packets have not been tried
  bool sends_lengths_;                     ///< SenderProfile::sends_lengths
  std::uint64_t scan_from_;                ///< places before it are refuted, or candidates
  std::vector<Candidate> candidates_;      ///< by offset
  std::optional<TrialResult> proof_;       ///< of the candidate that was found
  std::uint64_t proved_ = 0;               ///< its offset
  std::vector<RepeatedLength> proved_guesses_;  ///< of guesses_, those that it is made of
  std::uint32_t expected_chunk_size_;
  std::vector<RepeatedLength> guesses_;  ///< midstream: what repeats in the first bytes
  std::vector<HeaderDefaults> guessed_;  ///< of them
  std::vector<BodyHead> guessed_heads_;
  std::size_t guessed_bytes_ = 0;   ///< that the guesses are about
  std::optional<HeaderScan> scan_;  ///< for what the parser has seen, and the guesses
  bool expected_pending_;
  bool expected_refuted_ = false;
};

}  // namespace rtmpscope::rtmp
