// Evidence that bytes are a chunk header that begins a message, in bits.
//
// A chunk stream has no sync mark (RTMP 5.3). A header differs from payload because few values of its
// fields occur: n bits of evidence mean that random bytes look like that once in 2^n places. Evidence comes
// from what is known of the connection, and from what bodies must begin with. The bits of independent fields
// add up.
#pragma once

#include <algorithm>
#include <array>
#include <optional>

#include "rtmp/chunk/chunk_header.hpp"
#include "rtmp/chunk/chunk_stream.hpp"

namespace rtmpscope::rtmp {

/// What the messages of one direction have had in common so far.
struct SenderProfile {
  static constexpr std::size_t head_size = 5;
  static constexpr std::uint32_t usually_explicit = 16;
  std::array<std::array<std::uint8_t, head_size>, 2>
      media_heads{};                            ///< of the last audio and video body; or zeros
  std::array<bool, 2> media_seen{};             ///< the same is set
  std::optional<std::uint32_t> acknowledged{};  ///< sequence number of the last Acknowledgement
  std::uint32_t packets_started = 0;            ///< messages in a row, up to now, whose header began a packet
  std::uint32_t media_since_chunk_size =
      0;                               ///< audio and video messages since the chunk size was sent or inferred
  std::uint32_t explicit_lengths = 0;  ///< score: +1 for a header with a length, -16 for one without

  void add_message(bool starts_packet, bool sends_length) {
    packets_started = starts_packet ? packets_started + 1 : 0;
    explicit_lengths = sends_length ? std::min(explicit_lengths + 1, 4 * usually_explicit)
                                    : explicit_lengths - std::min(explicit_lengths, usually_explicit);
  }
  /// `kind`: 0 is audio, 1 video.
  void note_media(std::size_t kind, Bytes body) {
    auto& head = media_heads[kind];
    if (body.size() >= head_size) [[likely]] {
      std::copy_n(body.begin(), head_size, head.begin());
    } else {
      head = {};
      std::ranges::copy(body, head.begin());
    }
    media_seen[kind] = true;
  }
  /// Nearly all headers have their message's length.
  [[nodiscard]] bool sends_lengths() const { return explicit_lengths >= usually_explicit; }
  /// Senders set the chunk size before they send media, and then keep it (docs/recovery.md).
  [[nodiscard]] bool chunk_size_is_stable() const { return media_since_chunk_size >= 16; }
  [[nodiscard]] Bytes audio_head() const {
    return Bytes(media_heads[0]).first(media_seen[0] ? head_size : 0);
  }
  [[nodiscard]] Bytes video_head() const {
    return Bytes(media_heads[1]).first(media_seen[1] ? head_size : 0);
  }
};

/// Messages of that type may have that length (RTMP 5.4, 6.2).
[[nodiscard]] bool fits_type(std::uint8_t type_id, std::uint32_t length);
/// All messages of this type have the same length (RTMP 5.4).
[[nodiscard]] bool has_fixed_length(std::uint8_t type_id);

/// Evidence of the header alone; nothing if it cannot begin a message. `header` is resolved: formats 2 and 3
/// have the length and type that they inherit filled in. `stream` is its chunk stream as far as known; null:
/// not seen so far.
[[nodiscard]] std::optional<int> weigh_header(const ChunkHeader& header, const ChunkStream* stream);

/// The same where a header must be: senders may have a basic header of two or three bytes on a chunk stream
/// that was not seen so far.
[[nodiscard]] std::optional<int> weigh_expected_header(const ChunkHeader& header, const ChunkStream* stream);

/// Evidence of the message's first bytes, as far as they are there; nothing if no such message begins like
/// this.
[[nodiscard]] std::optional<int> weigh_body(std::uint8_t type_id, Bytes head, std::uint32_t length,
                                            const SenderProfile& profile);

/// Body bytes that weigh_body can make use of.
inline constexpr std::size_t weighed_body_bytes = 12;

/// Evidence that a header needs to confirm that the message before it ended there.
inline constexpr int next_header_bits = 13;
/// The same without the message's body, so that it need not have come.
inline constexpr int next_header_alone_bits = 32;

/// A message type, and how clearly a body shows it.
struct RecognizedType {
  std::uint8_t type_id = 0;  ///< 0: none
  int bits = 0;
};

/// The type of a message whose body `body` is, all of it: the lengths and end marks of its contents lead
/// exactly to its end. Adds the work to `steps`.
[[nodiscard]] RecognizedType recognize_whole_body(Bytes body, std::uint64_t& steps);
/// Whether a body of `size` bytes that begins with `head` can show that; it costs little to ask.
[[nodiscard]] bool may_recognize_whole_body(Bytes head, std::size_t size);

}  // namespace rtmpscope::rtmp
