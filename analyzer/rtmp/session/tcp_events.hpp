// What events about TCP have in common.
#pragma once

#include "base/spaced_values.hpp"
#include "schema/field_sink.hpp"

namespace rtmpscope::rtmp {

/// Ids of the fields of a round trip, of an event.
struct RoundTripFields {
  FieldId object, least, median, most;
};
/// Pushes an object with milliseconds; nothing if there are no values. `microseconds` are the values.
void describe_round_trip(const RoundTripFields& id, const SpacedValues& microseconds, FieldSink& sink);

}  // namespace rtmpscope::rtmp
