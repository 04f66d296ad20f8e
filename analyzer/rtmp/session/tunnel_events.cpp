#include "base/time_text.hpp"
#include "rtmp/session/events.hpp"

namespace rtmpscope::rtmp {
namespace {

void push_time(FieldSink& sink, FieldId id, std::int64_t nanoseconds) {
  sink.real(id, {}, static_cast<double>(nanoseconds) / double{nanoseconds_per_millisecond});
}

}  // namespace

void TunnelOpenEvent::describe(FieldSink& sink) const {
  sink.text(FieldId::tunnel_session, {}, as_bytes(opening.session));
  sink.flag(FieldId::tunnel_open_captured, {}, opening.captured);
  sink.number(FieldId::tunnel_open_request_frame, {}, opening.request.number);
  if (opening.response_time) push_time(sink, FieldId::tunnel_open_response_time, *opening.response_time);
  if (!opening.redirect.empty()) sink.text(FieldId::tunnel_open_redirect, {}, as_bytes(opening.redirect));
}

void TunnelExchangeEvent::describe(FieldSink& sink) const {
  sink.number(FieldId::tunnel_command, {}, exchange.command);
  sink.number(FieldId::tunnel_sequence, {}, exchange.sequence);
  if (exchange.repeated) sink.flag(FieldId::tunnel_repeated, {}, true);
  if (exchange.request.number != 0) {
    sink.number(FieldId::tunnel_request_frame, {}, exchange.request.number);
    sink.number(FieldId::tunnel_request_offset, {}, exchange.request_offset);
    sink.number(FieldId::tunnel_request_bytes, {}, exchange.request_bytes);
  }
  if (exchange.status != 0) {
    sink.number(FieldId::tunnel_status, {}, exchange.status);
    sink.number(FieldId::tunnel_response_offset, {}, exchange.response_offset);
    sink.number(FieldId::tunnel_response_bytes, {}, exchange.response_bytes);
  }
  if (exchange.polling) sink.number(FieldId::tunnel_polling, {}, *exchange.polling);
  if (exchange.response_time) push_time(sink, FieldId::tunnel_response_time, *exchange.response_time);
}

void TunnelCloseEvent::describe(FieldSink& sink) const {
  if (totals.close_asked) {
    sink.text(FieldId::tunnel_close_asked_time, {}, as_bytes(time_text(totals.close_asked->time)));
    sink.number(FieldId::tunnel_close_asked_frame, {}, totals.close_asked->number);
  }
  sink.number(FieldId::tunnel_close_sends, {}, totals.sends);
  sink.number(FieldId::tunnel_close_idles, {}, totals.idles);
  sink.number(FieldId::tunnel_close_repeated, {}, totals.repeated);
  sink.number(FieldId::tunnel_close_missing, {}, totals.missing);
  sink.number(FieldId::tunnel_close_unanswered, {}, totals.unanswered);
  sink.number(FieldId::tunnel_close_connections, {}, totals.connections);
  if (totals.polling) sink.number(FieldId::tunnel_close_polling, {}, *totals.polling);
  if (totals.timed == 0) return;
  push_time(sink, FieldId::tunnel_close_least_time, totals.least_time);
  push_time(sink, FieldId::tunnel_close_mean_time, totals.all_time / static_cast<std::int64_t>(totals.timed));
  push_time(sink, FieldId::tunnel_close_most_time, totals.most_time);
}

}  // namespace rtmpscope::rtmp
