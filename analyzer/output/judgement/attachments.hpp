// What the judging observers of the shards hand to the judging assembler behind the merger.
#pragma once

#include <optional>

#include "analysis/judge/report.hpp"
#include "output/output.hpp"
#include "rtmp/session/events.hpp"

namespace rtmpscope::output {

/// A connection has ended.
struct ReportAttachment final : Attachment {
  std::shared_ptr<analysis::ConnectionReport> report;
  rtmp::ConnectionInfo about;
  PacketRef packet;  ///< of connection_close
};

/// A publisher was let in.
struct PublishAttachment final : Attachment {
  analysis::PublishMark mark;
};

/// Capture time has come so far.
struct TimeAttachment final : Attachment {
  Timestamp time = 0;
};

/// The capture ends: all verdicts are due.
struct EndAttachment final : Attachment {
  PacketRef packet;
};

}  // namespace rtmpscope::output
