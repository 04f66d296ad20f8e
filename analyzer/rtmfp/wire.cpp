#include "rtmfp/wire.hpp"

#include <algorithm>

namespace rtmpscope::rtmfp {

std::optional<std::uint64_t> read_vlu(ByteReader& reader) {
  std::uint64_t value = 0;
  while (!reader.at_end()) {
    const std::uint8_t byte = reader.u8();
    if (value >> 57 != 0) return std::nullopt;
    value = value << 7 | (byte & 0x7FU);
    if ((byte & 0x80) == 0) return value;
  }
  return std::nullopt;
}

std::optional<Bytes> take_counted(ByteReader& reader) {
  const auto length = read_vlu(reader);
  if (!length || *length > reader.remaining()) return std::nullopt;
  return reader.take(static_cast<std::size_t>(*length));
}

std::optional<Option> OptionReader::next() {
  if (reader_.at_end() || malformed_) return std::nullopt;
  const auto option = take_counted(reader_);
  malformed_ = !option;
  if (!option || option->empty()) return std::nullopt;  // an empty one is the marker
  ByteReader inner(*option);
  const auto type = read_vlu(inner);
  malformed_ = !type;
  if (!type) return std::nullopt;
  return Option{*type, inner.rest()};
}

std::optional<Bytes> find_option(Bytes list, std::uint64_t type) {
  ByteReader reader(list);
  OptionReader options(reader);
  while (const auto option = options.next()) {
    if (option->type == type) return option->value;
  }
  return std::nullopt;
}

std::optional<Address> read_address(ByteReader& reader) {
  constexpr std::uint8_t is_ipv6 = 0x80;
  constexpr std::uint8_t origin = 0x03;
  const std::uint8_t flags = reader.u8();
  Address address;
  address.origin = static_cast<AddressOrigin>(flags & origin);
  IpAddress& ip = address.endpoint.address;
  ip.length = (flags & is_ipv6) != 0 ? 16 : 4;
  std::ranges::copy(reader.take(ip.length), ip.bytes.begin());
  address.endpoint.port = reader.u16();
  if (reader.failed()) return std::nullopt;
  return address;
}

}  // namespace rtmpscope::rtmfp
