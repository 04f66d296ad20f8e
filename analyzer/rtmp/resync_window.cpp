#include "rtmp/resync_window.hpp"

#include <algorithm>

namespace rtmpscope::rtmp {
namespace {

constexpr std::size_t usual_bytes = 3 << 10;

}  // namespace

void ResyncWindow::reserve(std::size_t more_bytes) {
  const std::size_t needed = bytes_.size() + more_bytes;
  if (needed <= bytes_.capacity()) return;
  // Behind a large packet there are others: its copy is not made twice. What is not used costs address space only.
  constexpr std::size_t large = std::size_t{16} << 10;
  bytes_.reserve(needed < large ? std::max({usual_bytes, needed, 2 * bytes_.size()}) : 4 * needed);
}

/// Most windows need no more than this.
void ResyncWindow::reserve_pieces() {
  constexpr std::size_t usual_pieces = 8;
  if (pieces_.capacity() == 0) pieces_.reserve(usual_pieces);
  if (runs_.capacity() == 0) runs_.reserve(usual_pieces / 2);
}

void ResyncWindow::add(const StreamData& data) {
  reserve_pieces();
  const std::size_t index = bytes_.size();
  bytes_.insert(bytes_.end(), data.bytes.begin(), data.bytes.end());
  if (!runs_.empty() && !pieces_.back().gap) {
    runs_.back().length += data.bytes.size();
  } else {
    runs_.push_back({data.offset, data.bytes.size(), index});
  }
  if (!pieces_.empty() && !pieces_.back().gap && pieces_.back().packet.number == data.packet.number) {
    pieces_.back().length += data.bytes.size();
  } else {
    pieces_.push_back({.offset = data.offset, .length = data.bytes.size(), .index = index, .packet = data.packet});
  }
  end_ = data.offset + data.bytes.size();
}

void ResyncWindow::add(const StreamGap& gap) {
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

const ResyncWindow::Run* ResyncWindow::run_at(std::uint64_t offset) const {
  // Most windows have one run, and most questions are about the last one.
  auto after = runs_.end();
  if (!runs_.empty() && offset < runs_.back().offset) {
    after = std::upper_bound(runs_.begin(), runs_.end(), offset,
                             [](std::uint64_t value, const Run& run) { return value < run.offset; });
  }
  if (after == runs_.begin()) return nullptr;
  const Run& run = *(after - 1);
  return offset - run.offset < run.length ? &run : nullptr;
}

Bytes ResyncWindow::at(std::uint64_t offset) const {
  const Run* run = run_at(offset);
  if (run == nullptr) return {};
  const std::uint64_t skip = offset - run->offset;
  return Bytes(bytes_).subspan(run->index + static_cast<std::size_t>(skip),
                               static_cast<std::size_t>(run->length - skip));
}

std::uint64_t ResyncWindow::run_begin(std::uint64_t offset) const {
  const Run* run = run_at(offset);
  return run == nullptr ? offset : run->offset;
}

bool ResyncWindow::hole_ends_at(std::uint64_t offset) const {
  const Run* run = run_at(offset);
  return run != nullptr && run->offset == offset && !pieces_.empty() && pieces_.front().offset < offset;
}

bool ResyncWindow::run_ends_at(std::uint64_t offset) const {
  if (offset == 0) return false;
  const Run* run = run_at(offset - 1);
  return run != nullptr && run->offset + run->length == offset;
}

std::uint64_t ResyncWindow::next_known(std::uint64_t offset) const {
  const auto found = std::partition_point(runs_.begin(), runs_.end(),
                                          [&](const Run& run) { return run.offset + run.length <= offset; });
  if (found == runs_.end()) return end_;
  return std::max(offset, found->offset);
}

Bytes ResyncWindow::longest_run() const {
  const auto longest = std::ranges::max_element(runs_, {}, &Run::length);
  if (longest == runs_.end()) return {};
  return Bytes(bytes_).subspan(longest->index, static_cast<std::size_t>(longest->length));
}

std::size_t ResyncWindow::bytes_before(std::uint64_t offset) const {
  const auto after = std::partition_point(runs_.begin(), runs_.end(),
                                          [&](const Run& run) { return run.offset < offset; });
  if (after == runs_.begin()) return 0;
  const Run& run = *(after - 1);
  return run.index + static_cast<std::size_t>(std::min(offset - run.offset, run.length));
}

void ResyncWindow::drop_before(std::uint64_t offset) {
  const auto first = std::find_if(pieces_.begin(), pieces_.end(),
                                  [&](const Piece& piece) { return piece.offset + piece.length > offset; });
  if (first == pieces_.begin()) return;
  const std::size_t dropped = first == pieces_.end() ? bytes_.size() : first->index;
  const std::uint64_t begin = first == pieces_.end() ? end_ : first->offset;
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(dropped));
  pieces_.erase(pieces_.begin(), first);
  for (Piece& piece : pieces_) piece.index -= dropped;
  std::erase_if(runs_, [&](const Run& run) { return run.offset + run.length <= begin; });
  for (Run& run : runs_) {
    const std::uint64_t cut = begin > run.offset ? begin - run.offset : 0;
    run.offset += cut;
    run.length -= cut;
    run.index = run.index + static_cast<std::size_t>(cut) - dropped;
  }
}

PacketRef ResyncWindow::packet_at(std::uint64_t offset) const {
  const auto after = std::upper_bound(pieces_.begin(), pieces_.end(), offset,
                                      [](std::uint64_t value, const Piece& piece) { return value < piece.offset; });
  return after == pieces_.begin() ? PacketRef{} : (after - 1)->packet;
}

}  // namespace rtmpscope::rtmp
