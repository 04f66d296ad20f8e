#include "output/time_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "output/digits.hpp"

namespace rtmpscope::output {
namespace {

constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;

/// Rounds towards the past.
std::int64_t whole_seconds(std::int64_t milliseconds) {
  return milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0);
}

}  // namespace

char* TimeWriter::write(char* p, Timestamp time) {
  const std::int64_t second = second_of(time);
  if (second != second_) {
    second_ = second;
    text_ = second_text(second);
  }
  std::memcpy(p, text_.data(), text_.size());
  write_nine_digits(p + text_.size(), static_cast<std::uint32_t>(time - second * nanoseconds_per_second));
  p[time_length - 1] = 'Z';
  return p + time_length;
}

std::string date_text(double milliseconds) {
  constexpr double year_0 = -62'167'219'200'000.0;
  constexpr double year_10000 = 253'402'300'800'000.0;
  if (!(milliseconds >= year_0 && milliseconds < year_10000)) return {};
  const auto whole = static_cast<std::int64_t>(std::floor(milliseconds));
  const std::int64_t second = whole_seconds(whole);
  const SecondText text = second_text(second);
  return fmt::format("{}{:03}Z", std::string_view(text.data(), text.size()), whole - second * 1000);
}

}  // namespace rtmpscope::output
