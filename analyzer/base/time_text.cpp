#include "base/time_text.hpp"

#include <chrono>

namespace rtmpscope {
namespace {

constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;
constexpr std::int64_t seconds_per_day = 86'400;

std::int64_t floor_divide(std::int64_t value, std::int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

char* write_two_digits(char* p, std::int64_t value) {
  p[0] = static_cast<char>('0' + value / 10);
  p[1] = static_cast<char>('0' + value % 10);
  return p + 2;
}

}  // namespace

SecondText second_text(std::int64_t second) {
  const std::int64_t day = floor_divide(second, seconds_per_day);
  const std::int64_t in_day = second - day * seconds_per_day;
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  SecondText text{};
  char* p = text.data();
  const auto put = [&p](std::int64_t number, char behind) {
    p = write_two_digits(p, number);
    *p++ = behind;
  };
  const auto year = static_cast<int>(date.year());
  p = write_two_digits(p, year / 100);
  put(year % 100, '-');
  put(static_cast<unsigned>(date.month()), '-');
  put(static_cast<unsigned>(date.day()), 'T');
  put(in_day / 3600, ':');
  put(in_day / 60 % 60, ':');
  put(in_day % 60, '.');
  return text;
}

std::int64_t second_of(Timestamp time) {
  return floor_divide(time, nanoseconds_per_second);
}

std::string time_text(Timestamp time) {
  const std::int64_t second = second_of(time);
  const SecondText text = second_text(second);
  std::string out(text.data(), text.size());
  std::int64_t rest = time % nanoseconds_per_second;
  if (rest < 0) rest += nanoseconds_per_second;
  std::array<char, 9> digits{};
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    *digit = static_cast<char>('0' + rest % 10);
    rest /= 10;
  }
  out.append(digits.data(), digits.size());
  out.push_back('Z');
  return out;
}

}  // namespace rtmpscope
