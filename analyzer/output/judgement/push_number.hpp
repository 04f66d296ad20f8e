// Numbers of the judge that may not be there.
#pragma once

#include <cstdint>
#include <optional>

#include "schema/field_sink.hpp"

namespace rtmpscope::output {

inline void push_number(FieldSink& sink, FieldId id, const std::optional<std::uint32_t>& value) {
  if (value) sink.number(id, {}, *value);
}

}  // namespace rtmpscope::output
