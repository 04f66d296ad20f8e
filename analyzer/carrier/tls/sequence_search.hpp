// Finds the sequence number of a record of TLS 1.3, where the beginning of the session is not in the capture.
#pragma once

#include <optional>

#include "carrier/tls/record_cipher.hpp"

namespace rtmpscope::tls {

/// Sequence numbers that are tried may not be more than this for one secret and suite.
inline constexpr std::uint64_t most_sequence = std::uint64_t{1} << 20;

/// The sequence number from 0 on, below `end`, with which the record verifies. A block of keystream for each
/// number tells whether the content type, the record's last byte, can be one; only then the record is opened.
/// `record` has no padding: one that has is not found.
[[nodiscard]] std::optional<std::uint64_t> find_sequence(const Suite& suite, Bytes traffic_secret,
                                                         const Record& record, std::uint64_t end);

}  // namespace rtmpscope::tls
