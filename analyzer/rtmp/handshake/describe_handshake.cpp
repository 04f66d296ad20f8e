#include <algorithm>
#include <array>
#include <string>

#include "base/byte_order.hpp"
#include "rtmp/handshake/handshake.hpp"
#include "rtmp/handshake/random_texts.hpp"

namespace rtmpscope::rtmp {
namespace {

constexpr std::uint32_t shown_random_bytes = 32;  ///< enough to tell generators apart; the rest is noise
constexpr std::uint32_t random_offset = 8;
constexpr Range nowhere{0, 0};

template <typename Enum>
std::uint64_t number_of(Enum value) {
  return static_cast<std::uint64_t>(value);
}

bool is_encrypted(std::uint8_t version) {
  return version == 6 || version == 8 || version == 9;
}
bool is_known(std::uint8_t version) {
  return version == 3 || is_encrypted(version);
}

/// "9.0.124.2"; at most 15 characters, for which std::string allocates nothing.
std::string dotted(Bytes four) {
  std::string text;
  for (const std::uint8_t byte : four) {
    if (!text.empty()) text.push_back('.');
    text.append(std::to_string(byte));
  }
  return text;
}

/// Numbers as in values.def, table handshake_software.
enum class Software : std::uint8_t {
  unknown,
  ffmpeg,
  librtmp,
  nginx_rtmp_relay_or_alike,
  nginx_rtmp_or_alike,
  srs,
  srs_or_zlmediakit,
  node_media_server_or_alike,
  zlmediakit,
  crtmpserver_or_monaserver,
  rtmfp_cpp,
};

/// Whether a block's time is the time of day, in seconds, at which it was captured.
bool has_time_of_day(Bytes block, Timestamp captured) {
  constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;
  constexpr std::int64_t longest_difference = std::int64_t{2} * 24 * 3600;  // clocks are wrong, and zones
  const std::int64_t difference = captured / nanoseconds_per_second - std::int64_t{load_be32(block.data())};
  return difference > -longest_difference && difference < longest_difference;
}

/// The peers that put constants into their blocks. `block` has 1536 bytes.
Software guess_client(Bytes block, Timestamp captured) {
  // Generators with a fixed seed: FFmpeg's own, and the C library's of glibc, which librtmp does not seed.
  constexpr std::array<std::uint8_t, 8> ffmpeg_random{0xf7, 0x78, 0x55, 0x1e, 0xce, 0xab, 0x8e, 0x1e};
  constexpr std::array<std::uint8_t, 8> glibc_random{0x67, 0x45, 0x8b, 0x6b, 0xc6, 0x23, 0x7b, 0x32};
  const Bytes random = block.subspan(random_offset, 8);
  switch (load_be32(block.data() + 4)) {
    case 0x00000000:
    case 0x80000302: return std::ranges::equal(random, glibc_random) ? Software::librtmp : Software::unknown;
    case 0x09007c02: return std::ranges::equal(random, ffmpeg_random) ? Software::ffmpeg : Software::unknown;
    case 0x0c000d0e: return Software::nginx_rtmp_relay_or_alike;
    // A Flash Player has this version, too, but counts milliseconds since its start.
    case 0x80000702:
      return has_time_of_day(block, captured) ? Software::srs_or_zlmediakit : Software::unknown;
    default: return Software::unknown;
  }
}

Software guess_server(Bytes block, HandshakeSideKind kind) {
  if (kind == HandshakeSideKind::copy) return Software::unknown;
  const bool digest = kind == HandshakeSideKind::digest;
  switch (load_be32(block.data() + 4)) {
    case 0x00000000: {
      if (digest) return Software::crtmpserver_or_monaserver;
      const Bytes random = block.subspan(random_offset);
      return random.front() == 'S' && std::ranges::count(random, 'S') == std::ssize(random)
                 ? Software::rtmfp_cpp
                 : Software::unknown;
    }
    case 0x0d0e0a0d: return digest ? Software::nginx_rtmp_or_alike : Software::unknown;
    case 0x01000504: return digest ? Software::srs : Software::unknown;
    case 0x01020304: return digest ? Software::node_media_server_or_alike : Software::unknown;
    case 0x04050001: return digest ? Software::zlmediakit : Software::unknown;
    default: return Software::unknown;
  }
}

void describe_version(const HandshakePartFacts& facts, FieldSink& sink) {
  if (!facts.version) return;
  sink.number(FieldId::handshake_version, {0, 1}, *facts.version);
  if (is_known(*facts.version)) {
    sink.number(FieldId::handshake_protocol, {0, 1}, *facts.version);
  } else {
    sink.finding(FindingId::handshake_version_unknown, {0, 1}, *facts.version);
  }
}

void describe_texts(Bytes random, FieldSink& sink) {
  const std::vector<Range> texts = find_random_texts(random);
  if (texts.empty()) return;
  sink.begin(FieldId::handshake_texts, random_offset + texts.front().offset);
  for (const Range& text : texts) {
    sink.text(FieldId::handshake_text, {random_offset + text.offset, text.length},
              random.subspan(text.offset, text.length));
  }
  sink.end(FieldId::handshake_texts, random_offset + texts.back().end());
}

/// `echo`: how much the block repeats of the peer's, if that is known.
void describe_random(Bytes raw, const std::optional<Echo>& echo, FieldSink& sink) {
  if (raw.size() <= random_offset) return;
  const Bytes random = raw.subspan(random_offset);
  const Bytes head = random.first(std::min<std::size_t>(random.size(), shown_random_bytes));
  sink.blob(FieldId::handshake_random, {random_offset, static_cast<std::uint32_t>(random.size())}, head);
  sink.blob(FieldId::handshake_random_head, {random_offset, static_cast<std::uint32_t>(head.size())}, head);
  if (!echo || *echo == Echo::none) describe_texts(random, sink);
}

void describe_digest(Bytes block, const DigestLocation& at, DigestLayout layout, FieldSink& sink) {
  sink.begin(FieldId::handshake_digest, at.digest_offset_field);
  sink.number(FieldId::handshake_digest_layout, {at.digest_offset_field, 0}, number_of(layout));
  sink.number(FieldId::handshake_digest_offset, {at.digest_offset_field, 4}, at.digest);
  sink.blob(FieldId::handshake_digest_value, {at.digest, handshake_digest_size},
            block.subspan(at.digest, handshake_digest_size));
  sink.end(FieldId::handshake_digest, at.digest + handshake_digest_size);
}

void describe_key(Bytes block, const DigestLocation& at, bool encrypted, FieldSink& sink) {
  sink.begin(FieldId::handshake_public_key, at.key);
  if (encrypted) {
    sink.blob(FieldId::handshake_public_key_value, {at.key, handshake_key_size},
              block.subspan(at.key, handshake_key_size));
  }
  sink.number(FieldId::handshake_public_key_offset, {at.key_offset_field, 4}, at.key);
  sink.end(FieldId::handshake_public_key, at.key_offset_field + 4);
}

void describe_block(const HandshakePartFacts& facts, Bytes raw, FieldSink& sink) {
  const bool whole = raw.size() == handshake_block_size;
  sink.number(FieldId::handshake_kind, nowhere, number_of(facts.kind));
  if (facts.copies_client) sink.number(FieldId::handshake_echo, nowhere, number_of(*facts.copies_client));
  if (whole) {
    const Software software = facts.part == HandshakePart::c1 ? guess_client(raw, facts.place.first.time)
                                                              : guess_server(raw, facts.kind);
    if (software != Software::unknown) sink.number(FieldId::handshake_software, nowhere, number_of(software));
  }
  if (raw.size() >= 4) sink.number(FieldId::handshake_time, {0, 4}, load_be32(raw.data()));
  if (raw.size() >= 8) {
    if (load_be32(raw.data() + 4) == 0) {
      sink.number(FieldId::handshake_zero, {4, 4}, 0);
    } else {
      sink.text(FieldId::handshake_peer_version, {4, 4}, as_bytes(dotted(raw.subspan(4, 4))));
    }
  }
  if (facts.kind == HandshakeSideKind::version_only) {
    sink.finding(FindingId::handshake_version_without_digest, {4, 4});
  }
  describe_random(raw, facts.copies_client, sink);
  if (facts.layout == DigestLayout::none || !whole) return;
  const DigestLocation at = locate_digest(raw, facts.layout);
  const bool encrypted = is_encrypted(facts.version.value_or(0));
  if (facts.layout == DigestLayout::digest_first) {
    describe_digest(raw, at, facts.layout, sink);
    describe_key(raw, at, encrypted, sink);
  } else {
    describe_key(raw, at, encrypted, sink);
    describe_digest(raw, at, facts.layout, sink);
  }
}

/// What is odd about a reply; nothing if all is well, or not known.
std::optional<HandshakeFinding> finding_of(const HandshakeReply& reply) {
  if (!reply.echo || reply.signature_valid.value_or(false)) return std::nullopt;
  HandshakeFinding finding{.id = FindingId::handshake_reply_unverified};
  if (*reply.echo == Echo::partial) {
    finding = {FindingId::handshake_echo_differs, {}, reply.differing_bytes, reply.first_difference};
  } else if (*reply.echo != Echo::none) {
    return std::nullopt;
  } else if (reply.signature_expected) {
    finding.id = FindingId::handshake_signature_invalid;
  }
  return finding;
}

void describe_reply(const HandshakePartFacts& facts, Bytes raw, FieldSink& sink) {
  const HandshakeReply& reply = facts.reply;
  if (reply.echo) sink.number(FieldId::handshake_echo, nowhere, number_of(*reply.echo));
  if (raw.size() >= 4) sink.number(FieldId::handshake_time, {0, 4}, load_be32(raw.data()));
  if (raw.size() >= 8) sink.number(FieldId::handshake_time2, {4, 4}, load_be32(raw.data() + 4));
  describe_random(raw, reply.echo, sink);
  if (raw.size() != handshake_block_size) return;
  constexpr Range signature{handshake_signature_offset, handshake_digest_size};
  if (reply.signature_valid) {
    if (*reply.signature_valid) {
      sink.blob(FieldId::handshake_signature, signature, raw.subspan(handshake_signature_offset));
    }
    sink.flag(FieldId::handshake_signature_valid, {handshake_signature_offset, 0}, *reply.signature_valid);
  }
  if (const auto finding = finding_of(reply); finding) {
    const bool about_signature = finding->id == FindingId::handshake_signature_invalid;
    sink.finding(finding->id, about_signature ? signature : Range{0, handshake_block_size}, finding->a,
                 finding->b);
  }
}

struct SideFields {
  FieldId object, kind, layout, echo, signature_valid;
};

void describe_side(const HandshakeSide& side, const SideFields& fields, FieldSink& sink) {
  if (side.received == 0) return;
  sink.begin(fields.object, 0);
  if (side.kind != HandshakeSideKind::unknown) sink.number(fields.kind, nowhere, number_of(side.kind));
  if (side.layout != DigestLayout::none) sink.number(fields.layout, nowhere, number_of(side.layout));
  if (side.reply.echo) sink.number(fields.echo, nowhere, number_of(*side.reply.echo));
  if (side.reply.signature_valid) sink.flag(fields.signature_valid, nowhere, *side.reply.signature_valid);
  sink.end(fields.object, 0);
}

double milliseconds(std::int64_t nanoseconds) {
  return static_cast<double>(nanoseconds) / 1e6;
}

}  // namespace

void describe_handshake_part(const HandshakePartFacts& facts, Bytes raw, FieldSink& sink) {
  sink.number(FieldId::handshake_part, nowhere, number_of(facts.part));
  sink.number(FieldId::handshake_stream_offset, nowhere, facts.place.stream_offset);
  sink.number(FieldId::handshake_first_frame, nowhere, facts.place.first.number);
  if (facts.place.missing > 0) sink.number(FieldId::handshake_missing_bytes, nowhere, facts.place.missing);
  switch (facts.part) {
    case HandshakePart::c0:
    case HandshakePart::s0: describe_version(facts, sink); break;
    case HandshakePart::c1:
    case HandshakePart::s1: describe_block(facts, raw, sink); break;
    case HandshakePart::c2:
    case HandshakePart::s2: describe_reply(facts, raw, sink); break;
  }
}

void describe_handshake_done(const HandshakeOutcome& outcome, FieldSink& sink) {
  const HandshakeSide& client = outcome.sides[index_of(Direction::to_server)];
  const HandshakeSide& server = outcome.sides[index_of(Direction::to_client)];
  if (outcome.kind != HandshakeKind::unknown) {
    sink.number(FieldId::handshake_done_kind, nowhere, number_of(outcome.kind));
  }
  const std::optional<std::uint8_t> version = server.version ? server.version : client.version;
  if (version) {
    sink.number(FieldId::handshake_done_version, nowhere, *version);
    if (is_known(*version)) sink.number(FieldId::handshake_done_protocol, nowhere, *version);
  }
  sink.flag(FieldId::handshake_done_complete, nowhere, outcome.complete);
  if (outcome.server_response) {
    sink.real(FieldId::handshake_done_server_response, nowhere, milliseconds(*outcome.server_response));
  }
  if (outcome.client_response) {
    sink.real(FieldId::handshake_done_client_response, nowhere, milliseconds(*outcome.client_response));
  }
  if (outcome.duration) sink.real(FieldId::handshake_done_duration, nowhere, milliseconds(*outcome.duration));
  describe_side(client,
                {FieldId::handshake_done_client, FieldId::handshake_done_client_kind,
                 FieldId::handshake_done_client_layout, FieldId::handshake_done_client_echo,
                 FieldId::handshake_done_client_signature_valid},
                sink);
  describe_side(server,
                {FieldId::handshake_done_server, FieldId::handshake_done_server_kind,
                 FieldId::handshake_done_server_layout, FieldId::handshake_done_server_echo,
                 FieldId::handshake_done_server_signature_valid},
                sink);
}

std::vector<HandshakeFinding> findings_of(const HandshakeOutcome& outcome) {
  std::vector<HandshakeFinding> findings;
  const HandshakeSide& client = outcome.sides[index_of(Direction::to_server)];
  const HandshakeSide& server = outcome.sides[index_of(Direction::to_client)];
  // An unknown version is told with its part; here it is about what the two sides make of each other.
  if (client.version && server.version && is_known(*client.version) && is_known(*server.version) &&
      is_encrypted(*client.version) != is_encrypted(*server.version)) {
    findings.push_back({FindingId::handshake_version_mismatch, {}, *client.version, *server.version});
  }
  // Only a closed connection proves that the sender had no more to say.
  const bool closed = outcome.ended_by == EndCause::fin || outcome.ended_by == EndCause::reset;
  for (const Direction sender : {Direction::to_server, Direction::to_client}) {
    const HandshakeSide& side = outcome.sides[index_of(sender)];
    if (side.reply_was_late) {
      if (auto finding = finding_of(side.reply); finding) {
        finding->sender = sender;
        findings.push_back(*finding);
      }
    }
    if (!closed || side.has_gap || side.reply_left_out || side.received == handshake_size) continue;
    if (side.received == 0) {
      findings.push_back({FindingId::handshake_unanswered, sender});
    } else {
      findings.push_back({FindingId::handshake_incomplete, sender, side.received, handshake_size});
    }
  }
  return findings;
}

}  // namespace rtmpscope::rtmp
