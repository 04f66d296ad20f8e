#include "carrier/http_tunnel/inflater.hpp"

#include <zlib.h>

#include <utility>

namespace rtmpscope::carrier {

struct Inflater::State {
  z_stream stream{};
};

void Inflater::StateDeleter::operator()(State* state) const {
  inflateEnd(&state->stream);
  delete state;
}

/// "deflate" is zlib's format, but some send it without zlib's header.
bool Inflater::begin(Bytes compressed) {
  constexpr int any_header = 15 + 32, no_header = -15;
  const bool has_header = compressed[0] == 0x1F || (compressed[0] & 0x0F) == 8;
  state_.reset(new State);
  return inflateInit2(&state_->stream, has_header ? any_header : no_header) == Z_OK;
}

/// Byte by byte: so what comes out, up to the place where a body is given up, does not depend on how it is
/// cut.
bool Inflater::add(Bytes compressed, const std::function<void(Bytes)>& take) {
  if (failed_) return false;
  if (compressed.empty() || ended_) return true;
  failed_ = !state_ && !begin(compressed);
  Room room;
  for (std::size_t at = 0; at < compressed.size() && !ended_ && !failed_; ++at)
    add_byte(compressed[at], room, take);
  if (room.filled > 0) take(Bytes(room.bytes).first(room.filled));
  return !failed_;
}

void Inflater::add_byte(std::uint8_t byte, Room& room, const std::function<void(Bytes)>& take) {
  constexpr std::uint64_t always_allowed = 64 << 10;
  ++taken_;
  z_stream& stream = state_->stream;
  stream.next_in = &byte;
  stream.avail_in = 1;
  do {
    if (room.filled == room.bytes.size()) take(Bytes(room.bytes).first(std::exchange(room.filled, 0)));
    stream.next_out = room.bytes.data() + room.filled;
    stream.avail_out = static_cast<uInt>(room.bytes.size() - room.filled);
    const int result = inflate(&stream, Z_NO_FLUSH);
    const std::size_t size = room.bytes.size() - room.filled - stream.avail_out;
    expanded_ += size;
    const bool is_bomb = expanded_ > always_allowed + most_expanded * taken_;
    if (!is_bomb) room.filled += size;  // what comes out in front of an error is content
    failed_ = is_bomb || (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR);
    ended_ = result == Z_STREAM_END;
  } while (stream.avail_out == 0 && !ended_ && !failed_);
}

}  // namespace rtmpscope::carrier
