// What a ChunkParser minds after bytes were lost: which headers it cannot trust yet, what it assumes about
// the chunk size, and the message that waits for confirmation. docs/recovery.md describes the whole.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/prefetch.hpp"
#include "base/stream.hpp"
#include "rtmp/chunk/chunk_header.hpp"
#include "rtmp/chunk/chunk_stream.hpp"

namespace rtmpscope::rtmp {

/// What is known of the chunk size.
struct KnownChunkSize {
  std::uint32_t size = 0;      ///< 0: not known
  bool certain = false;        ///< the sender said it, or a message was split like that
  std::uint32_t at_least = 0;  ///< while not certain: messages of that length came in one chunk

  /// Whether a message of that length may be split in another way than `size` says.
  [[nodiscard]] bool leaves_open(std::uint32_t length) const { return !certain && length > at_least; }
};

/// The chunk in which the stream was when bytes went missing.
struct InterruptedChunk {
  std::size_t stream = 0;       ///< index for ChunkParser::stream
  std::uint32_t remaining = 0;  ///< payload bytes of the chunk that had not come
};

/// What a header inherits on a chunk stream whose last full header was lost, as what follows shows it.
struct HeaderDefaults {
  std::uint32_t chunk_stream_id = 0;
  std::uint32_t length = 0;
  std::uint8_t type_id = 0;
};

/// Where and how a parser continues after a loss.
struct ChunkResumption {
  std::uint64_t offset = 0;           ///< of the header that comes next
  std::uint64_t trusted_until = 0;    ///< headers before it are confirmed by what follows them
  KnownChunkSize chunk_size{};        ///< as the search has found it
  bool provisional = false;           ///< the header at `offset` is not confirmed, either
  bool chunk_size_is_stable = false;  ///< the sender has kept its chunk size for long: see ProvisionalMessage
  /// Header values to assume for chunk streams whose last full header was lost. For
  /// resume_at_ambiguous_header: of the ambiguous header alone.
  std::vector<HeaderDefaults> defaults{};
};

/// A message that has begun although only the header behind it can show that the assumed chunk size is right.
struct ProvisionalMessage {
  std::uint32_t stream = 0;  ///< index for ChunkParser::stream
  bool ended = false;        ///< kept by the caller: the last byte has come …
  PacketRef last_packet{};   ///< … with that packet
};

/// Exists from the first loss of a direction on. One cache line: most connections have none.
class alignas(cache_line) ChunkParserRecovery {
 public:
  /// Why a header does not count as it is.
  enum class Ambiguity : std::uint8_t {
    none,
    meaning,          ///< what it inherits, or that it is a header at all
    chunk_size,       ///< only how its message is split
    provisional_end,  ///< it follows the provisional message, which it has to confirm
  };

  /// A search has found a header. Returns the chunk size that the parser has to use from there on.
  [[nodiscard]] std::uint32_t enter(const ChunkResumption& resumption);
  /// Gaps that begin before that offset hide nothing but chunks of the message in progress.
  void set_predicted_until(std::uint64_t offset) { predicted_until_ = offset; }
  [[nodiscard]] bool is_predicted(std::uint64_t offset) const { return offset < predicted_until_; }

  /// What follows the header there has confirmed it.
  [[nodiscard]] bool is_trusted(std::uint64_t offset) const { return offset < trusted_until_; }

  /// `stream` is the header's chunk stream; null: not seen so far. `length` is that of the message that the
  /// header begins, inherited or not.
  [[nodiscard]] Ambiguity ambiguity_of(const ChunkHeader& header, const ChunkStream* stream,
                                       std::uint32_t length) const;

  /// The sender has said its chunk size.
  void chunk_size_sent() { chunk_size_certain_ = chunk_size_known_ = true; }
  /// The sender may have said another chunk size in bytes that are missing.
  void forget_chunk_size();
  [[nodiscard]] KnownChunkSize known_chunk_size(std::uint32_t used) const {
    return {chunk_size_known_ ? used : 0, chunk_size_certain_, least_chunk_size_};
  }
  /// A sender that keeps its chunk size splits a message of that length as the parser expects.
  [[nodiscard]] bool within_longest_unsplit(std::uint32_t length) const {
    return chunk_size_known_ || length <= longest_unsplit_;
  }
  /// Such a message may begin before the chunk size is certain.
  [[nodiscard]] bool expected_split(std::uint32_t length) const {
    return chunk_size_is_stable_ && within_longest_unsplit(length);
  }

  [[nodiscard]] ProvisionalMessage* provisional() { return provisional_ ? &*provisional_ : nullptr; }
  [[nodiscard]] const ProvisionalMessage* provisional() const {
    return provisional_ ? &*provisional_ : nullptr;
  }
  void begin_provisional(std::uint32_t stream) { provisional_ = {.stream = stream}; }
  /// The header behind the provisional message on `stream` confirms that its chunks have the size `used`.
  void confirm_provisional(const ChunkStream& stream, std::uint32_t used);
  /// Nothing will confirm it. It is a message like any other from here on.
  void accept_provisional() { provisional_.reset(); }

 private:
  std::uint64_t trusted_until_ = 0;
  std::uint64_t predicted_until_ = 0;
  std::uint32_t least_chunk_size_ = 0;
  std::uint32_t longest_unsplit_ =
      0;  ///< longest chunk seen while the chunk size is stable, over several losses
  bool chunk_size_certain_ = false;
  bool chunk_size_known_ = true;
  bool chunk_size_is_stable_ = false;
  std::optional<ProvisionalMessage> provisional_{};
};
static_assert(sizeof(ChunkParserRecovery) == cache_line);

/// Moves the timestamp of `stream` to where the header at hand goes on from, so that what lost headers added
/// is counted. Audio and video only: other messages follow no clock and mostly have time 0.
void estimate_timestamp(const ChunkHeader& header, const TimestampEstimator& estimator, Timestamp time,
                        ChunkStream& stream);

}  // namespace rtmpscope::rtmp
