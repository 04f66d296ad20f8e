// The events of an RTMFP session that are not messages.
#pragma once

#include "rtmfp/flow.hpp"
#include "rtmfp/keying.hpp"
#include "rtmfp/startup_chunks.hpp"
#include "rtmp/session/events.hpp"
#include "rtmp/session/summary.hpp"

namespace rtmpscope::rtmfp {

/// A hello of the initiator, or one that was forwarded to a peer.
struct HelloEvent final : rtmp::Event {
  const InitiatorHello& hello;
  Endpoint responder;  ///< where it goes to; of no meaning for a forwarded one

  HelloEvent(const InitiatorHello& h, const Endpoint& to)
      : Event(EventKind::rtmfp_hello), hello(h), responder(to) {}
  void describe(FieldSink& sink) const override;
};

struct AnswerEvent final : rtmp::Event {
  const ResponderHello& hello;
  Endpoint responder;

  AnswerEvent(const ResponderHello& h, const Endpoint& from)
      : Event(EventKind::rtmfp_hello), hello(h), responder(from) {}
  void describe(FieldSink& sink) const override;
};

struct RedirectEvent final : rtmp::Event {
  const Redirect& redirect;

  explicit RedirectEvent(const Redirect& r) : Event(EventKind::rtmfp_redirect), redirect(r) {}
  void describe(FieldSink& sink) const override;
};

struct KeyingEvent final : rtmp::Event {
  const Keying& keying;

  explicit KeyingEvent(const Keying& k) : Event(EventKind::rtmfp_keying), keying(k) {}
  void describe(FieldSink& sink) const override;
};

/// Where a session's keys come from. Numbers as in values.def, rtmfp_keys.
enum class KeySource : std::uint8_t { none, secret, private_key, aes, one_direction };

struct OpenEvent final : rtmp::Event {
  std::array<std::uint32_t, 2> session_ids{};          ///< by index_of(Direction)
  std::array<std::optional<PacketFormat>, 2> formats;  ///< the same; nothing: not known
  KeySource keys{};
  std::optional<Timestamp> startup;

  OpenEvent() : Event(EventKind::rtmfp_open) {}
  void describe(FieldSink& sink) const override;
};

struct FlowOpenEvent final : rtmp::Event {
  std::uint64_t flow;
  const FlowMetadata& facts;
  Bytes metadata;
  std::optional<std::uint64_t> return_of;

  FlowOpenEvent(std::uint64_t number, const FlowMetadata& f)
      : Event(EventKind::rtmfp_flow_open), flow(number), facts(f) {}
  void describe(FieldSink& sink) const override;
};

/// How a flow ended. Numbers as in values.def, rtmfp_flow_end.
enum class FlowEnd : std::uint8_t { final, exception, session };

struct FlowCloseEvent final : rtmp::Event {
  std::uint64_t flow;
  FlowEnd reason;
  std::optional<std::uint64_t> exception_code;
  const FlowTotals& totals;

  FlowCloseEvent(std::uint64_t number, FlowEnd why, const FlowTotals& t)
      : Event(EventKind::rtmfp_flow_close), flow(number), reason(why), totals(t) {}
  void describe(FieldSink& sink) const override;
};

struct AddressEvent final : rtmp::Event {
  rtmp::Side side;
  Endpoint endpoint;

  AddressEvent(rtmp::Side whose, const Endpoint& now)
      : Event(EventKind::rtmfp_address), side(whose), endpoint(now) {}
  void describe(FieldSink& sink) const override;
};

}  // namespace rtmpscope::rtmfp
