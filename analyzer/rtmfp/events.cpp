#include "rtmfp/events.hpp"

#include <string>

#include "base/text.hpp"

namespace rtmpscope::rtmfp {
namespace {

double milliseconds(Timestamp time) {
  return static_cast<double>(time) / double{nanoseconds_per_millisecond};
}

void describe_address(FieldId address, FieldId port, const Endpoint& endpoint, FieldSink& sink) {
  sink.text(address, {}, as_bytes(endpoint.address.to_string()));
  sink.number(port, {}, endpoint.port);
}

void describe_peer_id(FieldId id, Bytes certificate, FieldSink& sink) {
  sink.text(id, {}, as_bytes(hex_text(peer_id_of(certificate))));
}

void describe_responder(const Endpoint& responder, FieldSink& sink) {
  sink.begin(FieldId::rtmfp_hello_responder, 0);
  describe_address(FieldId::rtmfp_hello_responder_address, FieldId::rtmfp_hello_responder_port, responder,
                   sink);
  sink.end(FieldId::rtmfp_hello_responder, 0);
}

/// Numbers as in values.def.
enum class HelloKind : std::uint8_t { initiator, forwarded, responder };
enum class KeyKind : std::uint8_t { none, ephemeral, static_key };

}  // namespace

void HelloEvent::describe(FieldSink& sink) const {
  using enum FieldId;
  const auto kind_of_hello = hello.initiator ? HelloKind::forwarded : HelloKind::initiator;
  sink.number(rtmfp_hello_kind, {}, static_cast<std::uint64_t>(kind_of_hello));
  if (hello.initiator) {
    sink.begin(rtmfp_hello_initiator, 0);
    describe_address(rtmfp_hello_initiator_address, rtmfp_hello_initiator_port, hello.initiator->endpoint,
                     sink);
    sink.end(rtmfp_hello_initiator, 0);
  } else {
    describe_responder(responder, sink);
  }
  sink.blob(rtmfp_hello_tag, {}, hello.tag);
  if (hello.endpoint.host) sink.text(rtmfp_hello_host, {}, *hello.endpoint.host);
  if (hello.endpoint.uri) sink.text(rtmfp_hello_uri, {}, *hello.endpoint.uri);
  if (hello.endpoint.fingerprint) sink.blob(rtmfp_hello_fingerprint, {}, *hello.endpoint.fingerprint);
}

void AnswerEvent::describe(FieldSink& sink) const {
  using enum FieldId;
  sink.number(rtmfp_hello_kind, {}, static_cast<std::uint64_t>(HelloKind::responder));
  describe_responder(responder, sink);
  sink.blob(rtmfp_hello_tag, {}, hello.tag);
  sink.number(rtmfp_hello_cookie_length, {}, hello.cookie.size());
  describe_peer_id(rtmfp_hello_peer_id, hello.certificate, sink);
}

void RedirectEvent::describe(FieldSink& sink) const {
  using enum FieldId;
  sink.blob(rtmfp_redirect_tag, {}, redirect.tag);
  sink.begin(rtmfp_redirect_addresses, 0);
  for (const Address& address : redirect.addresses) {
    sink.begin(rtmfp_redirect_target, 0);
    describe_address(rtmfp_redirect_target_address, rtmfp_redirect_target_port, address.endpoint, sink);
    sink.number(rtmfp_redirect_target_origin, {}, static_cast<std::uint64_t>(address.origin));
    sink.end(rtmfp_redirect_target, 0);
  }
  sink.end(rtmfp_redirect_addresses, 0);
}

void KeyingEvent::describe(FieldSink& sink) const {
  using enum FieldId;
  sink.number(rtmfp_keying_session_id, {}, keying.session_id);
  if (!keying.certificate.empty()) describe_peer_id(rtmfp_keying_peer_id, keying.certificate, sink);
  const auto key = public_key_of(keying.component);
  const auto key_kind = !key ? KeyKind::none : key->key.empty() ? KeyKind::static_key : KeyKind::ephemeral;
  sink.number(rtmfp_keying_key, {}, static_cast<std::uint64_t>(key_kind));
  if (key) sink.number(rtmfp_keying_group, {}, key->group);
  const Offer hmac = hmac_offer_of(keying.component);
  if ((hmac.always || hmac.on_request) && hmac.length != 0)
    sink.number(rtmfp_keying_hmac_length, {}, hmac.length);
  const Offer sequence = sequence_offer_of(keying.component);
  sink.flag(rtmfp_keying_sequence_numbers, {}, sequence.always || sequence.on_request);
}

void OpenEvent::describe(FieldSink& sink) const {
  using enum FieldId;
  sink.number(rtmfp_open_to_server_id, {}, session_ids[index_of(Direction::to_server)]);
  sink.number(rtmfp_open_to_client_id, {}, session_ids[index_of(Direction::to_client)]);
  if (const auto& format = formats[index_of(Direction::to_server)]) {
    sink.number(rtmfp_open_to_server_hmac, {}, format->hmac_length);
    sink.flag(rtmfp_open_to_server_sequence, {}, format->sequence_numbers);
  }
  if (const auto& format = formats[index_of(Direction::to_client)]) {
    sink.number(rtmfp_open_to_client_hmac, {}, format->hmac_length);
    sink.flag(rtmfp_open_to_client_sequence, {}, format->sequence_numbers);
  }
  sink.number(rtmfp_open_keys, {}, static_cast<std::uint64_t>(keys));
  if (startup) sink.real(rtmfp_open_startup, {}, milliseconds(*startup));
}

void FlowOpenEvent::describe(FieldSink& sink) const {
  using enum FieldId;
  sink.number(rtmfp_flow_open_flow, {}, flow);
  sink.number(rtmfp_flow_open_kind, {}, static_cast<std::uint64_t>(facts.kind));
  if (facts.message_stream_id) sink.number(rtmfp_flow_open_stream, {}, *facts.message_stream_id);
  if (facts.arrival_order) sink.flag(rtmfp_flow_open_arrival_order, {}, true);
  if (return_of) sink.number(rtmfp_flow_open_return_of, {}, *return_of);
  if (facts.kind != FlowKind::rtmp && facts.kind != FlowKind::unknown)
    sink.blob(rtmfp_flow_open_metadata, {}, metadata);
}

void FlowCloseEvent::describe(FieldSink& sink) const {
  using enum FieldId;
  sink.number(rtmfp_flow_close_flow, {}, flow);
  sink.number(rtmfp_flow_close_reason, {}, static_cast<std::uint64_t>(reason));
  if (exception_code) sink.number(rtmfp_flow_close_code, {}, *exception_code);
  sink.number(rtmfp_flow_close_messages, {}, totals.messages);
  sink.number(rtmfp_flow_close_incomplete, {}, totals.incomplete);
  sink.number(rtmfp_flow_close_fragments, {}, totals.fragments);
  sink.number(rtmfp_flow_close_bytes, {}, totals.bytes);
  sink.number(rtmfp_flow_close_repeated, {}, totals.repeated);
  sink.number(rtmfp_flow_close_out_of_order, {}, totals.out_of_order);
  sink.number(rtmfp_flow_close_abandoned, {}, totals.abandoned);
  sink.number(rtmfp_flow_close_not_captured, {}, totals.not_captured);
  if (totals.round_trips == 0) return;
  sink.real(rtmfp_flow_close_round_trip, {},
            milliseconds(totals.round_trip_sum) / static_cast<double>(totals.round_trips));
}

void AddressEvent::describe(FieldSink& sink) const {
  using enum FieldId;
  sink.number(rtmfp_address_side, {}, static_cast<std::uint64_t>(side));
  describe_address(rtmfp_address_address, rtmfp_address_port, endpoint, sink);
}

}  // namespace rtmpscope::rtmfp
