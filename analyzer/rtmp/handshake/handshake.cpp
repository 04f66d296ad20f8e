#include "rtmp/handshake/handshake.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/byte_order.hpp"
#include "rtmp/evidence/first_chunks.hpp"

namespace rtmpscope::rtmp {
namespace {

constexpr std::uint32_t block_size = handshake_block_size;
/// Blocks that agree in fewer bytes than this are two different blocks: random bytes agree in about 6 of
/// 1536.
constexpr std::uint32_t partial_echo_minimum = block_size / 2;
constexpr std::uint32_t header_size = 8;  ///< time, and zero or time2

constexpr std::uint32_t part_size(std::size_t index) {
  return index == 0 ? 1 : block_size;
}

struct Comparison {
  Echo echo = Echo::none;
  std::uint32_t differing_bytes = 0;
  std::uint32_t first_difference = 0;
};

/// Both blocks have 1536 bytes.
Comparison compare_blocks(Bytes block, Bytes original) {
  const auto same = [&](std::size_t from, std::size_t to) {
    return std::memcmp(block.data() + from, original.data() + from, to - from) == 0;
  };
  if (same(header_size, handshake_signature_offset)) {
    const bool same_header = same(0, header_size);
    const bool same_tail = same(handshake_signature_offset, block_size);
    if (same_header && same_tail) return {Echo::full};
    if (same_tail) return {Echo::random_part};
    if (same_header) return {Echo::signed_part};
  }
  constexpr std::size_t piece = 256;  // of a fixed size, so that the compiler counts many bytes at a time
  static_assert(block_size % piece == 0);
  std::uint32_t differing = 0;
  for (std::size_t begin = 0; begin < block_size; begin += piece) {
    for (std::size_t i = begin; i < begin + piece; ++i) differing += block[i] != original[i] ? 1U : 0U;
    if (block_size - differing < partial_echo_minimum) return {};
  }
  const auto first = std::ranges::mismatch(block, original).in1 - block.begin();
  return {Echo::partial, differing, static_cast<std::uint32_t>(first)};
}

HandshakeKind overall_kind(HandshakeSideKind client, HandshakeSideKind server) {
  using Side = HandshakeSideKind;
  const auto plain = [](Side side) {
    return side == Side::simple || side == Side::version_only || side == Side::copy;
  };
  const auto open = [](Side side) { return side == Side::unknown || side == Side::unverifiable; };
  if (client == Side::unknown && server == Side::unknown) return HandshakeKind::unknown;
  if (open(client) && open(server)) return HandshakeKind::unverifiable;
  const bool digest = client == Side::digest || server == Side::digest;
  const bool simple = plain(client) || plain(server);
  if (digest && simple) return HandshakeKind::mixed;
  return digest ? HandshakeKind::digest : HandshakeKind::simple;
}

/// Nanoseconds between a byte of `a` and one of `b`; empty if the capture has them the other way round or
/// lacks them.
std::optional<std::int64_t> time_between(const HandshakeReader::Part& a, const PacketRef& from,
                                         const HandshakeReader::Part& b, const PacketRef& to) {
  if (!a.timed || !b.timed || to.number < from.number || to.time < from.time) return std::nullopt;
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(to.time) -
                                   static_cast<std::uint64_t>(from.time));
}

}  // namespace

std::size_t HandshakeReader::begin_piece(std::uint64_t offset, std::uint64_t available,
                                         const PacketRef& packet) {
  if (done()) return 0;
  if (filled_ == 0) {
    parts_[completed_].stream_offset = offset;
    parts_[completed_].first = packet;
  }
  if (completed_ > 0 && !blocks_) {
    blocks_ = std::make_unique_for_overwrite<std::uint8_t[]>(2 * handshake_block_size);
  }
  return static_cast<std::size_t>(std::min<std::uint64_t>(part_size(completed_) - filled_, available));
}

void HandshakeReader::end_piece(std::size_t taken, const PacketRef& packet) {
  parts_[completed_].last = packet;
  filled_ += static_cast<std::uint32_t>(taken);
  received_ += static_cast<std::uint32_t>(taken);
  if (filled_ == part_size(completed_)) {
    ++completed_;
    filled_ = 0;
  }
}

std::size_t HandshakeReader::consume(const StreamData& data) {
  const std::size_t taken = begin_piece(data.offset, data.bytes.size(), data.packet);
  if (taken == 0) return 0;
  Part& part = parts_[completed_];
  if (completed_ == 0) {
    version_ = data.bytes.front();
  } else {
    std::memcpy(blocks_.get() + (completed_ - 1) * handshake_block_size + filled_, data.bytes.data(), taken);
  }
  if (part.known == filled_) part.known += static_cast<std::uint32_t>(taken);
  end_piece(taken, data.packet);
  return taken;
}

std::uint64_t HandshakeReader::skip(std::uint64_t offset, std::uint64_t length, GapCause cause,
                                    const PacketRef& noticed_at) {
  const std::size_t taken = begin_piece(offset, length, noticed_at);
  if (taken == 0) return 0;
  parts_[completed_].missing += static_cast<std::uint32_t>(taken);
  if (cause != GapCause::snap_length) parts_[completed_].timed = false;
  has_gap_ = true;
  end_piece(taken, noticed_at);
  return taken;
}

Bytes HandshakeReader::raw(std::size_t index) const {
  if (index == 0) return Bytes(&version_, parts_[0].known);
  if (!blocks_) return {};
  return Bytes(blocks_.get() + (index - 1) * handshake_block_size, parts_[index].known);
}

std::size_t Handshake::consume(Direction direction, const StreamData& data) {
  HandshakeReader& reader = readers_[index_of(direction)];
  std::size_t taken = 0;
  while (taken < data.bytes.size() && !done(direction)) {
    const std::size_t completed = reader.completed();
    Bytes rest = data.bytes.subspan(taken);
    // The first bytes of C2 and S2 show whether the sender has left it out. They are looked at once.
    const std::size_t head = completed == 2 ? reader.wanted_for_head(chunk_evidence_size) : 0;
    if (head != 0) rest = rest.first(std::min(head, rest.size()));
    taken += reader.consume({data.offset + taken, rest, data.packet});
    if (reader.completed() > completed) complete_part(direction, completed);
    if (head != 0 && rest.size() == head && chunks_begin(direction)) {
      reader.give_back_part();
      reply_left_out_[index_of(direction)] = true;
      finish_if_done(data.packet);
    }
  }
  return taken;
}

std::uint64_t Handshake::skip(Direction direction, const StreamGap& gap) {
  if (done(direction)) return 0;
  HandshakeReader& reader = readers_[index_of(direction)];
  if (!gap.length) {
    lost_[index_of(direction)] = true;
    finish_if_done(gap.noticed_at);
    return std::numeric_limits<std::uint64_t>::max();
  }
  std::uint64_t taken = 0;
  while (taken < *gap.length && !reader.done()) {
    const std::size_t completed = reader.completed();
    taken += reader.skip(gap.offset + taken, *gap.length - taken, gap.cause, gap.noticed_at);
    if (reader.completed() > completed) complete_part(direction, completed);
  }
  return taken;
}

/// What has come of C2 or S2 is the beginning of a chunk stream: its first command says so by its name.
bool Handshake::chunks_begin(Direction direction) const {
  const Bytes head = readers_[index_of(direction)].raw(2);
  return head.size() == chunk_evidence_size && read_chunk_evidence(head).direction == direction;
}

void Handshake::complete_part(Direction direction, std::size_t index) {
  HandshakeReader& reader = readers_[index_of(direction)];
  HandshakeSide& side = sides_[index_of(direction)];
  HandshakePartFacts facts;
  facts.part = handshake_part(direction, index);
  facts.place = reader.part(index);
  if (index == 0 && reader.part(0).missing == 0) side.version = reader.raw(0).front();
  facts.version = side.version;
  if (index == 1) complete_block(direction, facts);
  if (index == 2) {
    compare_reply(direction);
    side.reply_was_late = !compared_[index_of(direction)];
    facts.reply = side.reply;
  }
  const PacketRef packet = facts.place.last;
  listener_.on_part(facts, reader.raw(index));
  // The peer's block 2 may have come first: now it can be compared.
  if (index == 1 && readers_[index_of(opposite(direction))].done()) compare_reply(opposite(direction));
  finish_if_done(packet);
  if (finished_ && reader.done()) reader.release();
}

void Handshake::complete_block(Direction direction, HandshakePartFacts& facts) {
  HandshakeSide& side = sides_[index_of(direction)];
  const Bytes block = readers_[index_of(direction)].raw(1);
  const HandshakeReader& peer = readers_[index_of(opposite(direction))];
  const bool whole = block.size() == block_size;
  const bool peer_whole = peer.completed() > 1 && peer.raw(1).size() == block_size;

  if (whole && peer_whole) {
    const bool is_server = direction == Direction::to_client;
    copies_client_ = compare_blocks(is_server ? block : peer.raw(1), is_server ? peer.raw(1) : block).echo;
    if (is_server) facts.copies_client = copies_client_;
  }
  // A server that repeats C1 whole repeats the client's digest, if any: no need to look for its own.
  if (whole && facts.copies_client != Echo::full) side.layout = find_digest(block, direction);

  if (side.layout != DigestLayout::none) {
    side.kind = HandshakeSideKind::digest;
  } else if (!whole) {
    side.kind = HandshakeSideKind::unverifiable;
  } else if (facts.copies_client.value_or(Echo::none) != Echo::none) {
    side.kind = HandshakeSideKind::copy;
  } else {
    side.kind =
        load_be32(block.data() + 4) == 0 ? HandshakeSideKind::simple : HandshakeSideKind::version_only;
  }
  facts.kind = side.kind;
  facts.layout = side.layout;
}

void Handshake::compare_reply(Direction direction) {
  if (compared_[index_of(direction)]) return;
  const Bytes reply = readers_[index_of(direction)].raw(2);
  const HandshakeReader& peer = readers_[index_of(opposite(direction))];
  if (reply.size() != block_size || peer.completed() < 2 || peer.raw(1).size() != block_size) return;
  compared_[index_of(direction)] = true;

  HandshakeSide& side = sides_[index_of(direction)];
  const HandshakeSide& peer_side = sides_[index_of(opposite(direction))];
  const Bytes original = peer.raw(1);
  const Comparison comparison = compare_blocks(reply, original);
  side.reply.echo = comparison.echo;
  side.reply.differing_bytes = comparison.differing_bytes;
  side.reply.first_difference = comparison.first_difference;
  side.reply.signature_expected =
      side.kind == HandshakeSideKind::digest && peer_side.kind == HandshakeSideKind::digest;
  if (peer_side.layout == DigestLayout::none) return;
  const std::uint8_t version =
      sides_[index_of(Direction::to_client)].version.value_or(side.version.value_or(0));
  // An exact copy ends with the peer's random bytes, which are no signature.
  if (comparison.echo == Echo::full) {
    side.reply.signature_valid = false;
    return;
  }
  const std::uint32_t at = locate_digest(original, peer_side.layout).digest;
  const Sha256Digest expected =
      handshake_signature(reply, direction, original.subspan(at, handshake_digest_size), version);
  side.reply.signature_valid = std::ranges::equal(expected, reply.subspan(handshake_signature_offset));
}

void Handshake::data_after(Direction direction, const StreamData& data) {
  if (finished_) return;
  const HandshakeReader::Part& last = readers_[index_of(direction)].part(handshake_parts - 1);
  if (data.offset >= last.stream_offset + handshake_block_size + one_sided_limit) {
    finish(data.packet, std::nullopt);
  }
}

void Handshake::finish_if_done(const PacketRef& packet) {
  if (done(Direction::to_server) && done(Direction::to_client)) finish(packet, std::nullopt);
}

void Handshake::finish(const PacketRef& packet, std::optional<EndCause> cause) {
  if (finished_) return;
  finished_ = true;
  const HandshakeReader& client = readers_[index_of(Direction::to_server)];
  const HandshakeReader& server = readers_[index_of(Direction::to_client)];
  if (client.received() == 0 && server.received() == 0) return;

  HandshakeOutcome outcome;
  HandshakeSide& server_side = sides_[index_of(Direction::to_client)];
  // S1 may have come before C1, and could not be told from an independent block then.
  const bool copies = copies_client_.value_or(Echo::none) != Echo::none;
  if (copies && server_side.layout == DigestLayout::none) server_side.kind = HandshakeSideKind::copy;
  for (std::size_t i = 0; i < 2; ++i) {
    sides_[i].received = readers_[i].received();
    sides_[i].has_gap = readers_[i].has_gap() || lost_[i];
    sides_[i].reply_left_out = reply_left_out_[i];
    outcome.sides[i] = sides_[i];
  }
  outcome.kind = overall_kind(sides_[0].kind, server_side.kind);
  outcome.complete = client.done() && server.done() && !client.has_gap() && !server.has_gap();
  outcome.ended_by = cause;
  outcome.packet = packet;
  const auto& [c0, c1, c2] = client.parts();
  const auto& [s0, s1, s2] = server.parts();
  if (client.completed() > 0 && server.completed() > 0) {
    const bool server_waited = client.completed() > 1 && (!c1.timed || s0.first.number >= c1.last.number);
    outcome.server_response =
        server_waited ? time_between(c1, c1.last, s0, s0.first) : time_between(c0, c0.first, s0, s0.first);
  }
  if (client.completed() > 2 && server.completed() > 1) {
    outcome.client_response = time_between(s1, s1.last, c2, c2.first);
  }
  if (client.done() && server.done()) {
    const HandshakeReader::Part& last = c2.last.number < s2.last.number ? s2 : c2;
    outcome.duration = time_between(c0, c0.first, last, last.last);
  }
  listener_.on_done(outcome);
  free_blocks();
}

void Handshake::free_blocks() {
  // A direction that is still in progress is read to its end, to find where its chunks begin.
  for (HandshakeReader& reader : readers_) {
    if (reader.done() || reader.received() == 0) reader.release();
  }
}

}  // namespace rtmpscope::rtmp
