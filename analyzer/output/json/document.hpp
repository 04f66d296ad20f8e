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
/// ],"connections":[…],"capture":{…}}; `capture` may be empty: then the member is left out.
void append_document_tail(Buffer& out, std::string_view connections, std::string_view capture);

/// The fields of document.connections.connection, but for the connection's number. What is not known is left
/// out.
void describe_summary(const rtmp::ConnectionSummary& summary,
                      const std::array<rtmp::DirectionTotals, 2>& totals, FieldSink& sink);

}  // namespace rtmpscope::output
