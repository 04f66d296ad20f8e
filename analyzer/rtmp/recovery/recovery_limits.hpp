// What searches for chunk borders wait for, and how much evidence they want. docs/recovery.md lists the
// figures with their reasons; work_budget.hpp says what searches may cost.
#pragma once

#include "rtmp/chunk/chunk_header.hpp"
#include "rtmp/chunk/shared_memory.hpp"
#include "rtmp/evidence/header_evidence.hpp"

namespace rtmpscope::rtmp {

// Bytes.

/// Bytes of one direction that wait for chunk borders at most. A key frame in one chunk fits. Reached: the
/// oldest place that was still possible is given up. Less while memory is scarce: KeptBytes::limit.
inline constexpr std::size_t maximum_kept_bytes = kept_limit_if_plentiful;

/// The first search is due when each chunk stream is likely to have begun messages, but not after more bytes
/// than a packet has. Each further one is due after half as many bytes again, so that searching again costs
/// no more than a constant for each byte.
inline constexpr std::size_t latest_first_search = 1536;
inline constexpr std::size_t least_step = 64;
inline constexpr std::size_t search_step_divisor = 2;
/// A search that waits for a known offset may come sooner.
inline constexpr std::size_t soon_divisor = 16;

/// A place with less behind it says little; it is tried when more has come.
inline constexpr std::size_t least_ahead = maximum_header_size + weighed_body_bytes;

/// If the sender's last 8 messages each started a packet, positions inside packets are tried only in the
/// first 2 KiB. Beyond that only packet starts are tried; the rest is searched after 256 KiB, or at the end.
inline constexpr std::uint32_t usual_packets_started = 8;
inline constexpr std::size_t all_places_bytes = std::size_t{2} << 10;
inline constexpr std::size_t packets_only_bytes = std::size_t{256} << 10;

/// Bytes behind a gap in which repeated lengths are looked for. Most headers there are found without.
inline constexpr std::size_t guessed_behind_gap = std::size_t{16} << 10;
/// Bytes that are kept although no header was found in them: what follows may show one.
inline constexpr std::uint64_t bytes_kept_before = std::uint64_t{64} << 10;
/// Bytes behind a found header that are waited for, to find what comes before it …
inline constexpr std::uint64_t bytes_behind_proof = 4096;
/// … unless so few bytes come before it. A direction that says little may never bring as many.
inline constexpr std::uint64_t little_before = 64;

// Evidence, in bits. With n bits, random bytes would look like that once in 2^n places.

inline constexpr int enough_bits = 80;         ///< for a place, while more bytes may come
inline constexpr int enough_bits_at_end = 56;  ///< for a place, when nothing more can be known
inline constexpr int predicted_bits = 40;      ///< for the one place that was computed
inline constexpr int first_header_bits = 18;   ///< for the first header itself
inline constexpr int first_type3_bits = 12;    ///< if it is of type 3, and what it inherits is known
inline constexpr int strong_header_bits = 44;  ///< for a first header that is worth waiting for
/// For a header right behind a gap whose message is provisional, and for one further on.
inline constexpr int lone_header_bits = 48;
inline constexpr int lone_header_bits_anywhere = 56;
/// For standing right behind a gap: senders begin packets with headers.
inline constexpr int aligned_bits = 10;
inline constexpr int confirmed_ends_wanted = 2;
/// One confirmed message with that evidence is enough, if the connection is known.
inline constexpr int enough_bits_of_one = 96;

/// In mid-stream nothing is known, not even that it is RTMP: records of other protocols have lengths and
/// types, too. So bodies must show their type, or many messages must be confirmed, or all parts of a message
/// must lead to its end.
inline constexpr int midstream_payload_bits = 14;
inline constexpr int midstream_confirmed_ends = 6;
/// If length and type are guessed from repetition, which other protocols have, too: explicit headers in
/// between, or what bodies must show.
inline constexpr int guessed_explicit = 2;
inline constexpr int guessed_payload_bits = 5 * 14;

/// Messages in a row that confirm a guessed length by leading to a found header. More than a tone has periods
/// in one message.
inline constexpr int least_guessed_row = 16;

}  // namespace rtmpscope::rtmp
