#include "carrier/rtmpe_layer.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/crypto.hpp"
#include "base/diffie_hellman.hpp"
#include "base/text.hpp"
#include "rtmp/evidence/first_chunks.hpp"

namespace rtmpscope::carrier {
namespace {

constexpr std::uint64_t block_begin = 1;
constexpr std::uint64_t block_end = block_begin + handshake_block_size;
constexpr auto both_ways = {Direction::to_server, Direction::to_client};

/// The key stream begins one block late.
constexpr std::uint64_t discarded = handshake_block_size;

/// Key stream that gaps may pass over for each byte that came.
constexpr std::uint64_t skipped_per_byte = 64;

bool is_version(std::uint8_t byte) {
  return byte == 6 || byte == 8 || byte == 9;
}

std::string fingerprint(const RtmpePublicKey& key) {
  return hex_text(sha1(key));
}

enum class Fit : std::uint8_t { no, open, yes };

/// Whether `first`, deciphered, begins like what `direction` sends. The shortest beginning that is enough
/// decides, so that it does not matter how many bytes came at once.
Fit fit_of(const keys::Rc4Key& key, Bytes first, Direction direction) {
  std::array<std::uint8_t, rtmp::chunk_evidence_size> clear;
  const std::size_t size = std::min(first.size(), clear.size());
  std::copy_n(first.begin(), size, clear.begin());
  Rc4 cipher(key);
  cipher.skip(discarded);
  cipher.apply(std::span(clear).first(size));
  for (std::size_t count = 1; count <= size; ++count) {
    const rtmp::ChunkEvidence evidence = rtmp::read_chunk_evidence(Bytes(clear).first(count));
    if (!evidence.plausible || evidence.direction.value_or(direction) != direction) return Fit::no;
    if (evidence.enough) return Fit::yes;
  }
  return Fit::open;
}

}  // namespace

void RtmpeOpenEvent::describe(FieldSink& sink) const {
  sink.number(FieldId::rtmpe_key, {}, static_cast<std::uint64_t>(key));
  if (padding) sink.number(FieldId::rtmpe_padding, {}, static_cast<std::uint64_t>(*padding));
  const auto push = [&](FieldId id, Direction sender) {
    const auto& public_key = public_keys[index_of(sender)];
    if (public_key) sink.text(id, {}, as_bytes(fingerprint(*public_key)));
  };
  push(FieldId::rtmpe_client_public_key, Direction::to_server);
  push(FieldId::rtmpe_server_public_key, Direction::to_client);
}

RtmpeLayer::RtmpeLayer(const LayerContext& context, std::array<bool, 2> start_lost)
    : keys_(context.keys), listener_(context.listener), held_share_(context.held_bytes) {
  for (std::size_t i = 0; i < halves_.size(); ++i) halves_[i].no_place = start_lost[i];
  readable_ = may_wait() || (keys_ != nullptr && keys_->rtmpe_count() > 0);
}

LayerState RtmpeLayer::state() const {
  switch (state_) {
    case State::handshake:
    case State::trying: return LayerState::establishing;
    case State::open: return LayerState::open;
    case State::opaque: break;
  }
  return LayerState::opaque;
}

void RtmpeLayer::on_data(Direction direction, const StreamData& data) {
  if (half(direction).no_place) return;
  const std::size_t in_handshake = data.offset >= handshake_size
                                       ? 0
                                       : static_cast<std::size_t>(std::min<std::uint64_t>(
                                             handshake_size - data.offset, data.bytes.size()));
  if (in_handshake > 0) {
    const StreamData part{data.offset, data.bytes.first(in_handshake), data.packet};
    take_handshake(direction, part);
    half(direction).handshake_ended = data.offset + in_handshake == handshake_size;
    next().on_data(direction, part);
  }
  if (in_handshake < data.bytes.size()) {
    take_sealed(direction, {data.offset + in_handshake, data.bytes.subspan(in_handshake), data.packet});
  }
}

void RtmpeLayer::on_gap(Direction direction, const StreamGap& gap) {
  Half& side = half(direction);
  if (side.no_place) return;
  if (!gap.length) {
    if (gap.offset <= handshake_size) {
      next().on_gap(direction, gap);
      side.no_place = true;
    } else {
      take_sealed_gap(direction, gap);
    }
    return;
  }
  const std::uint64_t end = gap.offset + *gap.length;
  if (gap.offset < handshake_size) {
    const std::uint64_t length = std::min<std::uint64_t>(end, handshake_size) - gap.offset;
    half(direction).handshake_ended = gap.offset + length == handshake_size;
    next().on_gap(direction, {gap.offset, length, gap.cause, gap.noticed_at});
  }
  const std::uint64_t from = std::max<std::uint64_t>(gap.offset, handshake_size);
  if (end > from) take_sealed_gap(direction, {from, end - from, gap.cause, gap.noticed_at});
}

void RtmpeLayer::on_end(Direction direction, const StreamEnd& end) {
  if (state_ == State::trying) try_keys(true, end.packet);
  if (half(direction).search) try_window(direction);
  if (half(direction).search) lose(direction, end.packet, true);
  next().on_end(direction, end);
}

/// Collects C1 or S1. With both the session is known.
void RtmpeLayer::take_handshake(Direction direction, const StreamData& data) {
  Half& side = half(direction);
  if (side.block_is_complete) return;
  if (data.offset == 0) side.version = data.bytes.front();
  const std::uint64_t from = std::max(data.offset, block_begin);
  const std::uint64_t to = std::min(data.offset + data.bytes.size(), block_end);
  if (from >= to || from != block_begin + side.block.size()) return;
  const Bytes part =
      data.bytes.subspan(static_cast<std::size_t>(from - data.offset), static_cast<std::size_t>(to - from));
  side.block.insert(side.block.end(), part.begin(), part.end());
  if (side.block.size() < handshake_block_size) return;
  side.public_key = find_public_key(side.block, direction);
  if (!side.public_key) {
    if (is_version(side.version)) find(FindingId::rtmpe_public_key_missing, direction, data.packet);
  } else if (!is_dh_member(rtmpe_dh_group, *side.public_key)) {
    find(FindingId::rtmpe_public_key_invalid, direction, data.packet);
  }
  std::vector<std::uint8_t>().swap(side.block);
  side.block_is_complete = true;
  if (half(opposite(direction)).block_is_complete) on_both_blocks(data.packet);
}

void RtmpeLayer::on_both_blocks(const PacketRef& packet) {
  state_ = State::trying;
  look_for_keys();
  if (candidates_.list.empty() && !may_wait()) return give_up(packet);
  if (!held_.empty()) try_keys(false, packet);
}

void RtmpeLayer::look_for_keys() {
  const Half& client = half(Direction::to_server);
  const Half& server = half(Direction::to_client);
  if (!client.public_key || !server.public_key || keys_ == nullptr) return;
  candidates_ = rtmpe_candidates(*keys_, *client.public_key, *server.public_key);
  keys_version_ = keys_->version();
}

void RtmpeLayer::take_sealed(Direction direction, const StreamData& data) {
  half(direction).passed += data.bytes.size();
  if (state_ == State::open) return decipher(direction, data);
  if (state_ == State::opaque || !readable_) return;
  Half& side = half(direction);
  if (!side.first_has_gap && side.first.size() < rtmp::chunk_evidence_size) {
    const std::size_t size = std::min(data.bytes.size(), rtmp::chunk_evidence_size - side.first.size());
    side.first.insert(side.first.end(), data.bytes.begin(),
                      data.bytes.begin() + static_cast<std::ptrdiff_t>(size));
  }
  held_.push_back({direction, data, std::nullopt, held_bytes_.size(), data.bytes.size()});
  held_bytes_.insert(held_bytes_.end(), data.bytes.begin(), data.bytes.end());
  hold_no_more_than_limit(data.packet);
}

void RtmpeLayer::take_sealed_gap(Direction direction, const StreamGap& gap) {
  if (state_ == State::open) return skip(direction, gap);
  if (state_ == State::opaque || !readable_) return next().on_gap(direction, gap);
  half(direction).first_has_gap = true;
  held_.push_back({direction, {}, gap, 0, 0});
  hold_no_more_than_limit(gap.noticed_at);
}

void RtmpeLayer::hold_no_more_than_limit(const PacketRef& packet) {
  const std::size_t bytes = held_bytes_.size() + held_.size() * sizeof(Held);
  held_share_.set(bytes);
  const bool last = bytes >= held_limit || held_share_.total() >= held_together_limit;
  if (state_ == State::trying) return try_keys(last, packet);
  if (last) give_up(packet);
}

bool RtmpeLayer::has_first_bytes(Direction direction) const {
  return !halves_[index_of(direction)].first.empty();
}

/// The client speaks first: what it says decides, if it is there. `last`: no more is to be waited for.
void RtmpeLayer::try_keys(bool last, const PacketRef& packet) {
  if (may_wait() && keys_->version() != keys_version_) look_for_keys();
  std::erase_if(candidates_.list, [&](const RtmpeCandidate& candidate) {
    return std::ranges::any_of(both_ways, [&](Direction direction) {
      const auto& key = candidate.keys[index_of(direction)];
      return key && direction == Direction::to_server && has_first_bytes(direction) &&
             fit_of(*key, half(direction).first, direction) == Fit::no;
    });
  });
  for (const RtmpeCandidate& candidate : candidates_.list) {
    for (const Direction direction : both_ways) {
      const auto& key = candidate.keys[index_of(direction)];
      if (key && has_first_bytes(direction) && fit_of(*key, half(direction).first, direction) == Fit::yes)
        return choose(candidate, packet);
    }
  }
  if (candidates_.list.empty() && !may_wait()) return give_up(packet);
  if (!last) return;
  // The first bytes are missing or too few. A key that names the session is its key.
  if (candidates_.named && candidates_.list.size() == 1)
    return choose(RtmpeCandidate(candidates_.list[0]), packet);
  give_up(packet);
}

void RtmpeLayer::choose(const RtmpeCandidate& candidate, const PacketRef& packet) {
  state_ = State::open;
  for (const Direction direction : both_ways) {
    const auto& key = candidate.keys[index_of(direction)];
    if (!key) continue;
    half(direction).cipher.emplace(*key);
    half(direction).cipher->skip(discarded);
  }
  tell(candidate.kind, candidate.padding, packet);
  for (const Direction direction : both_ways) {
    if (!half(direction).cipher) lose(direction, packet, false);
  }
  candidates_.list.clear();
  release_held();
}

void RtmpeLayer::give_up(const PacketRef& packet) {
  state_ = State::opaque;
  readable_ = false;
  tell(RtmpeKeyKind::none, std::nullopt, packet);
  if (candidates_.named) find(FindingId::rtmpe_key_wrong, Direction::to_server, packet);
  // Where the handshake has ended it was taken to be readable so far.
  for (const Direction direction : both_ways) {
    if (half(direction).handshake_ended) find(FindingId::encrypted_stream, direction, packet);
  }
  candidates_.list.clear();
  held_.clear();
  held_share_.set(0);
  std::vector<std::uint8_t>().swap(held_bytes_);
}

void RtmpeLayer::release_held() {
  const std::vector<Held> held = std::exchange(held_, {});
  const std::vector<std::uint8_t> bytes = std::exchange(held_bytes_, {});
  held_share_.set(0);
  for (const Held& each : held) {
    if (each.gap) {
      skip(each.direction, *each.gap);
    } else {
      decipher(each.direction,
               {each.data.offset, Bytes(bytes).subspan(each.begin, each.size), each.data.packet});
    }
  }
}

void RtmpeLayer::decipher(Direction direction, const StreamData& data) {
  Half& side = half(direction);
  if (side.lost) return;
  if (side.search) return search(direction, data);
  buffer_.assign(data.bytes.begin(), data.bytes.end());
  side.cipher->apply(buffer_);
  next().on_data(direction, {data.offset, buffer_, data.packet});
}

void RtmpeLayer::skip(Direction direction, const StreamGap& gap) {
  Half& side = half(direction);
  if (side.lost) return;
  if (side.search) pass_over(direction, side.search->kept().bytes().size(), gap.noticed_at);
  next().on_gap(direction, gap);
  if (!gap.length) {
    if (side.search) return side.search->add_gap(gap);
    side.search.emplace(*side.cipher, gap);
    return;
  }
  side.skipped += *gap.length;
  if (side.skipped > skip_limit + skipped_per_byte * side.passed) {
    return lose(direction, gap.noticed_at, true);
  }
  if (side.search) return side.search->add_gap(gap);
  side.cipher->skip(*gap.length);
}

/// Behind a gap of unknown length.
void RtmpeLayer::search(Direction direction, const StreamData& data) {
  Half& side = half(direction);
  side.search_budget += KeyStreamSearch::budget_per_byte * data.bytes.size();
  side.search->add(data);
  while (side.search && side.search->is_due()) try_window(direction);
  if (!side.search || side.search->kept().bytes().size() <= KeyStreamSearch::most_kept) return;
  pass_over(direction, KeyStreamSearch::window, data.packet);
  side.search->drop(KeyStreamSearch::window);
  if (!std::exchange(side.told_unreadable, true))
    find(FindingId::encrypted_stream, direction, data.packet, true);
}

/// What is kept is read if its place in the key stream is found.
void RtmpeLayer::try_window(Direction direction) {
  Half& side = half(direction);
  const std::optional<Rc4> cipher = side.search->find(side.search_budget);
  if (!cipher) return;
  side.cipher = cipher;
  const HeldPieces kept = side.search->kept();
  side.search.reset();
  kept.for_each([&](const StreamData& piece) { decipher(direction, piece); }, [](const StreamGap&) {});
}

/// The first `count` bytes that the search keeps are not read.
void RtmpeLayer::pass_over(Direction direction, std::size_t count, const PacketRef& packet) {
  const Half& side = half(direction);
  if (count == 0) return;
  next().on_gap(direction, {side.search->kept().offset(), count, GapCause::not_captured, packet});
}

/// Nothing more of this direction can be read.
void RtmpeLayer::lose(Direction direction, const PacketRef& packet, bool after_gap) {
  half(direction).lost = true;
  half(direction).search.reset();
  if (!std::exchange(half(direction).told_unreadable, true))
    find(FindingId::encrypted_stream, direction, packet, after_gap);
}

void RtmpeLayer::tell(RtmpeKeyKind kind, std::optional<RtmpePadding> padding, const PacketRef& packet) {
  if (listener_ == nullptr) return;
  auto event = std::make_unique<RtmpeOpenEvent>(packet);
  event->key = kind;
  event->padding = padding;
  for (const Direction direction : both_ways) {
    event->public_keys[index_of(direction)] = half(direction).public_key;
  }
  listener_->on_layer_event(std::move(event));
}

void RtmpeLayer::find(FindingId id, Direction direction, const PacketRef& packet, bool after_gap) {
  if (listener_ == nullptr) return;
  LayerFinding finding;
  finding.id = id;
  finding.packet = packet;
  finding.direction = direction;
  finding.after_gap = after_gap;
  listener_->on_layer_finding(finding);
}

}  // namespace rtmpscope::carrier
