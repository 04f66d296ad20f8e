#include "output/time_text.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstring>

#include "output/digits.hpp"

namespace rtmpscope::output {
namespace {

constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;
constexpr std::int64_t seconds_per_day = 86'400;

std::int64_t floor_divide(std::int64_t value, std::int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

/// "2026-11-22T20:13:05." for a second of the years 0 to 9999.
TimeWriter::Second second_text(std::int64_t second) {
  const std::int64_t day = floor_divide(second, seconds_per_day);
  const std::int64_t in_day = second - day * seconds_per_day;
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  TimeWriter::Second text{};
  char* p = text.data();
  const auto put = [&p](std::int64_t number, char behind) {
    p = write_two_digits(p, static_cast<std::uint32_t>(number));
    *p++ = behind;
  };
  const auto year = static_cast<int>(date.year());
  p = write_two_digits(p, static_cast<std::uint32_t>(year / 100));
  put(year % 100, '-');
  put(static_cast<unsigned>(date.month()), '-');
  put(static_cast<unsigned>(date.day()), 'T');
  put(in_day / 3600, ':');
  put(in_day / 60 % 60, ':');
  put(in_day % 60, '.');
  return text;
}

}  // namespace

char* TimeWriter::write(char* p, Timestamp time) {
  const std::int64_t second = floor_divide(time, nanoseconds_per_second);
  if (second != second_) {
    second_ = second;
    text_ = second_text(second);
  }
  std::memcpy(p, text_.data(), text_.size());
  write_nine_digits(p + text_.size(), static_cast<std::uint32_t>(time - second * nanoseconds_per_second));
  p[time_length - 1] = 'Z';
  return p + time_length;
}

std::string time_text(Timestamp time) {
  std::string text(time_length, '\0');
  TimeWriter().write(text.data(), time);
  return text;
}

std::string date_text(double milliseconds) {
  constexpr double year_0 = -62'167'219'200'000.0;
  constexpr double year_10000 = 253'402'300'800'000.0;
  if (!(milliseconds >= year_0 && milliseconds < year_10000)) return {};
  const auto whole = static_cast<std::int64_t>(std::floor(milliseconds));
  const std::int64_t second = floor_divide(whole, 1000);
  const TimeWriter::Second text = second_text(second);
  return fmt::format("{}{:03}Z", std::string_view(text.data(), text.size()), whole - second * 1000);
}

}  // namespace rtmpscope::output
