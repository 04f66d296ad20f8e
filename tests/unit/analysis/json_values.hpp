// Values for tests, written as JSON.
#pragma once

#include <deque>
#include <nlohmann/json.hpp>

#include "analysis/record/json.hpp"

namespace rtmpscope::analysis {

using Json = nlohmann::ordered_json;

inline OwnedValue owned(const Json& json) {
  ValueBuilder builder;
  static_cast<void>(read_json(json.dump(), builder));
  return builder.take();
}

/// Its bytes are there until the program ends.
inline Value kept(const Json& json) {
  static std::deque<OwnedValue> values;
  return values.emplace_back(owned(json));
}

}  // namespace rtmpscope::analysis
