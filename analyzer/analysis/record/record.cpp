#include "analysis/record/record.hpp"

#include <charconv>

namespace rtmpscope::analysis {
namespace {

constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;

/// Days from 1970-01-01 to a day of the proleptic Gregorian calendar.
constexpr std::int64_t days_from_civil(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}
static_assert(days_from_civil(1970, 1, 1) == 0 && days_from_civil(2000, 3, 1) == 11017);

std::optional<std::int64_t> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

std::optional<Timestamp> read_time(std::string_view text) {
  constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd.dddddddddZ";
  if (text.size() != form.size()) return std::nullopt;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] != 'd' && text[i] != form[i]) return std::nullopt;
  }
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2);
  const auto minute = digits(text, 14, 2);
  const auto second = digits(text, 17, 2);
  const auto fraction = digits(text, 20, 9);
  if (!year || !month || !day || !hour || !minute || !second || !fraction) return std::nullopt;
  if (*month < 1 || *month > 12 || *day < 1 || *day > 31) return std::nullopt;
  const std::int64_t seconds =
      ((days_from_civil(*year, *month, *day) * 24 + *hour) * 60 + *minute) * 60 + *second;
  return seconds * nanoseconds_per_second + *fraction;
}

Value member(Value from, std::string_view path) {
  while (true) {
    const std::size_t dot = path.find('.');
    from = from.member(path.substr(0, dot));
    if (!from || dot == std::string_view::npos) return from;
    path.remove_prefix(dot + 1);
  }
}

std::optional<double> number_at(Value from, std::string_view path) {
  return member(from, path).number();
}

std::optional<std::uint64_t> unsigned_at(Value from, std::string_view path) {
  return member(from, path).whole();
}

std::string_view text_at(Value from, std::string_view path) {
  return member(from, path).text();
}

bool flag_at(Value from, std::string_view path) {
  return member(from, path).flag();
}

std::optional<Timestamp> time_at(Value from, std::string_view path) {
  return read_time(text_at(from, path));
}

}  // namespace rtmpscope::analysis
