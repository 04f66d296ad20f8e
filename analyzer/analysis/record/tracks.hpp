// The tracks of an audio or video message, from its members in the timeline.
#pragma once

#include <functional>

#include "analysis/record/record.hpp"

namespace rtmpscope::analysis {

/// Whether an event is an audio or video message.
[[nodiscard]] bool is_media_message(const Record& message);

/// Calls `take` for each track of an audio or video message, once for a message with one track.
void for_each_track(const Record& message, const std::function<void(const MediaRecord&)>& take);

}  // namespace rtmpscope::analysis
