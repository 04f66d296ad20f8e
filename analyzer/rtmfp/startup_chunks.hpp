// What the chunks of a session's startup say (RFC 7016, sections 2.3.2 to 2.3.9; RFC 7425,
// sections 4.3, 4.4).
//
// All views are into the chunk. A parse function answers nothing if the chunk is cut or contradicts itself.
#pragma once

#include <optional>
#include <vector>

#include "rtmfp/wire.hpp"

namespace rtmpscope::rtmfp {

/// Who is looked for (RFC 7425, section 4.4).
struct EndpointDiscriminator {
  std::optional<Bytes> host;         ///< required hostname
  std::optional<Bytes> uri;          ///< ancillary data: the URI that the client connects to
  std::optional<Bytes> fingerprint;  ///< of the certificate that is looked for: a peer id
};

/// IHello (0x30) and Forwarded IHello (0x0F).
struct InitiatorHello {
  EndpointDiscriminator endpoint;
  std::optional<Address> initiator;  ///< of Forwarded IHello
  Bytes tag;
};
[[nodiscard]] std::optional<InitiatorHello> parse_initiator_hello(Bytes chunk);
[[nodiscard]] std::optional<InitiatorHello> parse_forwarded_hello(Bytes chunk);

/// RHello (0x70)
struct ResponderHello {
  Bytes tag;
  Bytes cookie;
  Bytes certificate;
};
[[nodiscard]] std::optional<ResponderHello> parse_responder_hello(Bytes chunk);

/// Responder Redirect (0x71)
struct Redirect {
  Bytes tag;
  std::vector<Address> addresses;  ///< empty: implied, the address that it came from
};
[[nodiscard]] std::optional<Redirect> parse_redirect(Bytes chunk);

/// RHello Cookie Change (0x79)
struct CookieChange {
  Bytes old_cookie;
  Bytes new_cookie;
};
[[nodiscard]] std::optional<CookieChange> parse_cookie_change(Bytes chunk);

/// IIKeying (0x38) and RIKeying (0x78), which has neither cookie nor certificate.
struct Keying {
  std::uint32_t session_id = 0;  ///< of packets to its sender
  Bytes cookie;
  Bytes certificate;
  Bytes component;  ///< session key component
};
[[nodiscard]] std::optional<Keying> parse_initiator_keying(Bytes chunk);
[[nodiscard]] std::optional<Keying> parse_responder_keying(Bytes chunk);

/// A part of a startup packet that did not fit into one datagram (0x7F).
struct PacketFragment {
  bool more = false;
  std::uint64_t packet = 0;
  std::uint64_t number = 0;
  Bytes bytes;
};
[[nodiscard]] std::optional<PacketFragment> parse_packet_fragment(Bytes chunk);

}  // namespace rtmpscope::rtmfp
