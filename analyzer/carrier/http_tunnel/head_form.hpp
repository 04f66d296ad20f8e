// How long the heads of one direction are.
#pragma once

#include <optional>

#include "carrier/http/http_head.hpp"

namespace rtmpscope::carrier {

/// A program writes all of its heads alike: they differ in the target and in the number that is the body's
/// length. So the size of a head that is missing follows from those two.
class HeadForm {
 public:
  /// Heads in a row that must have been alike.
  static constexpr unsigned least_alike = 2;

  void add(const HttpHead& head);

  /// The size of a head without its target and the digits of its body's length; nothing if the last heads
  /// were not alike.
  [[nodiscard]] std::optional<std::size_t> fixed_size() const {
    return alike_ >= least_alike ? std::optional(fixed_size_) : std::nullopt;
  }

 private:
  std::size_t fixed_size_ = 0;
  unsigned alike_ = 0;
};

/// The length of a body that together with the digits of that length takes `bytes`; nothing if no length
/// does.
[[nodiscard]] std::optional<std::uint64_t> body_with_digits(std::uint64_t bytes);

/// Digits of a number in decimal.
[[nodiscard]] std::size_t digits_of(std::uint64_t number);

}  // namespace rtmpscope::carrier
