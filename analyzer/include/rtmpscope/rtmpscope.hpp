// librtmpscope: everything. See analyzer.hpp (captures and interfaces), stream_analyzer.hpp (your own bytes)
// and recording.hpp (random access).
#pragma once

#include "rtmpscope/analyzer.hpp"         // IWYU pragma: export
#include "rtmpscope/events.hpp"           // IWYU pragma: export
#include "rtmpscope/observer.hpp"         // IWYU pragma: export
#include "rtmpscope/recording.hpp"        // IWYU pragma: export
#include "rtmpscope/result.hpp"           // IWYU pragma: export
#include "rtmpscope/stream_analyzer.hpp"  // IWYU pragma: export
#include "rtmpscope/version.hpp"          // IWYU pragma: export

/// Names have their version, rtmpscope::v1::Analyzer; this header makes them rtmpscope::Analyzer, too.
namespace rtmpscope {
using namespace v1;
}
