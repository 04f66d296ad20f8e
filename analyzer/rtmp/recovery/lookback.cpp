#include "rtmp/recovery/lookback.hpp"

namespace rtmpscope::rtmp {

void Lookback::add(const StreamData& data, std::uint64_t from) {
  StreamData rest = data;
  if (from >= data.offset) {
    bytes_.clear();
    pieces_.clear();
    const std::uint64_t passed = std::min<std::uint64_t>(from - data.offset, data.bytes.size());
    rest = {data.offset + passed, data.bytes.subspan(static_cast<std::size_t>(passed)), data.packet};
    begin_ = rest.offset;
  } else if (bytes_.empty() || end() != data.offset) {
    if (!bytes_.empty()) forget();
    return;
  }
  const std::size_t size = bytes_.size() + rest.bytes.size();
  const bool scarce = memory_ != nullptr && memory_->scarce();
  if (size > (scarce ? kept_limit_if_scarce : kept_limit_if_plentiful)) return forget();
  if (rest.bytes.empty()) return;
  pieces_.push_back({bytes_.size(), rest.packet});
  bytes_.insert(bytes_.end(), rest.bytes.begin(), rest.bytes.end());
  if (bytes_.capacity() > counted_ + uncounted_bytes || counted_ > bytes_.capacity()) [[unlikely]]
    count();
}

void Lookback::forget() {
  std::vector<std::uint8_t>().swap(bytes_);  // gives the memory back
  std::vector<Piece>().swap(pieces_);
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
  const Bytes before = Bytes(bytes_).subspan(static_cast<std::size_t>(offset - begin_));
  const Bytes rest = last.bytes.first(size - before.size());
  copy.assign(before.begin(), before.end());
  copy.insert(copy.end(), rest.begin(), rest.end());
  return copy;
}

void Lookback::count() {
  const std::size_t capacity = bytes_.capacity();
  const std::size_t now = capacity > uncounted_bytes ? capacity - uncounted_bytes : 0;
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
    const std::size_t end = i + 1 < pieces_.size() ? pieces_[i + 1].index : bytes_.size();
    kept.append(StreamData{begin_ + first, Bytes(bytes_).subspan(first, end - first), pieces_[i].packet});
  }
}

}  // namespace rtmpscope::rtmp
