#include "carrier/http_tunnel/inflater.hpp"

#include <zlib.h>

#include <array>

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

bool Inflater::add(Bytes compressed, const std::function<void(Bytes)>& take) {
  constexpr std::uint64_t always_allowed = 64 << 10;
  if (failed_) return false;
  if (compressed.empty() || ended_) return true;
  if (!state_ && !begin(compressed)) {
    failed_ = true;
    return false;
  }
  taken_ += compressed.size();
  z_stream& stream = state_->stream;
  stream.next_in = const_cast<Bytef*>(compressed.data());  // zlib does not write there
  stream.avail_in = static_cast<uInt>(compressed.size());
  std::array<std::uint8_t, 16 << 10> room;
  while (!ended_) {
    stream.next_out = room.data();
    stream.avail_out = static_cast<uInt>(room.size());
    const int result = inflate(&stream, Z_NO_FLUSH);
    const std::size_t size = room.size() - stream.avail_out;
    expanded_ += size;
    const bool is_bomb = expanded_ > always_allowed + most_expanded * taken_;
    // What comes out in front of an error is content, however the data is cut.
    if (size > 0 && !is_bomb) take(Bytes(room).first(size));
    failed_ = is_bomb || (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR);
    if (failed_) return false;
    ended_ = result == Z_STREAM_END;
    if (stream.avail_out != 0) break;
  }
  return true;
}

}  // namespace rtmpscope::carrier
