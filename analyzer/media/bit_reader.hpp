// Bits, most significant first, as MPEG and AOM bitstreams have them.
#pragma once

#include "base/bytes.hpp"

namespace rtmpscope::media {

enum class Escaping : std::uint8_t {
  none,
  emulation_prevention,  ///< 00 00 03 stands for 00 00 (ITU-T H.264 7.4.1.1, H.265 7.4.2.1)
};

/// A cursor over bits that cannot run past the end: such a read gives zeros and sets failed(), which stays
/// set.
class BitReader {
 public:
  explicit BitReader(Bytes bytes, Escaping escaping = Escaping::none) : bytes_(bytes), escaping_(escaping) {}

  [[nodiscard]] bool failed() const { return failed_; }
  /// Bits from the beginning, escape bytes included: divided by 8, the byte that the next bit lies in.
  [[nodiscard]] std::uint64_t position() const { return std::uint64_t{byte_} * 8 + bit_; }
  [[nodiscard]] std::uint64_t bits_left() const {
    return byte_ >= bytes_.size() ? 0 : (bytes_.size() - byte_) * 8 - bit_;
  }

  bool flag() {
    if (bit_ == 0) skip_escape();
    if (byte_ >= bytes_.size()) {
      failed_ = true;
      return false;
    }
    const bool value = (bytes_[byte_] >> (7 - bit_) & 1) != 0;
    if (++bit_ == 8) {
      bit_ = 0;
      zeros_ = bytes_[byte_] == 0 ? zeros_ + 1 : 0;
      ++byte_;
    }
    return value;
  }
  /// Up to 32 bits.
  std::uint32_t bits(unsigned count) {
    std::uint32_t value = 0;
    while (count-- > 0) value = value << 1 | static_cast<std::uint32_t>(flag());
    return value;
  }
  void skip(std::uint64_t count) {
    for (; count >= 8 && bit_ == 0 && !failed_; count -= 8) skip_byte();
    while (count-- > 0 && !failed_) flag();
  }
  void align() {
    while (bit_ != 0) flag();
  }
  /// Unsigned Exp-Golomb code (ITU-T H.264 9.1); a code of more than 32 bits has failed.
  std::uint32_t ue() {
    unsigned zeros = 0;
    while (!flag()) {
      if (failed_ || ++zeros > 31) {
        failed_ = true;
        return 0;
      }
    }
    return static_cast<std::uint32_t>((std::uint64_t{1} << zeros) - 1 + bits(zeros));
  }
  /// Signed Exp-Golomb code (ITU-T H.264 9.1.1).
  std::int64_t se() {
    const std::int64_t code = ue();
    return code % 2 != 0 ? (code + 1) / 2 : -(code / 2);
  }

 private:
  /// At the beginning of one.
  void skip_byte() {
    skip_escape();
    if (byte_ >= bytes_.size()) {
      failed_ = true;
      return;
    }
    zeros_ = bytes_[byte_] == 0 ? zeros_ + 1 : 0;
    ++byte_;
  }
  void skip_escape() {
    if (escaping_ == Escaping::emulation_prevention && zeros_ >= 2 && byte_ < bytes_.size() &&
        bytes_[byte_] == 3) {
      ++byte_;
      zeros_ = 0;
    }
  }

  Bytes bytes_;
  std::size_t byte_ = 0;
  unsigned bit_ = 0;
  unsigned zeros_ = 0;  ///< zero bytes just before the current one
  Escaping escaping_;
  bool failed_ = false;
};

}  // namespace rtmpscope::media
