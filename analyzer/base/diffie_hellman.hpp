// Diffie-Hellman in the MODP groups that RTMPE and RTMFP use.
#pragma once

#include <vector>

#include "base/bytes.hpp"

namespace rtmpscope {

/// Numbers as in RFC 7425, section 4.2: 2 (1024 bits, RFC 2409, section 6.2), 14 (2048 bits) and 16 (4096
/// bits, RFC 3526, sections 3 and 5). All have the generator 2.
[[nodiscard]] bool is_dh_group(std::uint64_t group);

/// Whether the number is a member of the group: between 2 and the prime minus 2, and a square modulo the
/// prime. False: the group is not known.
[[nodiscard]] bool is_dh_member(std::uint64_t group, Bytes number);

/// A big-endian number in as few bytes as it needs; empty for zero.
[[nodiscard]] Bytes without_leading_zeros(Bytes number);

/// The public key of `private_key`, big-endian, without leading zeros. Empty: the group is not known.
[[nodiscard]] std::vector<std::uint8_t> dh_public_key(std::uint64_t group, Bytes private_key);

/// The secret that the owner of `private_key` and that of `public_key` share, big-endian, without leading
/// zeros. Empty: the group is not known, or the public key is not between 2 and the prime minus 2. Takes
/// milliseconds in the largest group.
[[nodiscard]] std::vector<std::uint8_t> dh_secret(std::uint64_t group, Bytes private_key, Bytes public_key);

}  // namespace rtmpscope
