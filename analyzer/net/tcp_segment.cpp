#include "net/tcp_segment.hpp"

#include "base/byte_order.hpp"

namespace rtmpscope::net {

std::optional<std::uint32_t> TcpSegment::sender_clock() const {
  constexpr std::size_t fixed_header = 20;
  constexpr std::uint8_t end_of_list = 0;
  constexpr std::uint8_t no_operation = 1;
  constexpr std::uint8_t timestamps = 8;
  constexpr std::size_t timestamps_length = 10;
  if (header_length <= fixed_header) return std::nullopt;
  Bytes options(payload - (header_length - fixed_header), header_length - fixed_header);
  while (!options.empty() && options[0] != end_of_list) {
    if (options[0] == no_operation) {
      options = options.subspan(1);
      continue;
    }
    if (options.size() < 2 || options[1] < 2 || options[1] > options.size()) return std::nullopt;
    if (options[0] == timestamps && options[1] == timestamps_length) return load_be32(options.data() + 2);
    options = options.subspan(options[1]);
  }
  return std::nullopt;
}

}  // namespace rtmpscope::net
