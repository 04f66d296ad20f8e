// Rules that look at a stream once a second.
#pragma once

#include "analysis/media/stream_media.hpp"

namespace rtmpscope::analysis {

/// Where a second is.
struct SecondPlace {
  Moment begin, end;  ///< frames: of the last media message up to there
};

/// After StreamMedia::next().
void judge_second(StreamMedia& stream, const SecondPlace& second, const RuleBoard::Tell& tell);
/// Clocks and key frames, which want many seconds: once a minute, and at the end.
void judge_minute(StreamMedia& stream, const SecondPlace& second, const RuleBoard::Tell& tell);
/// What limited the sender, for the sample of the second that is over.
[[nodiscard]] LimitedBy limited_by(const StreamMedia& stream);

}  // namespace rtmpscope::analysis
