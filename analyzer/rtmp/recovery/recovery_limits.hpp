// What searches for chunk borders wait for, want to see, and may cost (resync.hpp).
#pragma once

#include "rtmp/chunk/chunk_parser.hpp"
#include "rtmp/evidence/header_evidence.hpp"

namespace rtmpscope::rtmp {

/// First decision when each chunk stream is likely to have begun messages, but not after more bytes than a
/// packet has; further ones after half as many again each time, so that looking again costs no more than a
/// constant for each byte.
inline constexpr std::size_t latest_first_search = 1536;
inline constexpr std::size_t least_step = 64;
inline constexpr std::size_t search_step_divisor = 2;
/// A look of which something is expected may come sooner.
inline constexpr std::size_t soon_divisor = 16;

/// Bytes behind a gap in which repetition is looked for: there most headers are found without.
inline constexpr std::size_t guessed_behind_gap = std::size_t{16} << 10;

/// A sender with that many messages in a row that were the first of their packet goes on like that: from so
/// many bytes on, up to so many without any header, none is looked for within packets.
inline constexpr std::uint32_t usual_packets_started = 8;
inline constexpr std::size_t all_places_bytes = std::size_t{2} << 10;
inline constexpr std::size_t packets_only_bytes = std::size_t{256} << 10;

/// Steps for each byte that was added, and what one direction may take in any case, and one look.
inline constexpr std::uint64_t work_per_byte = 8;
inline constexpr std::uint64_t least_work = 1 << 15;
inline constexpr std::uint64_t least_search_work = 1 << 8;
/// Places that are passed over by their first bytes, and bytes that are moved, in one step.
inline constexpr std::uint64_t places_a_step = 8;
inline constexpr std::uint64_t moved_bytes_a_step = 256;

/// Bytes that are kept although no header was found in them: what follows may tell.
inline constexpr std::uint64_t bytes_kept_before = std::uint64_t{64} << 10;
/// Bytes behind the header that proved itself which are waited for, to tell what comes before it.
inline constexpr std::uint64_t bytes_behind_proof = 4096;
/// Not for so few bytes before it: a direction that says little, such as a player's, may never bring as many.
inline constexpr std::uint64_t little_before = 64;

/// A place with less behind it says little; it is looked at when more has come.
inline constexpr std::size_t least_ahead = maximum_header_size + weighed_body_bytes;

/// Bits that must speak for a place. Wrong ones would have to occur by chance once in 2^bits places.
inline constexpr int enough_bits = 80;         ///< while more bytes may come
inline constexpr int enough_bits_at_end = 56;  ///< when nothing more can be known
inline constexpr int predicted_bits = 40;      ///< for the one place that was computed
inline constexpr int first_header_bits = 18;   ///< for the first header itself
inline constexpr int first_type3_bits = 12;    ///< if it is of type 3, and what it inherits is known
inline constexpr int strong_header_bits = 44;  ///< for a first header that is worth waiting for
inline constexpr int lone_header_bits =
    48;  ///< for one right behind a gap, whose message has yet to prove itself
inline constexpr int lone_header_bits_anywhere = 56;
inline constexpr int aligned_bits =
    10;  ///< for a place right behind a gap: senders begin packets with headers
inline constexpr int confirmed_ends_wanted = 2;
inline constexpr int enough_bits_of_one = 96;  ///< for one to be enough, where the connection is known
/// Where nothing is known of the stream, not even that it is one: what bodies must show, or else messages
/// that land, or one of which all parts lead to its end. Records of other protocols have lengths and types,
/// too.
inline constexpr int midstream_payload_bits = 14;
inline constexpr int midstream_confirmed_ends = 6;
/// Where length and type of messages are guessed from repetition, which other protocols have, too: headers
/// that give them for other messages in between, or what bodies must show.
inline constexpr int guessed_explicit = 2;
inline constexpr int guessed_payload_bits = 5 * 14;

/// Messages in a row that lead to a header which proved itself, where nothing else shows their length: more
/// than a tone has periods in one message.
inline constexpr int least_guessed_row = 16;

}  // namespace rtmpscope::rtmp
