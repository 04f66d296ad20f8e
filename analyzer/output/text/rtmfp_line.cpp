#include "output/text/rtmfp_line.hpp"

#include <fmt/format.h>

#include "output/time_text.hpp"

namespace rtmpscope::output {
namespace {

using enum FieldId;

/// "192.0.2.1:1935", or pseudonyms.
std::string joined(const std::string& address, const std::string& port) {
  return address.find(':') == std::string::npos || address.starts_with('<')
             ? fmt::format("{}:{}", address, port)
             : fmt::format("[{}]:{}", address, port);
}

std::string endpoint(const FieldTexts& fields, FieldId address, FieldId port) {
  return joined(fields[address], fields[port]);
}

std::string hello_line(const FieldTexts& fields) {
  if (fields.find(rtmfp_hello_initiator) != nullptr) {
    return "hello forwarded, of " +
           endpoint(fields, rtmfp_hello_initiator_address, rtmfp_hello_initiator_port);
  }
  const std::string responder = endpoint(fields, rtmfp_hello_responder_address, rtmfp_hello_responder_port);
  if (fields.find(rtmfp_hello_peer_id) != nullptr)
    return fmt::format("hello answered by {}, peer {}", responder, fields[rtmfp_hello_peer_id]);
  std::string line = "hello to " + responder;
  for (const FieldId id : {rtmfp_hello_host, rtmfp_hello_uri}) {
    if (fields.find(id) != nullptr) line.append("  ").append(fields[id]);
  }
  if (fields.find(rtmfp_hello_fingerprint) != nullptr) line.append("  for a peer");
  return line;
}

std::string redirect_line(const FieldTexts& fields) {
  std::string targets;
  std::string address;
  for (const Tape::Entry& entry : fields.event().entries()) {
    if (entry.op == Tape::Op::text && entry.id == rtmfp_redirect_target_address) address = fields.text(entry);
    if (entry.id != rtmfp_redirect_target_port) continue;
    targets.append(targets.empty() ? "" : ", ").append(joined(address, fields.text(entry)));
  }
  return "redirected to " + (targets.empty() ? "the address of the redirect" : targets);
}

std::string keying_line(const FieldTexts& fields) {
  std::string line = fmt::format("keys: {}", fields[rtmfp_keying_key]);
  if (fields.find(rtmfp_keying_group) != nullptr)
    line.append(fmt::format(" of group {}", fields.number(rtmfp_keying_group)));
  line.append(fmt::format(", session id {:08x}", fields.number(rtmfp_keying_session_id)));
  if (fields.find(rtmfp_keying_hmac_length) != nullptr)
    line.append(fmt::format(", HMAC of {} bytes", fields.number(rtmfp_keying_hmac_length)));
  if (fields.number(rtmfp_keying_sequence_numbers) != 0) line.append(", sequence numbers");
  if (fields.find(rtmfp_keying_peer_id) != nullptr)
    line.append(", peer ").append(fields[rtmfp_keying_peer_id]);
  return line;
}

std::string format_text(const FieldTexts& fields, FieldId hmac, FieldId sequence) {
  const std::uint64_t length = fields.number(hmac);
  std::string text = length == 0 ? "checksums" : fmt::format("HMAC of {} bytes", length);
  return text.append(fields.number(sequence) != 0 ? ", sequence numbers" : "");
}

std::string open_line(const FieldTexts& fields, const Style& style) {
  std::string line = "session open";
  if (fields.find(rtmfp_open_to_server_hmac) != nullptr) {
    const std::string to_server =
        format_text(fields, rtmfp_open_to_server_hmac, rtmfp_open_to_server_sequence);
    const std::string to_client =
        format_text(fields, rtmfp_open_to_client_hmac, rtmfp_open_to_client_sequence);
    line.append(": ");
    line.append(to_server == to_client
                    ? to_server
                    : fmt::format("{} {}, {} {}", style.arrow(Direction::to_server), to_server,
                                  style.arrow(Direction::to_client), to_client));
  }
  line.append("; ").append(fields[rtmfp_open_keys]);
  const std::string startup = fields.duration(rtmfp_open_startup);
  return startup.empty() ? line : line.append("  [").append(startup).append("]");
}

std::string flow_open_line(const FieldTexts& fields) {
  std::string line =
      fmt::format("flow {}: {}", fields.number(rtmfp_flow_open_flow), fields[rtmfp_flow_open_kind]);
  if (fields.find(rtmfp_flow_open_stream) != nullptr)
    line.append(fmt::format(" of stream {}", fields.number(rtmfp_flow_open_stream)));
  if (fields.find(rtmfp_flow_open_return_of) != nullptr)
    line.append(fmt::format(", answers flow {}", fields.number(rtmfp_flow_open_return_of)));
  return line;
}

std::string flow_close_line(const FieldTexts& fields) {
  std::string line =
      fmt::format("flow {} {}", fields.number(rtmfp_flow_close_flow), fields[rtmfp_flow_close_reason]);
  if (fields.find(rtmfp_flow_close_code) != nullptr)
    line.append(fmt::format(" (code {})", fields.number(rtmfp_flow_close_code)));
  line.append(fmt::format(": {} in {}", count_text(fields.number(rtmfp_flow_close_messages), "message"),
                          count_text(fields.number(rtmfp_flow_close_fragments), "fragment")));
  const auto add = [&](FieldId id, std::string_view what) {
    if (fields.number(id) != 0) line.append(fmt::format(", {} {}", fields.number(id), what));
  };
  add(rtmfp_flow_close_incomplete, "messages incomplete");
  add(rtmfp_flow_close_repeated, "repeated");
  add(rtmfp_flow_close_out_of_order, "out of order");
  add(rtmfp_flow_close_abandoned, "abandoned");
  add(rtmfp_flow_close_not_captured, "not captured");
  const std::string round_trip = fields.duration(rtmfp_flow_close_round_trip);
  return round_trip.empty() ? line : line.append("  [round trip ").append(round_trip).append("]");
}

std::string address_line(const FieldTexts& fields) {
  return fmt::format("the {} goes on from {}", fields[rtmfp_address_side],
                     endpoint(fields, rtmfp_address_address, rtmfp_address_port));
}

}  // namespace

std::optional<std::string> rtmfp_line(EventKind kind, const FieldTexts& fields, const Style& style) {
  switch (kind) {
    case EventKind::rtmfp_hello: return hello_line(fields);
    case EventKind::rtmfp_redirect: return redirect_line(fields);
    case EventKind::rtmfp_keying: return keying_line(fields);
    case EventKind::rtmfp_open: return open_line(fields, style);
    case EventKind::rtmfp_flow_open: return flow_open_line(fields);
    case EventKind::rtmfp_flow_close: return flow_close_line(fields);
    case EventKind::rtmfp_address: return address_line(fields);
    default: return std::nullopt;
  }
}

}  // namespace rtmpscope::output
