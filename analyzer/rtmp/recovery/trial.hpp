// What a trial starts from, what it reads and what it returns. A trial parses a part of a chunk stream from a
// place where a header might be, without touching the parser, and counts how much speaks for it.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "rtmp/chunk/chunk_parser.hpp"
#include "rtmp/evidence/header_evidence.hpp"
#include "rtmp/recovery/kept_bytes.hpp"
#include "rtmp/recovery/work_budget.hpp"

namespace rtmpscope::rtmp {

/// What all trials of one search look at. All of it outlives them.
struct TrialInput {
  const KeptBytes& window;
  const ChunkParser& parser;  ///< as it is where sync was lost; trials do not change it
  const SenderProfile& profile;
  WorkBudget& work;
};

/// First bytes of a message's body.
struct BodyHead {
  static constexpr std::size_t most = 4;
  std::array<std::uint8_t, most> bytes{};
  std::size_t size = 0;

  BodyHead() = default;
  explicit BodyHead(Bytes body);
  /// Bits for another body that begins like this one.
  [[nodiscard]] int weigh_alike(Bytes body) const;
};

/// Where a trial starts, and what it assumes.
struct TrialStart {
  std::uint64_t offset = 0;
  /// The message that the trial continues first; else a header that begins a message is at `offset`.
  std::optional<InterruptedChunk> interrupted{};
  /// The message in progress on that chunk stream does not count: it is what the trial is about.
  std::optional<std::uint32_t> begins_anew{};
  bool state_holds = false;  ///< messages in progress continue; else headers may be missing before `offset`
  KnownChunkSize chunk_size{};                 ///< `certain`: nothing can have changed it
  std::span<const HeaderDefaults> defaults{};  ///< replaces what the parser has for these chunk streams
  bool defaults_guessed = false;               ///< `defaults` may be wrong
  std::span<const BodyHead> body_heads{};      ///< how the bodies of `defaults` begin; may be shorter
  int least_first_bits = 0;                    ///< a first header with less evidence is a contradiction …
  int least_type3_bits = 0;                    ///< … the same for one of type 3, which says nothing itself
  int enough_bits_of_one = 0;  ///< the trial may end at one confirmed message with that evidence; 0: never
  bool last = false;           ///< no more bytes will come
};

struct TrialResult {
  enum class Reason : std::uint8_t {
    contradiction,  ///< no believable header at `offset`
    need_more,      ///< the window ends
    gap,            ///< the next header is missing
    enough,         ///< trial_headers were passed, or one confirmed message, if that was asked for
  };
  Reason reason = Reason::contradiction;
  std::uint64_t offset = 0;      ///< of the header that was not passed
  std::uint64_t confirmed = 0;   ///< messages that begin before it are confirmed by what follows them
  int first_bits = 0;            ///< for the first header that begins a message
  int bits = 0;                  ///< for all of it
  int payload_bits = 0;          ///< of `bits`: for the bodies of messages
  int messages = 0;              ///< that began
  int explicit_headers = 0;      ///< of them, those whose header gives length and type
  int unknown_defaults = 0;      ///< of them, those that inherit these from before the trial
  int confirmed_ends = 0;        ///< messages that ended where the next header, or a gap, begins
  KnownChunkSize chunk_size{};   ///< after the trial
  std::uint64_t wanted_end = 0;  ///< need_more: the result is the same until the window ends there
};

/// A message that a trial passed.
struct MessageSample {
  std::uint32_t chunk_stream_id = 0;
  std::uint32_t length = 0;  ///< 0: not known
  std::uint8_t type_id = 0;
  BodyHead head{};
};
/// Samples that are kept at most.
inline constexpr std::size_t most_samples = 24;

/// One of the samples has that chunk stream, length and type.
[[nodiscard]] bool contains(std::span<const MessageSample> samples, const HeaderDefaults& what);

/// What reading a header on trial gives.
enum class HeaderRead : std::uint8_t { header, not_header, need_more, in_gap };

/// A header with what it inherits, and the evidence for it.
struct TrialHeader {
  ChunkHeader header;
  int bits = 0;
  int payload_bits = 0;  ///< of `bits`: for the body
  bool continuation = false;
  Bytes body;  ///< what follows the header without a gap
};

/// Headers that a trial passes at most.
inline constexpr int trial_headers = 24;
/// A type 3 header where one must be: one byte that can have no other value.
inline constexpr int continuation_bits = 8;

}  // namespace rtmpscope::rtmp
