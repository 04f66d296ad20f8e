// The rows of the decision list: one function a cause, in the order of schema/tables/causes.def. Each says
// whether the evidence fits, with the sentence and what to do. Causes that only several connections show
// (replaced, server_restart) have no row; CaptureJudge knows them.
#pragma once

#include "analysis/verdict/case.hpp"

namespace rtmpscope::analysis::rows {

// rows_capture.cpp: what the capture does not hold
Claimed capture_ended(const Case& from);
Claimed capture_hole(const Case& from);
Claimed other_side_missing(const Case& from);
Claimed port_reused(const Case& from);

// rows_opening.cpp: TCP, TLS, handshake
Claimed syn_refused(const Case& from);
Claimed syn_unanswered(const Case& from);
Claimed tls_alert(const Case& from);
Claimed tls_expected(const Case& from);
Claimed plain_expected(const Case& from);
Claimed not_rtmp(const Case& from);
Claimed handshake_server_gone(const Case& from);
Claimed handshake_client_gone(const Case& from);

// rows_connect.cpp
Claimed connect_redirect(const Case& from);
Claimed auth_needed(const Case& from);
Claimed auth_failed(const Case& from);
Claimed auth_user(const Case& from);
Claimed connect_rejected(const Case& from);
Claimed connect_silent_refusal(const Case& from);
Claimed connect_unanswered(const Case& from);

// rows_request.cpp: publish and play
Claimed publish_busy(const Case& from);
Claimed publish_denied(const Case& from);
Claimed publish_start_then_close(const Case& from);
Claimed publish_silent_refusal(const Case& from);
Claimed publish_wrong_reply(const Case& from);
Claimed publish_unanswered(const Case& from);
Claimed play_missing(const Case& from);
Claimed play_waiting(const Case& from);

// rows_stream.cpp: what was sent
Claimed message_too_large(const Case& from);
Claimed protocol_error(const Case& from);
Claimed extended_time(const Case& from);
Claimed codec_refused(const Case& from);
Claimed bad_start(const Case& from);
/// The first message was empty metadata, or coded frames without their sequence start: more than that
/// metadata never came.
bool begins_badly(const Case& from);
Claimed server_shutdown_said(const Case& from);
Claimed publisher_gone(const Case& from);

// rows_transport.cpp: what TCP, windows and clocks show
Claimed ack_stall(const Case& from);
Claimed receiver_stopped(const Case& from);
Claimed path_lost(const Case& from);
Claimed send_timeout(const Case& from);
Claimed ping_unanswered(const Case& from);
Claimed publisher_silent(const Case& from);
Claimed nobody_watching(const Case& from);
Claimed middlebox_idle(const Case& from);
Claimed middlebox_reset(const Case& from);
Claimed time_limit(const Case& from);

// rows_end.cpp: the end itself
Claimed client_stopped(const Case& from);
Claimed client_closed(const Case& from);
Claimed client_vanished(const Case& from);
Claimed server_closed(const Case& from);
Claimed server_reset(const Case& from);
Claimed unknown(const Case& from);

}  // namespace rtmpscope::analysis::rows
