#include "carrier/http_tunnel/tunnel_request.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"

namespace rtmpscope::carrier {
namespace {

std::string_view path_of(std::string_view target) {
  const std::size_t scheme = target.find("://");
  if (target.starts_with('/') || scheme == std::string_view::npos) return target;
  const std::size_t path = target.find('/', scheme + 3);
  return path == std::string_view::npos ? std::string_view() : target.substr(path);
}

/// "<id>/<number>"; nine digits are more than a year of requests without a pause.
bool read_place(std::string_view text, TunnelRequest& request) {
  constexpr std::size_t most_digits = 9;
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  request.session = text.substr(0, slash);
  std::string_view digits = text.substr(slash + 1);
  digits = digits.substr(0, digits.find('?'));
  const auto sequence = whole_number<std::uint32_t>(digits);
  request.sequence = sequence.value_or(0);
  return is_session_id(request.session) && digits.size() <= most_digits && sequence;
}

}  // namespace

std::optional<TunnelRequest> read_tunnel_target(std::string_view target) {
  constexpr std::array<std::pair<std::string_view, TunnelCommand>, 3> in_session{
      {{"/send/", TunnelCommand::send}, {"/idle/", TunnelCommand::idle}, {"/close/", TunnelCommand::close}}};
  const std::string_view path = path_of(target);
  if (path == "/fcs/ident2" || path == "/fcs/ident")
    return TunnelRequest{.command = TunnelCommand::ident, .session = {}};
  if (path == "/open/1" || path == "/open/1/")
    return TunnelRequest{.command = TunnelCommand::open, .session = {}};
  for (const auto& [start, command] : in_session) {
    if (!path.starts_with(start)) continue;
    TunnelRequest request{.command = command, .session = {}};
    if (read_place(path.substr(start.size()), request)) return request;
  }
  return std::nullopt;
}

bool is_session_id(std::string_view text) {
  return !text.empty() && text.size() <= longest_session_id &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F && c != '/' && c != '<'; });
}

}  // namespace rtmpscope::carrier
