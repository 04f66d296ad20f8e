// The events of a TLS session.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "carrier/layer_event.hpp"
#include "carrier/tls/certificate.hpp"
#include "carrier/tls/hello.hpp"
#include "carrier/tls/likeness.hpp"

namespace rtmpscope::carrier {

/// Whether a session is decrypted, and if not, why. Numbers as in values_tls.def, table tls_keys.
enum class TlsKeys : std::uint8_t {
  found,
  none_given,
  not_in_log,
  one_direction,
  do_not_fit,
  suite_not_supported,
  opening_not_captured,
  no_data,
};

/// What a session's opening says.
struct TlsOpening {
  bool swapped = false;  ///< the client sends in the direction that TCP calls to_client
  std::optional<tls::ClientHello> client;
  std::optional<tls::ServerHello> server;
  bool hello_retry = false;
  std::optional<std::string> alpn;
  std::vector<tls::Certificate> certificates;
  bool midstream = false;
  TlsKeys keys = TlsKeys::no_data;
  std::optional<tls::Likeness> likeness;  ///< of a session that is not decrypted
};

/// Of a record that cannot be opened. Without a ServerHello: as TLS 1.3 with AES-GCM, which most are.
[[nodiscard]] tls::ContentSize likely_content_size(const TlsOpening& opening, std::size_t body_size);

/// What is odd about the server's certificate, as it was sent at the time of `packet`.
[[nodiscard]] std::vector<LayerFinding> certificate_findings(const TlsOpening& opening, PacketRef packet);

struct TlsEvent final : LayerEvent {
  TlsOpening opening;

  TlsEvent(TlsOpening facts, PacketRef completed_by)
      : LayerEvent(EventKind::tls, completed_by, std::nullopt), opening(std::move(facts)) {}
  void describe(FieldSink& sink) const override;
};

/// What is to be said of an alert that ends the session. In TLS 1.3 the level says nothing: all but two do
/// (RFC 8446, section 6).
[[nodiscard]] std::optional<FindingId> alert_finding(std::uint8_t level, std::uint8_t description,
                                                     bool is_tls_1_3);

/// What a hello says, and who the client is: who has sent a ClientHello, or has not sent the ServerHello.
/// `direction`: of the hello, as TCP says. The second is false, and changes nothing, if it cannot be read.
void add_client_hello(Bytes message, Direction direction, TlsOpening& opening);
[[nodiscard]] bool add_server_hello(Bytes message, Direction direction, TlsOpening& opening);

/// Those of a Certificate message, if the opening has none so far.
void add_certificates(Bytes message, TlsOpening& opening);

struct TlsAlertEvent final : LayerEvent {
  std::uint8_t level;
  std::uint8_t description;
  bool encrypted;

  TlsAlertEvent(Direction sender, PacketRef at, std::uint8_t alert_level, std::uint8_t alert,
                bool was_encrypted)
      : LayerEvent(EventKind::tls_alert, at, sender),
        level(alert_level),
        description(alert),
        encrypted(was_encrypted) {}
  void describe(FieldSink& sink) const override;
};

struct TlsKeyUpdateEvent final : LayerEvent {
  bool requested;

  TlsKeyUpdateEvent(Direction sender, PacketRef at, bool asks_for_one)
      : LayerEvent(EventKind::tls_key_update, at, sender), requested(asks_for_one) {}
  void describe(FieldSink& sink) const override;
};

struct TlsTotals {
  std::uint64_t records = 0;
  std::uint64_t content = 0;
  std::uint64_t unverified = 0;
  std::uint64_t lost = 0;
  std::uint64_t early = 0;
};

struct TlsEndEvent final : LayerEvent {
  std::array<TlsTotals, 2> totals;  ///< by direction

  TlsEndEvent(const std::array<TlsTotals, 2>& both, PacketRef at)
      : LayerEvent(EventKind::tls_end, at, std::nullopt), totals(both) {}
  void describe(FieldSink& sink) const override;
};

}  // namespace rtmpscope::carrier
