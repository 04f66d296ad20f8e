// From the secrets of key logs to the keys of one TLS session.
#pragma once

#include "carrier/tls/record_opener.hpp"
#include "carrier/tls_events.hpp"
#include "keys/key_store.hpp"

namespace rtmpscope::carrier {

/// Both hellos were captured, and the server's is final.
[[nodiscard]] bool has_hellos(const TlsOpening& opening);
/// TLS 1.3, as far as it is known.
[[nodiscard]] bool is_tls_1_3(const TlsOpening& opening);

/// Looks for the session's secrets and gives the openers their keys: `client` opens what the client sends.
/// Openers that have keys keep them. Says what was found, or why nothing.
[[nodiscard]] TlsKeys find_session_keys(const TlsOpening& opening, const keys::KeyView& keys,
                                        tls::RecordOpener& client, tls::RecordOpener& server);

}  // namespace rtmpscope::carrier
