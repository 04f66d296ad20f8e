// A cursor over bytes that cannot run past their end.
#pragma once

#include <algorithm>

#include "base/byte_order.hpp"
#include "base/bytes.hpp"

namespace rtmpscope {

/// Reads big-endian integers (the order of RTMP, AMF and FLV) from a view.
///
/// A read past the end returns zero (or an empty view), leaves the cursor at the end and sets `failed()`,
/// which stays set: a decoder reads a whole structure and asks once. `position()` counts from the view's
/// first byte.
class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : bytes_(bytes) {}

  [[nodiscard]] std::uint32_t position() const { return static_cast<std::uint32_t>(position_); }
  [[nodiscard]] std::size_t remaining() const { return bytes_.size() - position_; }
  [[nodiscard]] bool at_end() const { return position_ == bytes_.size(); }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] Bytes rest() const { return bytes_.subspan(position_); }

  /// The next byte without consuming it; zero at the end, which is no failure.
  [[nodiscard]] std::uint8_t peek() const { return at_end() ? std::uint8_t{0} : bytes_[position_]; }

  std::uint8_t u8() { return has(1) ? bytes_[position_++] : std::uint8_t{0}; }
  std::uint16_t u16() { return has(2) ? load_be16(advance(2)) : std::uint16_t{0}; }
  std::uint32_t u24() { return has(3) ? load_be24(advance(3)) : 0U; }
  std::uint32_t u32() { return has(4) ? load_be32(advance(4)) : 0U; }
  std::uint64_t u64() { return has(8) ? load_be64(advance(8)) : 0U; }
  double real() { return has(8) ? load_be_double(advance(8)) : 0.0; }

  /// `count` bytes; if fewer are left, those, and the reader has failed.
  Bytes take(std::size_t count) {
    const std::size_t available = std::min(count, remaining());
    failed_ = failed_ || available < count;
    const Bytes result = bytes_.subspan(position_, available);
    position_ += available;
    return result;
  }

 private:
  [[nodiscard]] bool has(std::size_t count) {
    if (remaining() >= count) return true;
    position_ = bytes_.size();
    failed_ = true;
    return false;
  }
  const std::uint8_t* advance(std::size_t count) {
    const std::uint8_t* p = bytes_.data() + position_;
    position_ += count;
    return p;
  }

  Bytes bytes_;
  std::size_t position_ = 0;
  bool failed_ = false;
};

}  // namespace rtmpscope
