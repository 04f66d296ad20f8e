#include "delivery/address.hpp"

#include <fmt/format.h>
#include <sys/un.h>

#include <charconv>

namespace rtmpscope::delivery {
namespace {

constexpr std::string_view unix_prefix = "unix:", datagram_prefix = "unix-datagram:", tcp_prefix = "tcp:";

Expected<Address> unix_address(Kind kind, const std::string& text, std::string path) {
  if (path.empty() || path.size() >= sizeof sockaddr_un{}.sun_path)
    return tl::unexpected(Error{ErrorKind::usage, fmt::format("'{}' has no path that fits a socket", text)});
  return Address{kind, text, std::move(path), {}, 0};
}

Expected<Address> tcp_address(const std::string& text) {
  auto parsed = parse_host_and_port(text.substr(tcp_prefix.size()));
  if (!parsed) return tl::unexpected(Error{ErrorKind::usage, fmt::format("'{}' is not tcp:HOST:PORT", text)});
  return Address{Kind::tcp, text, {}, std::move(parsed->first), parsed->second};
}

}  // namespace

std::optional<std::pair<std::string, std::uint16_t>> parse_host_and_port(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + colon + 1, end, port);
  if (host.empty() || parsed.ec != std::errc() || parsed.ptr != end || port == 0) return std::nullopt;
  return std::pair(std::move(host), port);
}

Expected<Address> parse_address(const std::string& text) {
  if (text.empty() || text == "-") return Address{};
  if (text.starts_with(unix_prefix))
    return unix_address(Kind::unix_stream, text, text.substr(unix_prefix.size()));
  if (text.starts_with(datagram_prefix))
    return unix_address(Kind::unix_datagram, text, text.substr(datagram_prefix.size()));
  if (text.starts_with(tcp_prefix)) return tcp_address(text);
  return Address{Kind::file, text, text, {}, 0};
}

}  // namespace rtmpscope::delivery
