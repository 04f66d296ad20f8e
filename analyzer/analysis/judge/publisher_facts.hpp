// A published stream, as the profiles of platforms look at it.
#pragma once

#include "analysis/history/history.hpp"
#include "analysis/media/sample.hpp"
#include "analysis/platform/publisher_figures.hpp"

namespace rtmpscope::analysis {

/// What the history says of a stream: its tracks and their configurations. What was measured is added by
/// whoever has measured it.
[[nodiscard]] PublisherFigures publisher_of(const History& history, const StreamHistory& stream);

/// What was measured of the stream.
void add_figures(const StreamFigures& measured, PublisherFigures& to);

/// How the bytes came.
[[nodiscard]] PublisherTransport transport_of(const History& history);

}  // namespace rtmpscope::analysis
