#include "rtmp/recovery/lookback.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace rtmpscope::rtmp {

void Lookback::add(const StreamData& data, std::uint64_t from) {
  Bytes rest = data.bytes;
  if (from >= data.offset) {
    const std::uint64_t passed = std::min<std::uint64_t>(from - data.offset, rest.size());
    rest = rest.subspan(static_cast<std::size_t>(passed));
    begin_ = data.offset + passed;
    size_ = 0;
    pieces_.clear();
  } else if (size_ == 0 || end() != data.offset) {
    if (size_ != 0) forget();
    return;
  }
  if (rest.empty()) return;
  const std::size_t size = size_ + rest.size();
  if (size > kept_limit_if_scarce && is_too_much(size)) [[unlikely]]
    return forget();
  if (size > capacity_) [[unlikely]]
    grow(size);
  std::memcpy(bytes_.get() + size_, rest.data(), rest.size());
  pieces_.push_back({size_, data.packet});
  size_ = size;
}

bool Lookback::is_too_much(std::size_t size) const {
  return size > kept_limit_if_plentiful || (memory_ != nullptr && memory_->scarce());
}

void Lookback::grow(std::size_t size) {
  capacity_ = std::max(size, 2 * capacity_);
  auto bytes = std::make_unique_for_overwrite<std::uint8_t[]>(capacity_);
  if (size_ != 0) std::memcpy(bytes.get(), bytes_.get(), size_);
  bytes_ = std::move(bytes);
  count();
}

void Lookback::forget() {
  bytes_.reset();
  std::vector<Piece>().swap(pieces_);  // gives the memory back
  size_ = capacity_ = 0;
  count();
}

void Lookback::remember(const KeptBytes& kept, std::uint64_t from) {
  forget();
  for (const KeptBytes::Piece& piece : kept.pieces()) {
    if (piece.gap) {
      forget();
    } else {
      add({piece.offset, kept.bytes_of(piece), piece.packet}, from);
    }
  }
}

Bytes Lookback::body(std::uint64_t offset, std::size_t size, const StreamData& last,
                     std::vector<std::uint8_t>& copy) const {
  if (offset >= last.offset) return last.bytes.subspan(static_cast<std::size_t>(offset - last.offset), size);
  if (!holds(offset) || end() != last.offset) return {};
  const Bytes before = held().subspan(static_cast<std::size_t>(offset - begin_));
  const Bytes rest = last.bytes.first(size - before.size());
  copy.assign(before.begin(), before.end());
  copy.insert(copy.end(), rest.begin(), rest.end());
  return copy;
}

void Lookback::count() {
  const std::size_t now = capacity_ > uncounted_bytes ? capacity_ - uncounted_bytes : 0;
  if (memory_ != nullptr) {
    memory_->add(now);
    memory_->remove(counted_);
  }
  counted_ = now;
}

bool Lookback::append_from(std::uint64_t offset, const StreamData& taken, KeptBytes& kept) const {
  if (offset >= taken.offset) {
    const std::uint64_t passed = std::min<std::uint64_t>(offset - taken.offset, taken.bytes.size());
    if (passed == taken.bytes.size()) return false;
    kept.append(StreamData{offset, taken.bytes.subspan(static_cast<std::size_t>(passed)), taken.packet});
    return true;
  }
  if (!holds(offset) || end() != taken.offset) return false;
  append_to(kept);
  if (!taken.bytes.empty()) kept.append(taken);
  return true;
}

void Lookback::append_to(KeptBytes& kept) const {
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    const std::size_t first = pieces_[i].index;
    const std::size_t end = i + 1 < pieces_.size() ? pieces_[i + 1].index : size_;
    kept.append(StreamData{begin_ + first, held().subspan(first, end - first), pieces_[i].packet});
  }
}

}  // namespace rtmpscope::rtmp
