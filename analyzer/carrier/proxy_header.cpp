#include "carrier/proxy_header.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <string>

#include "base/byte_order.hpp"
#include "base/text.hpp"

namespace rtmpscope::carrier {
namespace {

constexpr std::string_view version_1_start = "PROXY ";
constexpr std::array<std::uint8_t, 12> version_2_start = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D,
                                                          0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};
constexpr std::size_t version_2_size = 16;
constexpr std::uint8_t srs_start = 0xF3;
constexpr std::size_t srs_size = 3;
constexpr std::uint32_t srs_least = 4;    // the client's IPv4 address
constexpr std::uint32_t srs_most = 1024;  // F3 may begin anything: more is not believed

/// 0: no header; nothing: too few bytes to decide.
using Length = std::optional<std::uint32_t>;

bool begins_alike(Bytes bytes, Bytes start) {
  const std::size_t common = std::min(bytes.size(), start.size());
  return std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(common), start.begin());
}

/// A line "PROXY TCP4 192.0.2.1 …" of at most 107 bytes.
Length version_1_length(Bytes bytes) {
  if (!begins_alike(bytes, as_bytes(version_1_start))) return 0;
  const std::string_view line = as_text(bytes);
  const std::size_t end = line.find('\n');
  if (end != std::string_view::npos) return line[end - 1] == '\r' ? static_cast<std::uint32_t>(end + 1) : 0;
  return line.size() == ProxyHeaderLayer::longest_kept ? Length(0) : std::nullopt;
}

/// Signature, version and command, address family, length of the addresses.
Length version_2_length(Bytes bytes) {
  if (!begins_alike(bytes, version_2_start)) return 0;
  if (bytes.size() < version_2_size) return std::nullopt;
  if ((bytes[12] & 0xF0) != 0x20) return 0;
  return static_cast<std::uint32_t>(version_2_size) + load_be16(bytes.data() + 14);
}

Length srs_length(Bytes bytes) {
  if (bytes.size() < srs_size) return std::nullopt;
  const std::uint32_t length = load_be16(bytes.data() + 1);
  return length < srs_least || length > srs_most ? 0 : static_cast<std::uint32_t>(srs_size) + length;
}

Length header_length(Bytes bytes) {
  switch (bytes[0]) {
    case 'P': return version_1_length(bytes);
    case 0x0D: return version_2_length(bytes);
    case srs_start: return srs_length(bytes);
    default: return 0;
  }
}

Endpoint endpoint_of(Bytes address, std::uint16_t port) {
  Endpoint endpoint;
  std::ranges::copy(address, endpoint.address.bytes.begin());
  endpoint.address.length = static_cast<std::uint8_t>(address.size());
  endpoint.port = port;
  return endpoint;
}

/// The text before the next blank or line end, which is taken off `line`.
std::string_view next_word(std::string_view& line) {
  const std::size_t end = std::min(line.find_first_of(" \r"), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

/// "PROXY TCP4 client server client-port server-port"
std::optional<Endpoint> version_1_client(Bytes header) {
  std::string_view line = as_text(header).substr(version_1_start.size());
  const std::string_view family = next_word(line);
  if (family != "TCP4" && family != "TCP6") return std::nullopt;
  const bool is_v6 = family == "TCP6";
  const std::string address(next_word(line));
  next_word(line);
  const auto port = whole_number<std::uint16_t>(next_word(line));
  std::array<std::uint8_t, 16> bytes{};
  if (!port || inet_pton(is_v6 ? AF_INET6 : AF_INET, address.c_str(), bytes.data()) != 1) return std::nullopt;
  return endpoint_of(Bytes(bytes).first(is_v6 ? 16 : 4), *port);
}

/// Both addresses, then both ports. The command LOCAL speaks of the proxy's own connection.
std::optional<Endpoint> version_2_client(Bytes header) {
  constexpr unsigned proxy_command = 1, family_v4 = 1, family_v6 = 2;
  const unsigned family = header[13] >> 4;
  if ((header[12] & 0x0F) != proxy_command || (family != family_v4 && family != family_v6))
    return std::nullopt;
  const std::size_t size = family == family_v4 ? 4 : 16;
  if (header.size() < version_2_size + 2 * size + 4) return std::nullopt;
  return endpoint_of(header.subspan(version_2_size, size),
                     load_be16(header.data() + version_2_size + 2 * size));
}

/// `header`: as much of it as was kept, from its first byte.
std::optional<Endpoint> client_of(Bytes header) {
  switch (header[0]) {
    case 'P': return version_1_client(header);
    case 0x0D: return version_2_client(header);
    default:
      if (header.size() < srs_size + srs_least) return std::nullopt;
      return endpoint_of(header.subspan(srs_size, srs_least), 0);
  }
}

}  // namespace

void ProxyHeaderLayer::on_data(Direction direction, const StreamData& data) {
  if (is_inside(direction)) return establish(data);
  next().on_data(direction, {inner_offset(direction, data.offset), data.bytes, data.packet});
}

void ProxyHeaderLayer::on_gap(Direction direction, const StreamGap& gap) {
  if (is_inside(direction)) return establish(gap);
  StreamGap inner = gap;
  inner.offset = inner_offset(direction, gap.offset);
  next().on_gap(direction, inner);
}

void ProxyHeaderLayer::on_end(Direction direction, const StreamEnd& end) {
  next().on_end(direction, {inner_offset(direction, end.offset), end.cause, end.packet});
}

void ProxyHeaderLayer::establish(const StreamData& data) {
  const std::size_t kept_before = kept_size_;
  if (kept_size_ == taken_) {  // no gap so far
    const std::size_t count = std::min(data.bytes.size(), longest_kept - kept_size_);
    std::copy_n(data.bytes.begin(), count, kept_.begin() + static_cast<std::ptrdiff_t>(kept_size_));
    kept_size_ += count;
  }
  if (length_ == 0) {
    const Length length = header_length(Bytes(kept_).first(kept_size_));
    if (length == 0U) {
      state_ = LayerState::absent;
      const Bytes held = Bytes(kept_).first(kept_before);
      if (!held.empty()) next().on_data(Direction::to_server, {0, held, data.packet});
      next().on_data(Direction::to_server, data);
      return;
    }
    length_ = length.value_or(0);
  }
  const std::size_t left = length_ - taken_;
  if (length_ == 0 || data.bytes.size() < left) {
    taken_ += static_cast<std::uint32_t>(data.bytes.size());
    return;
  }
  open();
  if (data.bytes.size() > left)
    next().on_data(Direction::to_server, {0, data.bytes.subspan(left), data.packet});
}

void ProxyHeaderLayer::establish(const StreamGap& gap) {
  if (length_ == 0 || !gap.length) {
    state_ = LayerState::absent;
    length_ = 0;
    StreamGap from_begin = gap;
    from_begin.offset = 0;
    if (gap.length) *from_begin.length += taken_;
    next().on_gap(Direction::to_server, from_begin);
    return;
  }
  const std::uint32_t left = length_ - taken_;
  if (*gap.length < left) {
    taken_ += static_cast<std::uint32_t>(*gap.length);
    return;
  }
  open();
  if (*gap.length > left)
    next().on_gap(Direction::to_server, {0, *gap.length - left, gap.cause, gap.noticed_at});
}

void ProxyHeaderLayer::open() {
  state_ = LayerState::open;
  client_ = client_of(Bytes(kept_).first(std::min<std::size_t>(kept_size_, length_)));
}

std::uint64_t ProxyHeaderLayer::outer_offset(Direction direction, std::uint64_t inner) const {
  if (direction == Direction::to_client) return inner;
  return inner + (state_ == LayerState::establishing ? taken_ : length_);
}

std::uint64_t ProxyHeaderLayer::inner_offset(Direction direction, std::uint64_t outer) const {
  if (direction == Direction::to_client) return outer;
  const std::uint64_t header = state_ == LayerState::establishing ? taken_ : length_;
  return outer > header ? outer - header : 0;
}

void ProxyHeaderLayer::add_to(LayerContext& context) const {
  if (state_ != LayerState::open) return;
  const ProxyProtocol protocol = kept_[0] == 'P'    ? ProxyProtocol::version_1
                                 : kept_[0] == 0x0D ? ProxyProtocol::version_2
                                                    : ProxyProtocol::srs;
  context.proxy_headers.push_back({protocol, length_, client_});
}

}  // namespace rtmpscope::carrier
