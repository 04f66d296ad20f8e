#include "analysis/verdict/status_text.hpp"

#include <fmt/format.h>

namespace rtmpscope::analysis {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string status_text(const CommandNote& status) {
  if (status.code.empty() && status.description.empty()) return "an error without a code";
  if (status.code.empty()) return quote(CapturedKind::text, status.description);
  const std::string code = quote(CapturedKind::code, status.code);
  if (status.description.empty() || status.description == status.code) return code;
  std::string_view description = status.description;
  while (description.ends_with('.') || description.ends_with(' ')) description.remove_suffix(1);
  return fmt::format("{}, \"{}\"", code, quote(CapturedKind::text, description));
}

std::string limit_of_client(const Case& from, Timestamp waited) {
  const SideLimits& client = from.software(Direction::to_server);
  if (!matches_limit(waited, client.command_s)) return {};
  return fmt::format(", as {} does after {} s", client.name, client.command_s);
}

}  // namespace rtmpscope::analysis
