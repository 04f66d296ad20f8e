#include "app/time_bound.hpp"

#include <chrono>
#include <cmath>
#include <regex>

namespace rtmpscope::app {
namespace {

constexpr double nanoseconds_per_second = 1e9;
constexpr double most_seconds = 1e9;  // thirty years, far below the range of Timestamp

}  // namespace

std::optional<output::TimeBound> parse_time_bound(const std::string& text) {
  std::smatch part;
  static const std::regex relative(R"(\+(\d{1,10}(\.\d{1,9})?))");
  if (std::regex_match(text, part, relative)) {
    const double seconds = std::stod(part[1]);
    if (seconds > most_seconds) return std::nullopt;
    return output::TimeBound{static_cast<Timestamp>(std::llround(seconds * nanoseconds_per_second)), true};
  }
  static const std::regex absolute(
      R"((\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|([+-])(\d\d):(\d\d))?)");
  if (!std::regex_match(text, part, absolute)) return std::nullopt;
  using namespace std::chrono;
  const year_month_day date{year(std::stoi(part[1])), month(static_cast<unsigned>(std::stoi(part[2]))),
                            day(static_cast<unsigned>(std::stoi(part[3])))};
  if (!date.ok()) return std::nullopt;
  sys_time<nanoseconds> time =
      sys_days(date) + hours(std::stoi(part[4])) + minutes(std::stoi(part[5])) + seconds(std::stoi(part[6]));
  if (part[7].matched) {
    time += nanoseconds(std::llround(std::stod("0" + part[7].str()) * nanoseconds_per_second));
  }
  if (part[9].matched) {
    const auto offset = hours(std::stoi(part[10])) + minutes(std::stoi(part[11]));
    time = part[9] == "+" ? time - offset : time + offset;
  }
  return output::TimeBound{time.time_since_epoch().count(), false};
}

}  // namespace rtmpscope::app
