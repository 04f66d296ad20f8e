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
  const std::string rest = text.substr(tcp_prefix.size());
  const std::size_t colon = rest.rfind(':');
  Address address{Kind::tcp, text, {}, rest.substr(0, colon), 0};
  const std::string port = colon == std::string::npos ? "" : rest.substr(colon + 1);
  const auto parsed = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (address.host.starts_with('[') && address.host.ends_with(']'))
    address.host = address.host.substr(1, address.host.size() - 2);
  if (address.host.empty() || parsed.ec != std::errc() || parsed.ptr != port.data() + port.size() ||
      address.port == 0)
    return tl::unexpected(Error{ErrorKind::usage, fmt::format("'{}' is not tcp:HOST:PORT", text)});
  return address;
}

}  // namespace

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
