// What commands, data and control messages add to a history.
#pragma once

#include "analysis/history/history.hpp"

namespace rtmpscope::analysis {

/// A command or data message (type 15, 17, 18, 20).
void add_command(History& history, const Record& record);
/// A message of type 1 to 6.
void add_control(History& history, const Record& record);
/// The configuration that a sequence start of audio or video holds.
void add_configuration(History& history, const Record& record);

/// The stream with that id; made if there is none and there is room for it. Null: there is none.
[[nodiscard]] StreamHistory* stream_of(History& history, std::uint32_t id);
/// The track, likewise.
[[nodiscard]] TrackHistory* track_of(StreamHistory& stream, MediaType type, std::uint8_t track_id);

}  // namespace rtmpscope::analysis
