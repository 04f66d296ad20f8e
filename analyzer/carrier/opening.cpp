#include "carrier/opening.hpp"

#include <algorithm>
#include <string_view>

#include "base/byte_order.hpp"

namespace rtmpscope::carrier {
namespace {

/// Whether `bytes` begins with `word` (yes), can still become it (open), or cannot (no).
enum class Match : std::uint8_t { no, open, yes };

Match match(Bytes bytes, std::string_view word) {
  const std::size_t common = std::min(bytes.size(), word.size());
  if (as_text(bytes.first(common)) != word.substr(0, common)) return Match::no;
  return common == word.size() ? Match::yes : Match::open;
}

Opening classify_text(Bytes bytes) {
  // With the first character of the target: RTSP and SIP have methods of the same names, but other targets.
  constexpr std::string_view beginnings[] = {"GET /",       "POST /",    "HEAD /",   "PUT /",   "GET http://",
                                             "POST http:/", "OPTIONS /", "DELETE /", "PATCH /", "HTTP/1."};
  Opening opening = Opening::other;
  for (const std::string_view beginning : beginnings) {
    const Match result = match(bytes, beginning);
    if (result == Match::yes) return Opening::http;
    if (result == Match::open) opening = Opening::open;
  }
  // "CONNECT host:port HTTP/1.1"
  const Match connect = match(bytes, "CONNECT ");
  if (connect == Match::yes) return Opening::http;
  return connect == Match::open ? Opening::open : opening;
}

Opening classify_tls(Bytes bytes) {
  constexpr std::uint32_t largest_record = (1U << 14) + 2048;  // of TLS 1.2; RFC 5246 6.2.3
  if (bytes.size() > 1 && bytes[1] != 3) return Opening::other;
  if (bytes.size() > 2 && bytes[2] > 4) return Opening::other;
  if (bytes.size() < 5) return Opening::open;
  const std::uint16_t length = load_be16(bytes.data() + 3);
  return length == 0 || length > largest_record ? Opening::other : Opening::tls;
}

/// TPKT with an X.224 or a Q.931 header inside, where C1 has its time and version. No peer has a version from
/// 208 on, or 2.x.x.x; X.224's disconnect request is left out because Flash Player has version 128.
bool is_tpkt(Bytes bytes) {
  if (bytes.size() < 7 || bytes[0] != 3 || bytes[1] != 0) return false;
  const std::uint32_t length = load_be16(bytes.data() + 2);
  const std::uint32_t header_length = bytes[4];  // X.224: of what follows it
  switch (bytes[5] & 0xF0) {
    case 0xE0:  // connection request and confirm, which are all header: X.224 13.3, 13.4
    case 0xD0: return length == header_length + 5;
    case 0xF0: return length > 7 && header_length == 2 && (bytes[6] & 0x7F) == 0;  // data
    default: return length > 7 && header_length == 8 && bytes[5] == 2;  // Q.931, call reference of 2 bytes
  }
}

}  // namespace

Opening classify_opening(Bytes first_bytes) {
  const Bytes bytes = first_bytes.first(std::min(first_bytes.size(), opening_size));
  switch (bytes[0]) {
    case 3:
    case 6:
    case 8:
    case 9: return is_tpkt(bytes) ? Opening::other : Opening::handshake;
    case 0x14:
    case 0x15:
    case 0x16:
    case 0x17: return classify_tls(bytes);
    default: break;
  }
  if (bytes[0] <= highest_version) return Opening::odd_version;
  return is_promising(bytes[0]) ? classify_text(bytes) : Opening::other;
}

bool is_plain_text(Bytes first_bytes) {
  return std::ranges::all_of(
      first_bytes.first(std::min(first_bytes.size(), opening_size)), [](std::uint8_t byte) {
        return (byte >= 0x20 && byte < 0x7F) || byte == '\r' || byte == '\n' || byte == '\t';
      });
}

bool is_varied(Bytes block) {
  constexpr std::ptrdiff_t least_values = 16;
  std::array<bool, 256> seen{};
  for (const std::uint8_t byte : block.subspan(8)) seen[byte] = true;
  return std::ranges::count(seen, true) >= least_values;
}

bool has_http(Bytes bytes) {
  const std::string_view text = as_text(bytes);
  return text.find(" HTTP/1.") != std::string_view::npos ||
         text.find("HTTP/1.1 ") != std::string_view::npos || text.find("HTTP/1.0 ") != std::string_view::npos;
}

}  // namespace rtmpscope::carrier
