#include "analysis/verdict/session_times.hpp"

#include <array>
#include <string>

#include "analysis/verdict/closer.hpp"
#include "base/text.hpp"

namespace rtmpscope::analysis {
namespace {

struct Parameter {
  std::string_view key;
  int base;
};

/// Years 2001 to 2286: other numbers are no such times.
constexpr std::uint64_t earliest = 1'000'000'000;
constexpr std::uint64_t latest = 9'223'372'036;  // what a Timestamp can say

std::optional<Timestamp> expiry_in(std::string_view text) {
  constexpr std::array<Parameter, 5> parameters{
      {{"expire", 10}, {"expires", 10}, {"txTime", 16}, {"wsTime", 16}, {"auth_key", 10}}};
  const std::size_t query = text.find('?');
  if (query == std::string_view::npos) return std::nullopt;
  text.remove_prefix(query + 1);
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find_first_of("&?"));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    for (const Parameter& parameter : parameters) {
      if (pair.substr(0, equals) != parameter.key) continue;
      const std::string_view value = pair.substr(equals + 1);
      const auto seconds = whole_number<std::uint64_t>(value.substr(0, value.find('-')), parameter.base);
      if (seconds && *seconds >= earliest && *seconds <= latest)
        return static_cast<Timestamp>(*seconds) * nanoseconds_per_second;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Timestamp> key_expiry(const History& history) {
  for (auto stream = history.streams.rbegin(); stream != history.streams.rend(); ++stream) {
    if (stream->use != StreamUse::publish) continue;
    if (const auto expiry = expiry_in(stream->name)) return expiry;
  }
  return expiry_in(history.app);
}

}  // namespace rtmpscope::analysis
