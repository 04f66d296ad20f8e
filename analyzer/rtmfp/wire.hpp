// The elements that RTMFP's chunks are made of (RFC 7016, section 2.1).
#pragma once

#include <optional>

#include "base/byte_reader.hpp"
#include "base/endpoint.hpp"

namespace rtmpscope::rtmfp {

/// A variable length number (2.1.2). Nothing if it is cut, or has more than 64 bits.
[[nodiscard]] std::optional<std::uint64_t> read_vlu(ByteReader& reader);

/// Bytes behind their length, which is a variable length number. Nothing if they are cut.
[[nodiscard]] std::optional<Bytes> take_counted(ByteReader& reader);

/// 2.1.3
struct Option {
  std::uint64_t type = 0;
  Bytes value;
};

/// An option list, up to the marker that ends it or to the reader's end.
class OptionReader {
 public:
  /// `reader` is where the list begins, and behind it once `next` has answered nothing.
  explicit OptionReader(ByteReader& reader) : reader_(reader) {}

  [[nodiscard]] std::optional<Option> next();
  /// An option was cut, or did not hold its type.
  [[nodiscard]] bool malformed() const { return malformed_; }

 private:
  ByteReader& reader_;
  bool malformed_ = false;
};

/// The value of the first option of that type in `list`.
[[nodiscard]] std::optional<Bytes> find_option(Bytes list, std::uint64_t type);

/// Where an address comes from (2.1.5). Numbers as in values.def, rtmfp_address_origin.
enum class AddressOrigin : std::uint8_t { unknown, local, observed, relay };
struct Address {
  Endpoint endpoint;
  AddressOrigin origin{};
};
/// Nothing if it is cut.
[[nodiscard]] std::optional<Address> read_address(ByteReader& reader);

}  // namespace rtmpscope::rtmfp
