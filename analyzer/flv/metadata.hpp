// What a recorder corrects in the metadata of a stream.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace rtmpscope::flv {

/// Where the eight bytes of "duration" lie in the body of a script tag, if that is onMetaData and gives a
/// duration as an AMF0 number.
[[nodiscard]] std::optional<std::uint32_t> find_duration(Bytes body);

}  // namespace rtmpscope::flv
