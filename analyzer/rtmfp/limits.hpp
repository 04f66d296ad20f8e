// Every limit of this folder: why it is there, and what happens when it is reached.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

namespace rtmpscope::rtmfp {

inline constexpr Timestamp millisecond = nanoseconds_per_millisecond;
inline constexpr Timestamp second = 1'000 * millisecond;

/// Limits of one session table.
struct Limits {
  /// Sessions of any state. Reached: the one that was silent for longest ends (EndCause::evicted).
  std::size_t sessions = std::size_t{1} << 14;

  /// Sessions that were asked for and have no answer. Reached: further hellos are only counted; a session of
  /// which more than a hello comes is found all the same, in the place of the oldest without an answer.
  std::size_t unanswered = 1024;

  /// An initiator repeats hellos for some 95 s at most (RFC 7016, section 3.5.1.1.1), with at most half of
  /// that between two of them.
  Timestamp startup_timeout = 60 * second;

  /// As net::FlowLimits::idle_timeout. Open sessions are kept alive by pings every minute or so.
  Timestamp idle_timeout = 15 * 60 * second;

  /// Whoever closes waits that long for the other's acknowledgement (RFC 7016, section 3.5.5: 19 s).
  Timestamp close_timeout = 20 * second;

  /// How long a session that has ended takes the packets that come late (RFC 7016, section 3.5.5: 90 s).
  Timestamp linger = 90 * second;

  /// Bytes of fragments that wait, for messages or for the fragments before them, of all sessions. Reached:
  /// the flow that asks for more gives up what it waits for.
  std::size_t held_bytes = std::size_t{64} << 20;
};

/// Hellos, redirects and keying chunks that one session tells as events; more are counted only.
inline constexpr std::uint32_t startup_events = 32;
/// Tags and cookies that a session is found by; an initiator may ask several addresses at once. The oldest
/// one is forgotten.
inline constexpr std::size_t names_per_session = 16;
/// Ways of packets that a session is found by: it may move. All are forgotten but the newest.
inline constexpr std::size_t paths_per_session = 16;
/// Changes of address that one session tells as events.
inline constexpr std::uint32_t address_events = 64;
/// Tags and cookies are usually of 16 and 64 bytes. Longer ones are compared up to here.
inline constexpr std::size_t identifier_bytes = 128;
/// Certificates are usually of some 100 to 600 bytes, keying components as well.
inline constexpr std::size_t component_bytes = 4096;

/// Flows of one direction that are followed at the same time: a publisher has four. Reached: the oldest one
/// that has ended is forgotten; if there is none, the new one is counted and not followed
/// (rtmfp_flow_limit).
inline constexpr std::size_t flows_per_direction = 256;
/// Flows of one direction that have events; groups open thousands.
inline constexpr std::uint32_t flow_events = 1024;
/// A flow's number has as many bits as its sender likes. Larger ones than this belong to no sender that is
/// known, and are not followed.
inline constexpr std::uint64_t highest_flow = 0xFFFFFFFF;

/// A flow's number may be used again that long after its end (RFC 7016, section 3.6.1: 130 s in theory).
inline constexpr Timestamp reuse_time = 60 * second;

/// Fragments are numbered from 1 on. Larger numbers are forged.
inline constexpr std::uint64_t highest_sequence = std::uint64_t{1} << 62;
/// An acknowledgement of fragments further ahead than that is forged, and ignored.
inline constexpr std::uint64_t acknowledgement_step = std::uint64_t{1} << 16;

/// Fragments of one flow that wait for the ones before them. Reached: those are given up.
inline constexpr std::size_t held_fragments = 4096;
/// RTMP has 24 bits for a body's length. A longer message is shown as one that is not complete.
inline constexpr std::size_t longest_body = (std::size_t{1} << 24) - 1;
/// A message's bytes that are kept: a body, and type and time in front of it.
inline constexpr std::size_t message_bytes = longest_body + 5;

/// How long fragments that the sender has given up, or the receiver has, may still come from another receive
/// queue or capture point: net::FlowLimits::gap_grace_time.
inline constexpr Timestamp gap_grace = 200 * millisecond;
/// How long fragments may be missing of which neither side says anything.
inline constexpr Timestamp gap_timeout = 10 * second;

/// Startup packets whose fragments have not all come, of all hosts, and what they may hold.
inline constexpr std::size_t split_packets = 64;
inline constexpr std::size_t split_packet_bytes = std::size_t{8} << 10;
inline constexpr std::size_t split_packet_fragments = 64;

/// Sessions of one endpoint and one id that a packet from an unknown address is tried against.
inline constexpr std::size_t tried_sessions = 8;
/// Key lines without a keying component that a session's first packets are tried with.
inline constexpr std::size_t tried_keys = 1024;
/// Packets of a session that are tried with them. More than one, as a packet may be damaged.
inline constexpr std::uint32_t tried_packets = 4;
/// Powers in Diffie-Hellman groups that are computed with private keys, each of some milliseconds.
inline constexpr std::uint32_t computed_secrets = 4096;

}  // namespace rtmpscope::rtmfp
