// Fields for whoever uses the library.
#pragma once

#include "rtmp/chunk/message.hpp"
#include "rtmpscope/events.hpp"

namespace rtmpscope::api {

/// Calls `visitor` with all fields of the message's body, as JSON has them.
void visit_message(const rtmp::Message& message, v1::FieldVisitor& visitor);

}  // namespace rtmpscope::api
