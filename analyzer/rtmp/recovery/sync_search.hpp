// Finds the chunk borders of one direction again: after a hole that hides headers, and in mid-stream.
//
// First it is tried whether the sender went on with the message in progress, so that the next header's place
// can be computed. Else each place behind the hole is parsed on trial (chunk_trial.hpp) until one is
// believable enough; where the sender begins packets with messages, places within packets come last. What is
// found does not depend on how the bytes of a packet are cut: decisions are made only where a number of bytes
// is reached that follows from offsets, at a hole, and at the end.
#pragma once

#include "rtmp/evidence/header_scan.hpp"
#include "rtmp/recovery/trial_parser.hpp"

namespace rtmpscope::rtmp {

/// Bytes of one direction that wait for chunk borders at most. A key frame in one chunk fits. Reached: the
/// oldest place that was still possible is given up.
inline constexpr std::size_t maximum_resync_bytes = std::size_t{1} << 20;

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
  TrialEnd trial;
  bool unproved =
      false;  ///< the message of the header has to be proved by what follows (ChunkParser::Unproved)
  std::vector<Inherited> inherited{};  ///< what first headers of chunk streams inherit from such as were lost
};

/// What all searches in one direction cost, next to the bytes that they were given: bytes that are made to
/// look like headers, or holes without end, must not take more time than their number allows.
struct ResyncWork {
  std::uint64_t steps = 0;  ///< as ChunkTrial counts them
  std::uint64_t bytes = 0;  ///< also those that were dropped since

  [[nodiscard]] std::uint64_t affordable() const;
};

class Resync : public Recycled<resync_block_bytes> {
 public:
  enum class Cause : std::uint8_t {
    hole,       ///< headers are missing
    doubt,      ///< a header is there whose meaning is not certain any more; nothing is lost yet
    landing,    ///< a header is there that has to prove the message before it (ChunkParser::Unproved)
    midstream,  ///< the capture began later than the stream
    astray,     ///< headers that cannot be right
  };

  /// `interrupted`: what was in progress, for Cause::hole. `parser`, `habits`: as they are where chunk
  /// borders were lost. `work` is the direction's, and outlives this.
  Resync(Cause cause, std::uint64_t offset, std::optional<Interrupted> interrupted, const ChunkParser& parser,
         const StreamHabits& habits, ResyncWork& work);

  /// The first bytes behind the hole, which have not been added: what they show at once.
  [[nodiscard]] std::optional<SyncFound> peek(const StreamData& data, const ChunkParser& parser,
                                              const StreamHabits& habits);
  /// Takes bytes up to the next place of a decision, and says how many.
  std::size_t add(const StreamData& data);
  void add(const StreamGap& gap);
  /// A gap has just been added, and looking is not out of proportion to the bytes that came: holes may lie
  /// anywhere, so that a stream in pieces of a few bytes would have everything looked at again and again.
  [[nodiscard]] bool affordable_at_gap() const;
  /// A decision is due after what was added last.
  [[nodiscard]] bool due() const;

  /// `hole`: a gap has just been added; `last`: nothing more will come. Call it until it finds nothing.
  [[nodiscard]] std::optional<SyncFound> look(const ChunkParser& parser, const StreamHabits& habits,
                                              bool last);

  [[nodiscard]] ResyncWindow& window() { return window_; }
  [[nodiscard]] Cause cause() const { return cause_; }
  /// The message in progress was not gone on with; its partial body may be given out.
  [[nodiscard]] bool prediction_failed() const { return !interrupted_; }
  [[nodiscard]] const std::optional<Interrupted>& interrupted() const { return interrupted_; }
  /// A header in doubt, or of a landing, proved wrong: chunk borders are lost from there.
  [[nodiscard]] bool doubt_failed() const { return doubt_failed_; }
  [[nodiscard]] std::uint64_t lost_offset() const { return lost_offset_; }

 private:
  /// A place that more bytes may prove or refute.
  struct Candidate {
    std::uint64_t offset = 0;
    std::uint64_t wanted_end = 0;  ///< a trial says nothing new before the window ends there
    bool after_hole = false;       ///< a hole ends there
    bool strong = false;           ///< no later place is decided on before it
  };
  /// What becomes of a candidate.
  enum class Verdict : std::uint8_t { refuted, waits, found };

  [[nodiscard]] std::optional<SyncFound> look_ahead(const ChunkParser& parser, const StreamHabits& habits,
                                                    bool last);
  [[nodiscard]] std::optional<SyncFound> look_at_landing(const ChunkParser& parser,
                                                         const StreamHabits& habits, bool last);
  void look_again(std::uint64_t wanted_end);
  [[nodiscard]] std::size_t first_look(const ChunkParser& parser) const;
  [[nodiscard]] std::optional<SyncFound> peek_at(const StreamData& behind, const ChunkParser& parser,
                                                 const StreamHabits& habits);
  [[nodiscard]] std::optional<SyncFound> peek_at_end_of_hole(const StreamData& behind,
                                                             const ChunkParser& parser,
                                                             const StreamHabits& habits);
  [[nodiscard]] SyncFound found_alone(const ChunkHeader& header, int bits, PacketRef packet,
                                      const ChunkParser& parser) const;
  [[nodiscard]] std::uint64_t wanted_by_candidates() const;
  [[nodiscard]] std::optional<SyncFound> search(const ChunkParser& parser, const StreamHabits& habits,
                                                bool last);
  void search_anew();
  [[nodiscard]] bool search_waiting(ChunkTrial& trial, bool last);
  [[nodiscard]] bool search_place(ChunkTrial& trial, std::uint64_t offset, bool last);
  [[nodiscard]] bool search_packets(ChunkTrial& trial);
  [[nodiscard]] bool search_new(ChunkTrial& trial, const ChunkParser& parser, bool last);
  [[nodiscard]] int least_type3_bits() const;
  [[nodiscard]] Verdict weigh(ChunkTrial& trial, Candidate& candidate, bool last);
  [[nodiscard]] bool full() const { return window_.kept_bytes() >= maximum_resync_bytes; }
  [[nodiscard]] bool overdrawn() const { return work_.steps > work_limit_; }
  [[nodiscard]] std::uint32_t known_chunk_size(const ChunkParser& parser) const;
  void learn_chunk_streams(const ChunkParser& parser);
  bool guess_repetitions(const ChunkParser& parser, const StreamHabits& habits, std::size_t times, bool last);
  void learn_proved_guesses(const ChunkTrial& trial);
  [[nodiscard]] LookBack look_back(ChunkTrial& trial);
  [[nodiscard]] std::optional<SyncFound> found_by_search(ChunkTrial& trial, const ChunkParser& parser,
                                                         const StreamHabits& habits, bool last);
  [[nodiscard]] SyncFound found(const TrialEnd& trial, std::uint64_t header, SyncMethod method) const;

  ResyncWindow window_;
  Cause cause_;
  std::uint64_t lost_offset_;
  std::optional<Interrupted> interrupted_;
  ResyncWork& work_;
  std::uint64_t work_limit_ = 0;  ///< where the look at hand ends
  bool peeks_;                    ///< headers that need no others are looked for as bytes come …
  std::size_t peeked_ = 0;        ///< … at so many places behind the hole they were
  std::size_t next_look_;
  std::uint64_t ahead_wanted_end_ = 0;  ///< as in Candidate, for the place that is expected
  bool packets_only_;                   ///< far behind the hole, places within packets have not been tried
  bool tells_lengths_;                  ///< StreamHabits::tells_lengths
  std::uint64_t scan_from_;             ///< places before it are refuted, or candidates
  std::vector<Candidate> candidates_;   ///< by offset
  std::optional<TrialEnd> proof_;       ///< of the candidate that was found
  std::uint64_t proved_ = 0;            ///< its offset
  std::vector<Repetition> proved_guesses_;  ///< of guesses_, those that it is made of
  std::uint32_t expected_chunk_size_;
  std::vector<Repetition> guesses_;  ///< midstream: what repeats in the first bytes
  std::vector<Inherited> guessed_;   ///< of them
  std::vector<BodyHead> guessed_heads_;
  std::size_t guessed_bytes_ = 0;   ///< that the guesses are about
  std::optional<HeaderScan> scan_;  ///< for what the parser has seen, and the guesses
  bool doubt_pending_;
  bool doubt_failed_ = false;
};

}  // namespace rtmpscope::rtmp
