// What those who run a judge hand to the judging assembler behind the merger.
#pragma once

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
  Timestamp time;
  explicit TimeAttachment(Timestamp t) : time(t) {}
};

/// The capture ends: all verdicts are due.
struct EndAttachment final : Attachment {
  PacketRef packet;
  explicit EndAttachment(PacketRef last) : packet(last) {}
};

/// Appends a span without bytes that carries it.
inline void attach_to(Output& to, std::shared_ptr<Attachment> attachment, std::uint32_t connection) {
  const auto at = static_cast<std::uint32_t>(to.bytes.size());
  to.spans.push_back({.connection = connection,
                      .begin = at,
                      .number_at = at,
                      .end = at,
                      .flags = OutputSpan::attached,
                      .attachment = static_cast<std::uint32_t>(to.attachments.size())});
  to.attachments.push_back(std::move(attachment));
}

}  // namespace rtmpscope::output
