#include "carrier/proxy_header.hpp"

#include <algorithm>
#include <string_view>

#include "base/byte_order.hpp"

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

/// 0: no header; nothing: too few bytes to tell.
using Length = std::optional<std::uint32_t>;

bool begins_alike(Bytes bytes, Bytes start) {
  const std::size_t common = std::min(bytes.size(), start.size());
  return std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(common), start.begin());
}

/// A line "PROXY TCP4 192.0.2.1 …" of at most 107 bytes.
Length version_1(Bytes bytes) {
  if (!begins_alike(bytes, as_bytes(version_1_start))) return 0;
  const std::string_view line = as_text(bytes.first(std::min(bytes.size(), ProxyHeaderFinder::longest_kept)));
  const std::size_t end = line.find('\n');
  if (end != std::string_view::npos) return line[end - 1] == '\r' ? static_cast<std::uint32_t>(end + 1) : 0;
  return line.size() == ProxyHeaderFinder::longest_kept ? Length(0) : std::nullopt;
}

/// Signature, version and command, address family, length of the addresses.
Length version_2(Bytes bytes) {
  if (!begins_alike(bytes, version_2_start)) return 0;
  if (bytes.size() < version_2_size) return std::nullopt;
  if ((bytes[12] & 0xF0) != 0x20) return 0;
  return static_cast<std::uint32_t>(version_2_size) + load_be16(bytes.data() + 14);
}

Length srs(Bytes bytes) {
  if (bytes.size() < srs_size) return std::nullopt;
  const std::uint32_t length = load_be16(bytes.data() + 1);
  return length < srs_least || length > srs_most ? 0 : static_cast<std::uint32_t>(srs_size) + length;
}

Length header_length(Bytes bytes) {
  switch (bytes[0]) {
    case 'P': return version_1(bytes);
    case 0x0D: return version_2(bytes);
    case srs_start: return srs(bytes);
    default: return 0;
  }
}

}  // namespace

std::optional<std::uint32_t> ProxyHeaderFinder::add(Bytes bytes) {
  const std::size_t before = kept_size_;
  const std::size_t count = std::min(bytes.size(), longest_kept - before);
  std::copy_n(bytes.begin(), count, kept_.begin() + static_cast<std::ptrdiff_t>(before));
  kept_size_ += count;
  const Length length = kept_size_ == 0 ? Length() : header_length(kept());
  if (length == 0U) {
    kept_size_ = before;  // the caller has the rest
    return length;
  }
  if (length && *length <= seen_ + bytes.size()) return length;
  seen_ += static_cast<std::uint32_t>(bytes.size());
  return std::nullopt;
}

}  // namespace rtmpscope::carrier
