// The JSON document: what stands around the events, and what it says about each connection.
#pragma once

#include <string_view>

#include "output/buffer.hpp"
#include "rtmp/session/summary.hpp"
#include "schema/field_sink.hpp"

namespace rtmpscope::output {

/// Version of the output contract; grows when a script that relied on it may break.
inline constexpr unsigned document_version = 1;

/// {"format":"rtmpscope-timeline","version":1,"events":[
void append_document_head(Buffer& out);
/// What stands behind the events. Lists are elements with commas between; objects that are empty are left
/// out.
struct DocumentTail {
  std::string_view connections, verdicts;  ///< lists
  std::string_view verdict, capture;       ///< objects
};
/// ],"connections":[…],"verdicts":[…],"verdict":{…},"capture":{…}}
void append_document_tail(Buffer& out, const DocumentTail& tail);

/// The fields of document.connections.connection, but for the connection's number. What is not known is left
/// out.
void describe_summary(const rtmp::ConnectionSummary& summary,
                      const std::array<rtmp::DirectionTotals, 2>& totals, FieldSink& sink);

}  // namespace rtmpscope::output
