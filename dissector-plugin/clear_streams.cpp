#include "clear_streams.hpp"

#include <algorithm>

namespace rtmpscope::plugin {

void ClearStreams::on_data(Direction direction, const StreamData& data) {
  std::vector<Piece>& pieces = pieces_[index_of(direction)];
  if (!pieces.empty() && pieces.back().frame == data.packet.number && pieces.back().end() == data.offset) {
    pieces.back().bytes.insert(pieces.back().bytes.end(), data.bytes.begin(), data.bytes.end());
  } else {
    pieces.push_back({data.offset, data.packet.number, {data.bytes.begin(), data.bytes.end()}});
  }
  next_.on_data(direction, data);
}

Bytes ClearStreams::find(Direction direction, std::uint64_t offset, std::size_t length) const {
  const std::vector<Piece>& pieces = pieces_[index_of(direction)];
  const auto behind = std::ranges::upper_bound(pieces, offset, {}, &Piece::offset);
  if (behind == pieces.begin()) return {};
  const Piece& piece = *std::prev(behind);
  if (offset >= piece.end()) return {};
  const Bytes bytes = Bytes(piece.bytes).subspan(offset - piece.offset);
  return bytes.first(std::min(bytes.size(), length));
}

}  // namespace rtmpscope::plugin
