#include "pipeline/merger.hpp"

#include <queue>
#include <tuple>

namespace rtmpscope::pipeline {
namespace {

/// The next piece of one shard. Pieces of one frame that come from several shards (timeouts, the capture's end) are
/// ordered by connection number, so that the order does not depend on how hosts fall into shards.
struct Head {
  std::uint64_t frame;
  std::uint32_t number;
  std::uint32_t shard;
  std::size_t index;

  friend bool operator>(const Head& a, const Head& b) {
    return std::tie(a.frame, a.number, a.shard) > std::tie(b.frame, b.number, b.shard);
  }
};

}  // namespace

void Merger::add_capture(const sinks::Output& output, sinks::Buffer& to) {
  for (const sinks::Piece& piece : output.pieces) assembler_.add(output, piece, 0, to);
}

void Merger::add(const std::array<const sinks::Output*, shard_count>& outputs, sinks::Buffer& to) {
  std::priority_queue<Head, std::vector<Head>, std::greater<>> heads;
  const auto push = [&](std::uint32_t shard, std::size_t index) {
    const auto& pieces = outputs[shard]->pieces;
    if (index >= pieces.size()) return;
    const sinks::Piece& piece = pieces[index];
    const auto& numbers = numbers_[shard];
    const bool known = piece.connection != 0 && piece.connection <= numbers.size();
    heads.push({piece.frame, known ? numbers[piece.connection - 1] : 0, shard, index});
  };
  for (std::uint32_t shard = 0; shard < shard_count; ++shard) push(shard, 0);
  while (!heads.empty()) {
    const Head head = heads.top();
    heads.pop();
    const auto& pieces = outputs[head.shard]->pieces;
    std::size_t index = head.index;
    // Most frames have several pieces of the same shard: take them in one go.
    do {
      add_piece(head.shard, *outputs[head.shard], pieces[index], to);
      ++index;
    } while (index < pieces.size() && pieces[index].frame == head.frame &&
             pieces[index].connection == pieces[head.index].connection);
    push(head.shard, index);
  }
}

void Merger::add_piece(std::size_t shard, const sinks::Output& output, const sinks::Piece& piece,
                       sinks::Buffer& to) {
  std::uint32_t number = 0;
  if (piece.connection != 0) {
    auto& numbers = numbers_[shard];
    if ((piece.flags & sinks::Piece::opens_connection) != 0) {
      numbers.resize(piece.connection);
      numbers[piece.connection - 1] = next_number_++;
    }
    number = numbers[piece.connection - 1];
    if (only_connection_ && number != *only_connection_) return;
  }
  assembler_.add(output, piece, number, to);
}

}  // namespace rtmpscope::pipeline
