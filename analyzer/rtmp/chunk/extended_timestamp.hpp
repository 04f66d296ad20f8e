// Whether a chunk header has an extended timestamp, where senders disagree (RTMP 5.3.1.3).
//
// The standard wants it in type 3 headers, too, if the last type 0, 1 or 2 header of the chunk stream had
// one. Its first edition did not, and both kinds of senders exist. Some write another value there, and some
// write four bytes that no field announces. Bytes that repeat a known value are taken for it. Otherwise the
// place of the next header decides, for each header anew (recovery/expected_header.hpp).
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "base/bytes.hpp"
#include "rtmp/chunk/chunk_header.hpp"
#include "rtmp/chunk/chunk_stream.hpp"

namespace rtmpscope::rtmp {

enum class ExtendedTimestamp : std::uint8_t {
  present,
  absent,
  cut,        ///< more bytes are needed
  undecided,  ///< what follows the chunk has to show it
};

/// How one direction writes extended timestamps.
class ExtendedTimestamps {
 public:
  /// Whether type 3 headers repeat an extended timestamp: the same value, or another one.
  enum class Type3 : std::uint8_t { unknown, present, other_value, absent };

  /// Of a type 3 header on a chunk stream with extended timestamps. `rest` is what follows its basic header.
  [[nodiscard]] ExtendedTimestamp read_type3(const ChunkHeader& header, const ChunkStream& stream,
                                             Bytes rest) const;
  /// Of a type 0, 1 or 2 header with another field than 0xFFFFFF, if may_be_unannounced. `length` is that of
  /// its message, `rest` what follows the message header.
  [[nodiscard]] ExtendedTimestamp read_unannounced(const ChunkHeader& header, std::uint32_t length,
                                                   Bytes rest) const;

  /// What is odd about a header, which is all there. `stream` is as it was before the header. To be called
  /// for each one with an extended timestamp, and for each one that might have had one.
  [[nodiscard]] std::optional<ChunkFinding> learn(const ChunkHeader& header, ChunkStream& stream);
  /// A message of audio, video or the like has that time.
  void follow(std::uint32_t timestamp) {
    if (timestamp >= nearly_extended && timestamp < extended_mark) may_be_unannounced_ = true;
  }

  /// The header at `offset` has an extended timestamp, or not: it was undecided.
  void decide(std::uint64_t offset, bool present) {
    decided_at_ = offset;
    decided_present_ = present;
  }
  [[nodiscard]] std::optional<bool> decided(std::uint64_t offset) const {
    return decided_at_ == offset ? std::optional(decided_present_) : std::nullopt;
  }

  [[nodiscard]] Type3 type3() const { return type3_; }
  /// Type 3 headers have none.
  [[nodiscard]] bool omitted() const { return type3_ == Type3::absent; }
  /// Headers may have one that no field announces: one had, or timestamps come near to where 24 bits end.
  [[nodiscard]] bool may_be_unannounced() const { return may_be_unannounced_; }

 private:
  /// A minute before the last timestamp that 24 bits hold.
  static constexpr std::uint32_t nearly_extended = extended_mark - 60'000;

  [[nodiscard]] ExtendedTimestamp as_decided(Bytes rest) const;
  [[nodiscard]] std::optional<ChunkFinding> learn_absence(const ChunkHeader& header,
                                                          const ChunkStream& stream);

  std::uint64_t decided_at_ = std::numeric_limits<std::uint64_t>::max();
  bool decided_present_ = false;
  bool may_be_unannounced_ = false;
  bool unannounced_seen_ = false;
  Type3 type3_ = Type3::unknown;
};

/// The delta of a type 1 or 2 header with an extended timestamp, behind a message at time `before`. Some
/// senders write the absolute time there: as a delta it would be hours, as a time it is near.
[[nodiscard]] std::uint32_t delta_of(const ChunkHeader& header, std::uint32_t before);

}  // namespace rtmpscope::rtmp
