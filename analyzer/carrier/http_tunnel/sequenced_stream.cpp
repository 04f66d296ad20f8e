#include "carrier/http_tunnel/sequenced_stream.hpp"

#include <algorithm>
#include <utility>

namespace rtmpscope::carrier {

void SequencedStream::start(std::uint64_t sequence) {
  started_ = true;
  expected_ = sequence;
}

void SequencedStream::start_again(std::uint64_t sequence, const PacketRef& packet) {
  while (is_waiting()) give_up(packet);
  lose(GapCause::not_captured, packet);
  delivered_ = 0;
  expected_ = sequence;
}

void SequencedStream::data(std::uint64_t sequence, std::uint64_t position, Bytes bytes,
                           const PacketRef& packet) {
  if (bytes.empty() || sequence < expected_) return;
  if (sequence > expected_) {
    return keep(sequence, {position, 0, bytes.size(), std::nullopt, GapCause::not_captured, packet}, bytes);
  }
  const std::uint64_t known = delivered_ > position ? delivered_ - position : 0;
  if (known >= bytes.size()) return;
  hand_on(bytes.subspan(static_cast<std::size_t>(known)), packet);
  delivered_ = std::max(delivered_, position + bytes.size());
}

void SequencedStream::gap(std::uint64_t sequence, std::uint64_t position, std::optional<std::uint64_t> length,
                          GapCause cause, const PacketRef& packet) {
  if (sequence < expected_) return;
  if (sequence > expected_) return keep(sequence, {position, 0, 0, length, cause, packet}, {});
  if (!length) return lose(cause, packet);
  const std::uint64_t known = delivered_ > position ? delivered_ - position : 0;
  if (known >= *length) return;
  const std::uint64_t missing = *length - known;
  delivered_ += missing;
  if (open_gap_) return lose(cause, packet, missing);
  next_sink_.on_gap(direction_, {offset_, missing, cause, packet});
  offset_ += missing;
}

void SequencedStream::end(std::uint64_t sequence, const PacketRef& packet) {
  if (sequence < expected_) return;
  if (sequence > expected_) {
    body_of(sequence).complete = true;
    return;
  }
  ++expected_;
  delivered_ = 0;
  hand_on_early(packet);
}

void SequencedStream::unnumbered(Bytes bytes, const PacketRef& packet) {
  hand_on(bytes, packet);
}

void SequencedStream::lose(GapCause cause, const PacketRef& packet, std::optional<std::uint64_t> at_most) {
  if (!open_gap_) {
    open_gap_ = {offset_, std::nullopt, cause, packet, at_most};
  } else if (open_gap_->at_most && at_most) {
    *open_gap_->at_most += *at_most;
  } else {
    open_gap_->at_most.reset();
  }
}

/// `packet`: the one with the first byte behind the gap, or that showed that none comes.
void SequencedStream::hand_on_gap(const PacketRef& packet) {
  std::optional<StreamGap> gap = std::exchange(open_gap_, std::nullopt);
  if (!gap) return;
  gap->noticed_at = packet;
  next_sink_.on_gap(direction_, *gap);
}

void SequencedStream::finish(const PacketRef& packet) {
  hand_on_gap(packet);
}

void SequencedStream::skip_to(std::uint64_t sequence, bool lost, const PacketRef& packet,
                              std::optional<std::uint64_t> at_most) {
  if (sequence <= expected_) return;
  if (lost || delivered_ > 0) lose(GapCause::not_captured, packet, at_most);
  while (!early_.empty() && early_.begin()->first < sequence) {
    expected_ = early_.begin()->first;
    delivered_ = 0;
    const Body body = std::move(early_.begin()->second);
    early_.erase(early_.begin());
    replay(body, packet);
  }
  expected_ = sequence;
  delivered_ = 0;
  hand_on_early(packet);
}

void SequencedStream::give_up(const PacketRef& packet) {
  if (!early_.empty()) skip_to(early_.begin()->first, true, packet);
}

SequencedStream::Body& SequencedStream::body_of(std::uint64_t sequence) {
  const auto [entry, added] = early_.try_emplace(sequence);
  if (added) charge(sizeof(Body));
  return entry->second;
}

void SequencedStream::keep(std::uint64_t sequence, const Piece& piece, Bytes bytes) {
  Body& body = body_of(sequence);
  body.pieces.push_back(piece);
  body.pieces.back().begin = body.bytes.size();
  body.bytes.insert(body.bytes.end(), bytes.begin(), bytes.end());
  charge(bytes.size() + sizeof(Piece));
}

void SequencedStream::hand_on(Bytes bytes, const PacketRef& packet) {
  hand_on_gap(packet);
  const std::uint64_t at = offset_;
  offset_ += bytes.size();
  next_sink_.on_data(direction_, {at, bytes, packet});
}

/// What waited for the expected number, and for those behind it.
void SequencedStream::hand_on_early(const PacketRef& packet) {
  while (!early_.empty() && early_.begin()->first == expected_) {
    const Body body = std::move(early_.begin()->second);
    early_.erase(early_.begin());
    replay(body, packet);
    if (!body.complete) return;
    ++expected_;
    delivered_ = 0;
  }
}

/// `packet` made it possible.
void SequencedStream::replay(const Body& body, const PacketRef& packet) {
  discharge(sizeof(Body) + body.bytes.size() + body.pieces.size() * sizeof(Piece));
  for (const Piece& piece : body.pieces) {
    const PacketRef& later = piece.packet.number < packet.number ? packet : piece.packet;
    if (piece.size == 0) {
      gap(expected_, piece.position, piece.missing, piece.cause, later);
    } else {
      data(expected_, piece.position, Bytes(body.bytes).subspan(piece.begin, piece.size), later);
    }
  }
}

void SequencedStream::charge(std::size_t bytes) {
  held_ += bytes;
  held_together_ += bytes;
}

void SequencedStream::discharge(std::size_t bytes) {
  held_ -= bytes;
  held_together_ -= bytes;
}

}  // namespace rtmpscope::carrier
