#include "rtmp/recovery/chunk_end.hpp"

namespace rtmpscope::rtmp {
namespace {

/// A message that ends where a gap begins, or where the stream ends. Any other place says less.
constexpr int at_end_bits = 6;

}  // namespace

int ChunkEnd::weigh(std::uint64_t offset) {
  reader_.begin({.offset = offset, .state_holds = true, .last = true});
  TrialReader::Stream& own = reader_.stream(id_);
  own.left = left_;
  own.certain = true;
  if (left_ == 0 && reader_.ends_at_gap(offset)) return at_end_bits;
  TrialHeader header;
  switch (reader_.read(offset, header)) {
    case HeaderRead::header: return header.bits;
    case HeaderRead::in_gap: return offset < reader_.window().end() ? 0 : -1;
    case HeaderRead::need_more:
    case HeaderRead::not_header: break;
  }
  return -1;
}

}  // namespace rtmpscope::rtmp
