// Names every field of a message body (RTMP 5.4, 6.2, 7.1).
#pragma once

#include "rtmp/chunk/message.hpp"
#include "schema/field_sink.hpp"

namespace rtmpscope::rtmp {

/// Pushes one object with the decoded body: command, data, video, audio, control, user_control,
/// shared_object, aggregate or unknown. Ranges lie within the body; where `message.body` is shorter than the
/// message, fields that reach past it have a range of their full size and a shorter value.
void describe_message(const Message& message, FieldSink& sink);

/// The parts of describe_message, one a message family. Each pushes the whole object.
void describe_control(const Message& message, FieldSink& sink);        // types 1, 2, 3, 5, 6
void describe_user_control(const Message& message, FieldSink& sink);   // type 4
void describe_command(const Message& message, FieldSink& sink);        // types 17, 20
void describe_data(const Message& message, FieldSink& sink);           // types 15, 18
void describe_shared_object(const Message& message, FieldSink& sink);  // types 16, 19
void describe_aggregate(const Message& message, FieldSink& sink);      // type 22

/// Pushes what the reader has left as a blob, if it has anything, with a finding that says so.
void describe_trailing(FieldId field, Bytes body, std::uint32_t position, FieldSink& sink);

}  // namespace rtmpscope::rtmp
