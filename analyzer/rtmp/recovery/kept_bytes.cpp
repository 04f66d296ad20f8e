#include "rtmp/recovery/kept_bytes.hpp"

#include <algorithm>

namespace rtmpscope::rtmp {

void KeptBytes::reserve(std::size_t more_bytes) {
  const std::size_t needed = bytes_.size() + more_bytes;
  if (needed <= bytes_.capacity()) return;
  // A large packet is followed by others: room for them avoids a second copy. Unused room costs address space
  // only.
  constexpr std::size_t large = std::size_t{16} << 10;
  bytes_.reserve(needed < large ? std::max(needed, 2 * bytes_.size()) : 4 * needed);
}

/// Most windows need no more than this.
void KeptBytes::reserve_pieces() {
  constexpr std::size_t usual_pieces = 8;
  if (pieces_.capacity() == 0) pieces_.reserve(usual_pieces);
}

void KeptBytes::add(const StreamData& data) {
  const std::size_t index = bytes_.size();
  bytes_.append(data.bytes);
  if (last_run_.length > 0 && !pieces_.back().gap) {
    last_run_.length += data.bytes.size();
  } else {
    if (last_run_.length > 0) earlier_runs_.push_back(last_run_);
    last_run_ = {data.offset, data.bytes.size(), index};
  }
  if (!pieces_.empty() && !pieces_.back().gap && pieces_.back().packet.number == data.packet.number) {
    pieces_.back().length += data.bytes.size();
  } else {
    reserve_pieces();
    pieces_.push_back(
        {.offset = data.offset, .length = data.bytes.size(), .index = index, .packet = data.packet});
  }
  end_ = data.offset + data.bytes.size();
}

void KeptBytes::add(const StreamGap& gap) {
  reserve_pieces();
  pieces_.push_back({.offset = gap.offset,
                     .length = gap.length.value_or(0),
                     .index = bytes_.size(),
                     .packet = gap.noticed_at,
                     .cause = gap.cause,
                     .gap = true,
                     .endless = !gap.length});
  end_ = gap.offset + gap.length.value_or(0);
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
  return run != nullptr && run->offset == offset && !pieces_.empty() && pieces_.front().offset < offset;
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
  return run->index + static_cast<std::size_t>(std::min(offset - run->offset, run->length));
}

void KeptBytes::drop_before(std::uint64_t offset) {
  const auto first = std::find_if(pieces_.begin(), pieces_.end(),
                                  [&](const Piece& piece) { return piece.offset + piece.length > offset; });
  if (first == pieces_.begin()) return;
  const std::size_t dropped = first == pieces_.end() ? bytes_.size() : first->index;
  const std::uint64_t begin = first == pieces_.end() ? end_ : first->offset;
  bytes_.erase_front(dropped);
  pieces_.erase(pieces_.begin(), first);
  for (Piece& piece : pieces_) piece.index -= dropped;
  std::erase_if(earlier_runs_, [&](const Run& run) { return run.offset + run.length <= begin; });
  if (last_run_.offset + last_run_.length <= begin) last_run_ = {};
  const auto cut_begin = [&](Run& run) {
    const std::uint64_t cut = begin > run.offset ? begin - run.offset : 0;
    run.offset += cut;
    run.length -= cut;
    run.index = run.index + static_cast<std::size_t>(cut) - dropped;
  };
  std::ranges::for_each(earlier_runs_, cut_begin);
  if (last_run_.length > 0) cut_begin(last_run_);
}

PacketRef KeptBytes::packet_at(std::uint64_t offset) const {
  const auto after =
      std::upper_bound(pieces_.begin(), pieces_.end(), offset,
                       [](std::uint64_t value, const Piece& piece) { return value < piece.offset; });
  return after == pieces_.begin() ? PacketRef{} : (after - 1)->packet;
}

}  // namespace rtmpscope::rtmp
