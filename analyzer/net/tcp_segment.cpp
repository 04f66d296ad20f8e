#include "net/tcp_segment.hpp"

#include <algorithm>

#include "base/byte_order.hpp"

namespace rtmpscope::net {
namespace {

constexpr std::size_t fixed_header = 20;

/// Kinds of options (RFC 9293, section 3.1; RFC 7323; RFC 2018).
namespace kind {
constexpr std::uint8_t end_of_list = 0;
constexpr std::uint8_t no_operation = 1;
constexpr std::uint8_t mss = 2;
constexpr std::uint8_t window_scale = 3;
constexpr std::uint8_t sack_permitted = 4;
constexpr std::uint8_t timestamps = 8;
}  // namespace kind
constexpr std::size_t timestamps_length = 10;

Bytes options_of(const TcpSegment& segment) {
  if (segment.header_length <= fixed_header) return {};
  const std::size_t size = segment.header_length - fixed_header;
  return {segment.payload - size, size};
}

/// Calls `visit` with the kind and the whole option, until it answers false.
template <typename Visit>
void for_each_option(Bytes options, Visit&& visit) {
  while (!options.empty() && options[0] != kind::end_of_list) {
    if (options[0] == kind::no_operation) {
      options = options.subspan(1);
      continue;
    }
    if (options.size() < 2 || options[1] < 2 || options[1] > options.size()) return;
    if (!visit(options[0], options.first(options[1]))) return;
    options = options.subspan(options[1]);
  }
}

}  // namespace

std::optional<TcpSegment::Clocks> TcpSegment::timestamps() const {
  const Bytes options = options_of(*this);
  // As nearly everybody sends it (RFC 7323, appendix A).
  if (options.size() == 12 && load_be32(options.data()) == 0x0101080a) {
    return Clocks{load_be32(options.data() + 4), load_be32(options.data() + 8)};
  }
  std::optional<Clocks> found;
  for_each_option(options, [&](std::uint8_t what, Bytes option) {
    if (what != kind::timestamps || option.size() != timestamps_length) return true;
    found = {load_be32(option.data() + 2), load_be32(option.data() + 6)};
    return false;
  });
  return found;
}

IcmpFacts TcpSegment::icmp_error() const {
  IcmpFacts facts;
  facts.packet = packet;
  facts.v6 = payload_length == facts.reporter.bytes.size();
  facts.reporter.length = static_cast<std::uint8_t>(payload_length);
  std::copy_n(payload, payload_length, facts.reporter.bytes.begin());
  facts.type = static_cast<std::uint8_t>(window >> 8);
  facts.code = static_cast<std::uint8_t>(window);
  facts.mtu = acknowledgement;
  return facts;
}

SynOptions TcpSegment::syn_options() const {
  SynOptions found;
  if (header_length < fixed_header) return found;
  const std::size_t whole = (payload[-std::ptrdiff_t{header_length} + 12] >> 4) * std::size_t{4};
  if (header_length < whole) return found;
  found.seen = true;
  for_each_option(options_of(*this), [&](std::uint8_t what, Bytes option) {
    if (what == kind::mss && option.size() == 4) found.mss = load_be16(option.data() + 2);
    if (what == kind::window_scale && option.size() == 3) found.window_scale = option[2];
    if (what == kind::sack_permitted) found.sack = true;
    if (what == kind::timestamps) found.timestamps = true;
    return true;
  });
  return found;
}

}  // namespace rtmpscope::net
