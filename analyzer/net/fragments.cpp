#include "net/fragments.hpp"

#include "net/flow_key.hpp"

namespace rtmpscope::net {
namespace {

constexpr std::uint32_t largest_datagram = 65535;

/// What a piece costs besides its bytes: the list's and the allocator's bookkeeping.
constexpr std::size_t fragment_overhead = 64;
constexpr std::size_t datagram_overhead = 256;

}  // namespace

std::size_t FragmentReassembler::KeyHash::operator()(const DatagramKey& key) const {
  const std::uint64_t a = multiply_fold(load_le64(key.source.data()) ^ 0x9e3779b97f4a7c15,
                                        load_le64(key.source.data() + 8) ^ 0xd1b54a32d192ed03);
  const std::uint64_t b = multiply_fold(load_le64(key.destination.data()) ^ 0x8cb92ba72f3d8dd7,
                                        load_le64(key.destination.data() + 8) ^ 0xaef17502108ef2d9);
  const std::uint64_t rest = std::uint64_t{key.identification} << 16 | key.protocol;
  return static_cast<std::size_t>(multiply_fold(a ^ b ^ rest, 0x9e3779b97f4a7c15));
}

FragmentReassembler::Datagram FragmentReassembler::joined(const Pending& pending, DatagramBuffers& buffers) {
  auto buffer = std::make_unique<std::uint8_t[]>(*pending.total);
  std::uint32_t captured = 0;
  for (const Piece& piece : pending.pieces) {
    if (piece.captured_length > 0) {
      std::memcpy(buffer.get() + piece.offset, piece.bytes.get(), piece.captured_length);
    }
    captured = piece.offset + piece.captured_length;
    if (piece.captured_length < piece.wire_length) break;
  }
  const Datagram datagram{pending.protocol, {buffer.get(), captured, *pending.total}};
  buffers.push_back(std::move(buffer));
  return datagram;
}

std::optional<FragmentReassembler::Datagram> FragmentReassembler::add(const DatagramKey& key,
                                                                      const Fragment& fragment,
                                                                      Timestamp time,
                                                                      DatagramBuffers& buffers) {
  ++counters_.fragments;
  drop_expired(time);
  const std::uint32_t length = fragment.payload.wire;
  if (length == 0 || length > largest_datagram || fragment.offset + length > largest_datagram ||
      (fragment.more && length % 8 != 0)) {
    ++counters_.invalid;
    return std::nullopt;
  }

  auto found = index_.find(key);
  if (found == index_.end()) {
    if (pending_.size() >= limits_.pending_datagrams) drop(pending_.begin());
    Pending& fresh = pending_.emplace_back();
    fresh.key = key;
    fresh.since = time;
    fresh.protocol = fragment.protocol;
    fresh.charge = datagram_overhead;
    pending_bytes_ += datagram_overhead;
    found = index_.emplace(key, std::prev(pending_.end())).first;
  }
  const List::iterator pending = found->second;
  if (fragment.offset == 0) pending->protocol = fragment.protocol;
  if (!fragment.more && !pending->total) pending->total = fragment.offset + length;
  insert(*pending, fragment);

  if (pending->total && !pending->pieces.empty()) {
    const Piece& last = pending->pieces.back();
    if (last.offset + last.wire_length > *pending->total) {  // the sender contradicts itself
      ++counters_.invalid;
      drop(pending);
      return std::nullopt;
    }
  }
  if (pending->total && pending->received == *pending->total) {
    const Datagram datagram = joined(*pending, buffers);
    pending_bytes_ -= pending->charge;
    index_.erase(found);
    pending_.erase(pending);
    ++counters_.datagrams;
    return datagram;
  }
  if (pending->pieces.size() > limits_.fragments_per_datagram) {
    drop(pending);
  } else {
    while (pending_bytes_ > limits_.pending_fragment_bytes) drop(pending_.begin());
  }
  return std::nullopt;
}

void FragmentReassembler::drop(List::iterator pending) {
  ++counters_.datagrams_dropped;
  pending_bytes_ -= pending->charge;
  index_.erase(pending->key);
  pending_.erase(pending);
}

void FragmentReassembler::drop_expired(Timestamp now) {
  while (!pending_.empty()) {
    const Timestamp age = now - pending_.front().since;
    // A clock that steps back would keep the oldest datagram, and so all others, for any length of time.
    if (age <= limits_.fragment_timeout && age >= -limits_.fragment_timeout) return;
    drop(pending_.begin());
  }
}

void FragmentReassembler::insert(Pending& pending, const Fragment& fragment) {
  std::uint32_t cursor = fragment.offset;
  const std::uint32_t end = fragment.offset + fragment.payload.wire;
  std::vector<Piece>& pieces = pending.pieces;
  std::size_t at = pieces.size();
  while (at > 0 && pieces[at - 1].offset + pieces[at - 1].wire_length > cursor) --at;
  bool overlap = false;
  while (cursor < end) {
    if (at == pieces.size() || pieces[at].offset >= end) {
      insert_part(pending, at, fragment, cursor, end);
      break;
    }
    overlap = true;
    if (pieces[at].offset > cursor) {
      insert_part(pending, at, fragment, cursor, pieces[at].offset);
      ++at;
    }
    cursor = pieces[at].offset + pieces[at].wire_length;
    ++at;
  }
  if (overlap) ++counters_.overlaps;
}

void FragmentReassembler::insert_part(Pending& pending, std::size_t at, const Fragment& fragment,
                                      std::uint32_t begin, std::uint32_t end) {
  const std::uint32_t captured_end = fragment.offset + fragment.payload.captured;
  Piece piece{begin, end - begin, 0, nullptr};
  if (captured_end > begin) {
    piece.captured_length = std::min(captured_end, end) - begin;
    piece.bytes = std::make_unique<std::uint8_t[]>(piece.captured_length);
    std::memcpy(piece.bytes.get(), fragment.payload.data + (begin - fragment.offset), piece.captured_length);
  }
  const std::size_t cost = fragment_overhead + piece.captured_length;
  pending.charge += cost;
  pending_bytes_ += cost;
  pending.received += end - begin;
  pending.pieces.insert(pending.pieces.begin() + static_cast<std::ptrdiff_t>(at), std::move(piece));
}

}  // namespace rtmpscope::net
