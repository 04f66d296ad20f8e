#include "rtmp/recovery/kept_bytes.hpp"

#include <algorithm>

namespace rtmpscope::rtmp {

void KeptBytes::reserve(std::size_t more_bytes) {
  const std::size_t needed = bytes_.size() + more_bytes;
  if (needed <= bytes_.capacity()) return;
  // A large packet is followed by others: room for them avoids a second copy. Unused room costs address space
  // only.
  constexpr std::size_t large = std::size_t{16} << 10;
  bytes_.reserve(needed < large ? std::max({needed, 2 * bytes_.size(), usual_bytes}) : 4 * needed);
}

void KeptBytes::count_as(std::size_t bytes) {
  if (memory_ != nullptr) {
    memory_->add(bytes - uncounted_bytes);
    memory_->remove(counted_ - uncounted_bytes);
  }
  counted_ = bytes;
}

void KeptBytes::append(const StreamData& data) {
  const Piece piece{
      .offset = data.offset, .length = data.bytes.size(), .index = bytes_.size(), .packet = data.packet};
  reserve(data.bytes.size());
  bytes_.insert(bytes_.end(), data.bytes.begin(), data.bytes.end());
  if (bytes_.size() > counted_) count_as(bytes_.size() + bytes_.size() / 4);
  add(piece);
}

void KeptBytes::append(const StreamGap& gap) {
  add({.offset = gap.offset,
       .length = *gap.length,
       .index = bytes_.size(),
       .packet = gap.noticed_at,
       .cause = gap.cause,
       .gap = true});
}

void KeptBytes::add(const Piece& piece) {
  const bool goes_on = !pieces_.empty() && !piece.gap && !pieces_.back().gap &&
                       pieces_.back().packet.number == piece.packet.number;
  if (goes_on) {
    pieces_.back().length += piece.length;
    return;
  }
  constexpr std::size_t usual_pieces = 8;  // most searches need no more
  if (pieces_.capacity() == 0) pieces_.reserve(usual_pieces);
  pieces_.push_back(piece);
}

/// Index of the piece that `offset` lies in, or of the first one behind it.
std::size_t KeptBytes::piece_at(std::uint64_t offset) const {
  const auto first = pieces_.begin() + static_cast<std::ptrdiff_t>(first_);
  const auto found =
      std::partition_point(first, pieces_.end(), [&](const Piece& piece) { return piece.end() <= offset; });
  return static_cast<std::size_t>(found - pieces_.begin());
}

KeptBytes::Piece KeptBytes::next() const {
  Piece piece = pieces_[piece_at(end_)];
  const std::uint64_t before = end_ - piece.offset;
  piece.offset += before;
  piece.length -= before;
  if (!piece.gap) piece.index += static_cast<std::size_t>(before);
  return piece;
}

void KeptBytes::begin_window(std::uint64_t offset) {
  end_ = offset;
  first_ = piece_at(offset);
  if (first_ < pieces_.size()) pieces_[first_] = next();
  earlier_runs_.clear();
  last_run_ = {};
  compact();
}

void KeptBytes::grow_window(std::uint64_t count) {
  if (const Piece piece = next(); !piece.gap) {
    if (last_run_.length == 0 || last_run_.offset + last_run_.length != end_) {
      if (last_run_.length > 0) earlier_runs_.push_back(last_run_);
      last_run_ = {end_, 0, piece.index};
    }
    last_run_.length += count;
  }
  end_ += count;
}

/// Frees what is forgotten, if not more than that has to be moved for it: each byte is moved once on average.
void KeptBytes::compact() {
  const std::size_t forgotten = begin_index();
  if (forgotten < bytes_.size() - forgotten) return;
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(forgotten));
  if (counted_ > std::max(uncounted_bytes, 2 * bytes_.size()))
    count_as(std::max(uncounted_bytes, bytes_.size()));
  pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(first_));
  first_ = 0;
  for (Piece& piece : pieces_) piece.index -= forgotten;
  for (Run& run : earlier_runs_) run.index -= forgotten;
  if (last_run_.length > 0) last_run_.index -= forgotten;
}

std::span<const KeptBytes::Piece> KeptBytes::pieces() const {
  const auto first = pieces_.begin() + static_cast<std::ptrdiff_t>(first_);
  return {first, std::partition_point(first, pieces_.end(),
                                      [&](const Piece& piece) { return piece.offset < end_; })};
}

const KeptBytes::Run* KeptBytes::earlier_run_at(std::uint64_t offset) const {
  const auto after = std::upper_bound(earlier_runs_.begin(), earlier_runs_.end(), offset,
                                      [](std::uint64_t value, const Run& run) { return value < run.offset; });
  if (after == earlier_runs_.begin()) return nullptr;
  const Run& run = *(after - 1);
  return is_in(run, offset) ? &run : nullptr;
}

std::uint64_t KeptBytes::run_begin(std::uint64_t offset) const {
  const Run* run = run_at(offset);
  return run == nullptr ? offset : run->offset;
}

bool KeptBytes::gap_ends_at(std::uint64_t offset) const {
  const Run* run = run_at(offset);
  return run != nullptr && run->offset == offset && pieces_[first_].offset < offset;
}

bool KeptBytes::run_ends_at(std::uint64_t offset) const {
  if (offset == 0) return false;
  const Run* run = run_at(offset - 1);
  return run != nullptr && run->offset + run->length == offset;
}

std::uint64_t KeptBytes::next_known(std::uint64_t offset) const {
  const auto found = std::partition_point(earlier_runs_.begin(), earlier_runs_.end(),
                                          [&](const Run& run) { return run.offset + run.length <= offset; });
  const Run& run = found == earlier_runs_.end() ? last_run_ : *found;
  return run.offset + run.length <= offset ? end_ : std::max(offset, run.offset);
}

Bytes KeptBytes::longest_run() const {
  const auto longest = std::ranges::max_element(earlier_runs_, {}, &Run::length);
  const bool earlier = longest != earlier_runs_.end() && longest->length >= last_run_.length;
  return bytes_of(earlier ? *longest : last_run_);
}

std::size_t KeptBytes::bytes_before(std::uint64_t offset) const {
  const Run* run = &last_run_;
  if (last_run_.length == 0 || last_run_.offset >= offset) {
    const auto after = std::partition_point(earlier_runs_.begin(), earlier_runs_.end(),
                                            [&](const Run& each) { return each.offset < offset; });
    if (after == earlier_runs_.begin()) return 0;
    run = &*(after - 1);
  }
  return run->index - begin_index() + static_cast<std::size_t>(std::min(offset - run->offset, run->length));
}

void KeptBytes::drop_before(std::uint64_t offset) {
  first_ = piece_at(offset);
  const std::uint64_t begin = first_ < pieces_.size() ? pieces_[first_].offset : end_;
  std::erase_if(earlier_runs_, [&](const Run& run) { return run.offset + run.length <= begin; });
  if (last_run_.offset + last_run_.length <= begin) last_run_ = {};
  const auto cut_begin = [&](Run& run) {
    const std::uint64_t cut = begin > run.offset ? begin - run.offset : 0;
    run.offset += cut;
    run.length -= cut;
    run.index += static_cast<std::size_t>(cut);
  };
  std::ranges::for_each(earlier_runs_, cut_begin);
  if (last_run_.length > 0) cut_begin(last_run_);
  compact();
}

PacketRef KeptBytes::packet_at(std::uint64_t offset) const {
  const std::span<const Piece> all = pieces();
  const auto after = std::ranges::upper_bound(all, offset, {}, &Piece::offset);
  return after == all.begin() ? PacketRef{} : (after - 1)->packet;
}

}  // namespace rtmpscope::rtmp
