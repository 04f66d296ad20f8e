// How much speaks for bytes being a chunk header that begins a message, in bits.
//
// A chunk stream has no sync mark (RTMP 5.3). What tells a header from payload is that few values of its
// fields occur: n bits of evidence mean that random bytes look like that once in 2^n places. Only what is
// known of the connection and what its payload must begin with count; the bits of independent fields add up.
#pragma once

#include <algorithm>
#include <array>
#include <optional>

#include "rtmp/chunk/chunk_parser.hpp"

namespace rtmpscope::rtmp {

/// What the messages of one direction have had in common so far.
struct StreamHabits {
  static constexpr std::size_t head_size = 5;
  static constexpr std::uint32_t told_usually = 16;
  std::array<std::array<std::uint8_t, head_size>, 2>
      media_heads{};                            ///< of the last audio and video body; or zeros
  std::array<bool, 2> media_seen{};             ///< the same is set
  std::optional<std::uint32_t> acknowledged{};  ///< sequence number of the last Acknowledgement
  std::uint32_t packets_begun = 0;              ///< messages in a row, up to now, whose header began a packet
  std::uint32_t chunk_size_kept =
      0;                           ///< audio and video messages since the chunk size was told, or found out
  std::uint32_t lengths_told = 0;  ///< messages whose header gave their length; one that did not outweighs 16

  void note_message(bool begins_packet, bool tells_length) {
    packets_begun = begins_packet ? packets_begun + 1 : 0;
    lengths_told = tells_length ? std::min(lengths_told + 1, 4 * told_usually)
                                : lengths_told - std::min(lengths_told, told_usually);
  }
  /// Hardly any header inherits its message's length.
  [[nodiscard]] bool tells_lengths() const { return lengths_told >= told_usually; }
  /// Senders tell the chunk size before they send media, and then keep to it (docs/architecture.md, After a
  /// hole).
  [[nodiscard]] bool keeps_chunk_size() const { return chunk_size_kept >= 16; }
  [[nodiscard]] Bytes audio_head() const {
    return Bytes(media_heads[0]).first(media_seen[0] ? head_size : 0);
  }
  [[nodiscard]] Bytes video_head() const {
    return Bytes(media_heads[1]).first(media_seen[1] ? head_size : 0);
  }
};

/// Longest time between two messages of a chunk stream that is nothing odd.
inline constexpr std::uint32_t usual_longest_step_ms = 60'000;

/// Message stream ids above are believed only where one was seen before; servers count up from 1.
inline constexpr std::uint32_t highest_usual_message_stream = 0xFFFF;

/// Messages of this type are equally long, all of them (RTMP 5.4).
[[nodiscard]] bool has_fixed_length(std::uint8_t type_id);

/// Bits for the header alone; nothing where it cannot begin a message. `header` is resolved: formats 2 and 3
/// have the length and type that they inherit filled in. `stream` is its chunk stream as far as known; null:
/// not seen so far.
[[nodiscard]] std::optional<int> weigh_header(const ChunkHeader& header, const ChunkStream* stream);

/// Bits for the message's first bytes, as far as they are there; nothing where no such message begins like
/// this.
[[nodiscard]] std::optional<int> weigh_body(std::uint8_t type_id, Bytes head, std::uint32_t length,
                                            const StreamHabits& habits);

/// Body bytes that weigh_body can make use of.
inline constexpr std::size_t weighed_body_bytes = 12;

/// Bits that must speak for a header to prove that the message before it ended there.
inline constexpr int landing_header_bits = 13;
/// Of the header alone, so that its message need not have come.
inline constexpr int landing_alone_bits = 32;

/// A message type, and how clearly a body shows it.
struct ShownType {
  std::uint8_t type_id = 0;  ///< 0: none
  int bits = 0;
};

/// The type of a message whose body `body` is, all of it: the lengths and end marks of its contents lead
/// exactly to its end. Adds what it took to `steps`.
[[nodiscard]] ShownType show_whole_body(Bytes body, std::uint64_t& steps);
/// Whether a body of `size` bytes that begins with `head` can show that; it costs little to ask.
[[nodiscard]] bool may_show_whole_body(Bytes head, std::size_t size);

}  // namespace rtmpscope::rtmp
