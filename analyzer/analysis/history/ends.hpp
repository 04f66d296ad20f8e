// What the beginning and the end of a connection add to a history.
#pragma once

#include "analysis/history/history.hpp"

namespace rtmpscope::analysis {

/// connection_open
void add_opening(History& history, const Record& record);
/// connection_close
void add_close(History& history, const Record& record);
/// tunnel_close
void add_tunnel_close(History& history, const Record& record);
/// tcp_sample
void add_tcp_sample(History& history, const Record& record);
/// tls, tls_alert, tls_end
void add_tls(History& history, const Record& record);

}  // namespace rtmpscope::analysis
