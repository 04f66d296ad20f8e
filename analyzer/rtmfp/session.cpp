#include "rtmfp/session.hpp"

#include <algorithm>

#include "media/frame_walk.hpp"
#include "media/media.hpp"

namespace rtmpscope::rtmfp {
namespace {

constexpr std::size_t to_server = index_of(Direction::to_server);
constexpr std::size_t to_client = index_of(Direction::to_client);

PacketMode mode_of(Direction direction) {
  return direction == Direction::to_server ? PacketMode::initiator : PacketMode::responder;
}

std::vector<std::uint8_t> copy_of(Bytes bytes) {
  const Bytes kept = bytes.first(std::min(bytes.size(), component_bytes));
  return {kept.begin(), kept.end()};
}

/// What is kept of a body: as rtmp::MessageAssembler keeps it.
Bytes wanted_part(std::uint8_t type, Bytes body, std::uint32_t length, bool keep_media) {
  const bool is_media = type == rtmp::MessageType::audio || type == rtmp::MessageType::video;
  if (keep_media || !is_media) return body;
  const auto media_type =
      type == rtmp::MessageType::audio ? media::MediaType::audio : media::MediaType::video;
  const Bytes head = body.first(std::min<std::size_t>(body.size(), media::head_size));
  const std::size_t wanted =
      std::max<std::size_t>(head.size(), media::bytes_wanted(media_type, head, length));
  return body.first(std::min(wanted, body.size()));
}

}  // namespace

struct Session::FlowEntry {
  explicit FlowEntry(HeldBytes& held) : flow(held) {}

  Flow flow;
  FlowMetadata facts;
  bool told = false;   ///< that it is open
  bool ended = false;  ///< and that it has ended
  Timestamp ended_at = 0;
  std::optional<std::uint64_t> exception;
};

/// Hands the messages of one flow on.
class Session::MessageReader final : public FlowListener {
 public:
  MessageReader(Session& session, Direction direction, std::uint64_t number, FlowEntry& entry)
      : session_(session), direction_(direction), number_(number), entry_(entry) {}

  void on_message(const FlowMessage& message, PacketRef packet) override {
    session_.on_message(direction_, number_, entry_, message, packet);
  }

 private:
  Session& session_;
  Direction direction_;
  std::uint64_t number_;
  FlowEntry& entry_;
};

Session::Session(const rtmp::ConnectionInfo& info, std::uint32_t number, SessionContext& context)
    : context_(context),
      number_(number),
      messages_(info, number, context.options.message_events, context.sink) {}
Session::~Session() = default;

void Session::open(PacketRef packet) {
  first_packet_ = packet;
  messages_.open(packet);
}

void Session::emit(rtmp::Event& event, Direction direction, PacketRef packet) {
  event.direction = direction;
  messages_.events().emit(event, packet);
}

void Session::emit_startup(rtmp::Event& event, Direction direction, PacketRef packet) {
  if (startup_events_ == startup_events) return;
  ++startup_events_;
  emit(event, direction, packet);
}

void Session::emit_finding(FindingId id, std::optional<Direction> direction, std::uint64_t a, std::uint64_t b,
                           PacketRef packet) {
  rtmp::FindingEvent event(id);
  event.direction = direction;
  event.a = a;
  event.b = b;
  messages_.events().emit_finding(event, packet);
}

void Session::count_startup(Direction direction, const net::UdpDatagram& datagram) {
  count(direction, datagram, Taken::As::startup);
}

void Session::count(Direction direction, const net::UdpDatagram& datagram, Taken::As as) {
  context_.taken = {this, direction, as};
  rtmp::DirectionTotals& totals = totals_[index_of(direction)];
  ++totals.packets;
  totals.bytes += datagram.wire_length;
  totals.last_time = std::max(totals.last_time, datagram.packet.time);
  messages_.events().note_time(datagram.packet);
}

void Session::on_hello(const InitiatorHello& hello, const Endpoint& responder, PacketRef packet) {
  HelloEvent event(hello, responder);
  emit_startup(event, Direction::to_server, packet);
}

void Session::on_answer(const ResponderHello& hello, const Endpoint& responder, PacketRef packet) {
  AnswerEvent event(hello, responder);
  emit_startup(event, Direction::to_client, packet);
  if (state_ > State::keying) return;
  if (keying_ == nullptr) keying_ = std::make_unique<SessionKeying>();
  keying_->responder_certificate = copy_of(hello.certificate);
}

void Session::on_redirect(const Redirect& redirect, PacketRef packet) {
  RedirectEvent event(redirect);
  emit_startup(event, Direction::to_client, packet);
}

/// The one that the initiator has chosen among those that have answered.
void Session::set_responder(const Endpoint& responder) {
  messages_.summary().info.server = responder;
}

void Session::on_initiator_keying(const Keying& keying, const Endpoint& responder, PacketRef packet) {
  const bool repeated = state_ == State::keying && session_id(Direction::to_client) == keying.session_id &&
                        has_initiator_component(keying.component);
  if (repeated || answered()) return;
  state_ = State::keying;
  set_responder(responder);
  session_ids_[to_client] = keying.session_id;
  if (keying_ == nullptr) keying_ = std::make_unique<SessionKeying>();
  keying_->initiator_certificate = copy_of(keying.certificate);
  keying_->initiator_component = copy_of(keying.component);
  initiator_component_ = sha256(keying.component);
  KeyingEvent event(keying);
  emit_startup(event, Direction::to_server, packet);
}

void Session::on_responder_keying(const Keying& keying, PacketRef packet) {
  if (answered()) return;
  state_ = State::open;
  answered_ = true;
  session_ids_[to_server] = keying.session_id;
  if (keying_ == nullptr) keying_ = std::make_unique<SessionKeying>();
  keying_->responder_component = copy_of(keying.component);
  KeyingEvent event(keying);
  emit_startup(event, Direction::to_client, packet);
  find_keys(packet);
  if (keying_ != nullptr) tell_open(packet);  // without keys; find_keys has told of those that it has found
}

void Session::find_keys(PacketRef packet) {
  asked_at_ = context_.keys.version();
  trials_ = 0;
  if (const SessionKeys keys = context_.keys.find(*keying_); keys.source != KeySource::none)
    use_keys(keys, packet);
}

void Session::find_keys_by_trial(Direction direction, const net::UdpDatagram& datagram) {
  ++trials_;
  const SessionKeys keys = context_.keys.find_by_trial(*keying_, direction, datagram);
  if (keys.source != KeySource::none) use_keys(keys, datagram.packet);
}

void Session::use_keys(const SessionKeys& keys, PacketRef packet) {
  const SessionKeying& sides = *keying_;
  if (sides.initiator_component.empty() || sides.responder_component.empty()) return;
  const std::array formats = {packet_format(sides.initiator_component, sides.responder_component),
                              packet_format(sides.responder_component, sides.initiator_component)};
  for (const std::size_t i : {to_server, to_client}) {
    if (keys.directions[i]) ciphers_[i] = std::make_shared<PacketCipher>(*keys.directions[i], formats[i]);
  }
  key_source_ = keys.source;
  tell_open(packet);
  keying_.reset();
}

void Session::tell_open(PacketRef packet) {
  OpenEvent event;
  event.session_ids = session_ids_;
  event.keys = key_source_;
  const SessionKeying& sides = *keying_;
  if (!sides.initiator_component.empty() && !sides.responder_component.empty()) {
    event.formats = {packet_format(sides.initiator_component, sides.responder_component),
                     packet_format(sides.responder_component, sides.initiator_component)};
  }
  event.startup = packet.time - first_packet_.time;
  messages_.events().emit(event, packet);
}

bool Session::fits(Direction direction, const net::UdpDatagram& datagram) {
  auto& cipher = ciphers_[index_of(direction)];
  return !cipher || cipher->open(datagram.bytes(), mode_of(direction), datagram.cut());
}

bool Session::on_packet(Direction direction, const net::UdpDatagram& datagram) {
  if (state_ == State::ended) {
    context_.taken = {this, direction, Taken::As::late};
    return true;
  }
  if (keying_ != nullptr && answered() && asked_at_ != context_.keys.version()) find_keys(datagram.packet);
  if (keying_ != nullptr && answered() && trials_ < tried_packets) find_keys_by_trial(direction, datagram);
  auto& cipher = ciphers_[index_of(direction)];
  if (!cipher) {
    ++undecoded_;
    count(direction, datagram, Taken::As::undecoded);
    return true;
  }
  const auto plain = cipher->open(datagram.bytes(), mode_of(direction), datagram.cut());
  if (!plain) return false;
  count(direction, datagram, Taken::As::packet);
  if (const auto number = cipher->sequence_number();
      number && !sequence_windows_[index_of(direction)].add(*number))
    emit_finding(FindingId::rtmfp_packet_repeated, direction, *number, 0, datagram.packet);
  read_packet(direction, *plain, datagram.packet);
  return true;
}

void Session::on_unverified(Direction direction, const net::UdpDatagram& datagram) {
  count(direction, datagram, Taken::As::unverified);
  emit_finding(FindingId::rtmfp_packet_unverified, direction, datagram.wire_length, 0, datagram.packet);
}

void Session::read_packet(Direction direction, Bytes plain, PacketRef packet) {
  PacketReader reader(plain);
  FragmentReader fragments;
  while (const auto chunk = reader.next()) on_chunk(direction, *chunk, fragments, packet);
}

void Session::on_chunk(Direction direction, const Chunk& chunk, FragmentReader& fragments, PacketRef packet) {
  if (chunk.type == user_data || chunk.type == next_user_data) {
    if (const auto fragment = fragments.read(chunk)) return on_fragment(direction, *fragment, packet);
    return emit_finding(FindingId::rtmfp_chunk_malformed, direction, chunk.type, chunk.payload.size(),
                        packet);
  }
  fragments.interrupt();
  bool understood = !chunk.cut;
  switch (chunk.type) {
    case acknowledgement_bitmap:
    case acknowledgement_ranges:
      if (const auto read = parse_acknowledgement(chunk.payload); read && !chunk.cut) {
        on_acknowledgement(direction, *read, packet);
      } else {
        understood = false;
      }
      break;
    case flow_exception:
      if (const auto read = parse_flow_exception(chunk.payload); read && !chunk.cut) {
        on_exception(direction, *read, packet);
      } else {
        understood = false;
      }
      break;
    case forwarded_hello:
      if (const auto hello = parse_forwarded_hello(chunk.payload); hello && !chunk.cut) {
        HelloEvent event(*hello, {});
        emit_startup(event, direction, packet);
      } else {
        understood = false;
      }
      break;
    case session_close: on_close_chunk(direction, true, packet); break;
    case session_close_acknowledgement: on_close_chunk(direction, false, packet); break;
    default:
      if (is_known_chunk(chunk.type)) break;
      return emit_finding(FindingId::rtmfp_chunk_unknown, direction, chunk.type, 0, packet);
  }
  if (!understood)
    emit_finding(FindingId::rtmfp_chunk_malformed, direction, chunk.type, chunk.payload.size(), packet);
}

/// Null: it is not followed, because a limit was reached.
Session::FlowEntry* Session::flow_for(Direction direction, const Fragment& fragment, PacketRef packet) {
  Flows& flows = flows_[index_of(direction)];
  const auto known = flows.find(fragment.flow);
  // A number is used again when its flow is long over: its sender says again what the flow is for.
  const bool begins_anew = known != flows.end() && known->second.ended && fragment.metadata &&
                           fragment.forward == 0 && known->second.flow.totals().fragments != 0 &&
                           known->second.ended_at + reuse_time < packet.time;
  if (known != flows.end() && !begins_anew) return &known->second;
  if (begins_anew) flows.erase(known);
  if (fragment.flow > highest_flow) return nullptr;
  if (flows.size() >= flows_per_direction) {
    const auto ended = std::ranges::find_if(flows, [](const auto& flow) { return flow.second.ended; });
    if (ended == flows.end()) return nullptr;
    flows.erase(ended);
  }
  return &flows.try_emplace(fragment.flow, context_.held).first->second;
}

void Session::on_fragment(Direction direction, const Fragment& fragment, PacketRef packet) {
  FlowEntry* entry = flow_for(direction, fragment, packet);
  if (entry == nullptr) {
    if (!std::exchange(flow_limit_told_, true))
      emit_finding(FindingId::rtmfp_flow_limit, direction, flows_per_direction, fragment.flow, packet);
    return;
  }
  learn(direction, fragment.flow, *entry, fragment, packet);
  MessageReader reader(*this, direction, fragment.flow, *entry);
  const std::uint64_t lost = entry->flow.totals().abandoned + entry->flow.totals().not_captured;
  entry->flow.add(fragment, packet, reader);
  if (entry->flow.totals().abandoned + entry->flow.totals().not_captured != lost)
    messages_.on_missing_bytes(direction, 0);
  if (entry->flow.ended()) end_flow(direction, fragment.flow, *entry, FlowEnd::final, packet);
}

/// What the flow is for.
void Session::learn(Direction direction, std::uint64_t number, FlowEntry& entry, const Fragment& fragment,
                    PacketRef packet) {
  if (entry.told && (entry.facts.kind != FlowKind::unknown || !fragment.metadata)) return;
  if (fragment.metadata) entry.facts = parse_flow_metadata(*fragment.metadata);
  entry.told = true;
  if (flow_events_[index_of(direction)] == flow_events) return;
  ++flow_events_[index_of(direction)];
  FlowOpenEvent event(number, entry.facts);
  if (fragment.metadata) event.metadata = *fragment.metadata;
  event.return_of = fragment.return_of;
  emit(event, direction, packet);
}

void Session::end_flow(Direction direction, std::uint64_t number, FlowEntry& entry, FlowEnd reason,
                       PacketRef packet) {
  if (entry.ended) return;
  entry.ended = true;
  entry.ended_at = packet.time;
  const FlowTotals& flow = entry.flow.totals();
  rtmp::DirectionTotals& totals = totals_[index_of(direction)];
  totals.retransmitted_segments += flow.repeated;
  totals.retransmitted_bytes += flow.repeated_bytes;
  totals.out_of_order_segments += flow.out_of_order;
  if (flow_ends_[index_of(direction)] == flow_events) return;
  ++flow_ends_[index_of(direction)];
  FlowCloseEvent event(number, entry.exception ? FlowEnd::exception : reason, flow);
  event.exception_code = entry.exception;
  emit(event, direction, packet);
}

void Session::on_acknowledgement(Direction direction, const Acknowledgement& acknowledgement,
                                 PacketRef packet) {
  const Direction of_flow = opposite(direction);
  Flows& flows = flows_[index_of(of_flow)];
  const auto entry = flows.find(acknowledgement.flow);
  if (entry == flows.end()) return;
  MessageReader reader(*this, of_flow, acknowledgement.flow, entry->second);
  entry->second.flow.on_acknowledgement(acknowledgement.cumulative, packet, reader);
  if (entry->second.flow.ended())
    end_flow(of_flow, acknowledgement.flow, entry->second, FlowEnd::final, packet);
}

void Session::on_exception(Direction direction, const FlowException& exception, PacketRef packet) {
  const Direction of_flow = opposite(direction);
  const auto entry = flows_[index_of(of_flow)].find(exception.flow);
  if (entry == flows_[index_of(of_flow)].end() || entry->second.exception) return;
  entry->second.exception = exception.code;
  emit_finding(FindingId::rtmfp_flow_refused, direction, exception.flow, exception.code, packet);
}

void Session::on_message(Direction direction, std::uint64_t number, FlowEntry& entry,
                         const FlowMessage& message, PacketRef packet) {
  constexpr std::size_t head_size = 5;             // type and time
  if (entry.facts.kind != FlowKind::rtmp) return;  // counted
  if (message.bytes.size() < head_size) {
    if (message.complete)
      emit_finding(FindingId::rtmfp_message_short, direction, message.bytes.size(), number, packet);
    return;
  }
  const bool too_long = message.length - head_size > longest_body;
  rtmp::Message out;
  rtmp::MessageHeader& header = out.header;
  header.type_id = message.bytes[0];
  header.timestamp = load_be32(message.bytes.data() + 1);
  header.length =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(message.length - head_size, longest_body));
  header.length_known = message.complete && !too_long;
  header.message_stream_id = entry.facts.message_stream_id.value_or(0);
  header.chunk_stream_id = static_cast<std::uint32_t>(number);
  header.chunks = message.fragments;
  header.first_frame = message.first.number;
  header.first_time = message.first.time;
  header.stream_offset = message.sequence;
  out.complete = header.length_known;
  const Bytes body = message.bytes.subspan(head_size);
  out.body = wanted_part(header.type_id, body.first(std::min<std::size_t>(body.size(), header.length)),
                         header.length, context_.options.keep_media);
  std::optional<media::FrameContents> contents;
  if (context_.options.walk_frames && header.type_id == rtmp::MessageType::video)
    contents = media::read_frame_contents(body, header.length);
  if (contents) out.contents = &*contents;
  messages_.on_message(direction, out, packet);
}

/// An acknowledgement closes a session unasked, too (RFC 7016, section 3.5.5). Where it is all that was
/// captured, nobody knows whether the other side had asked.
void Session::on_close_chunk(Direction direction, bool asks, PacketRef packet) {
  rtmp::DirectionTotals& sender = totals_[index_of(direction)];
  rtmp::DirectionTotals& other = totals_[index_of(opposite(direction))];
  if (sender.closed) return;
  sender.closed = true;
  sender.closed_first = asks && !other.closed;
  other.closed_first = other.closed;
  state_ = other.closed ? State::ended : State::closing;
  closed_at_ = packet.time;
}

void Session::on_address(rtmp::Side side, const Endpoint& endpoint, PacketRef packet) {
  AddressEvent event(side, endpoint);
  emit(event, side == rtmp::Side::client ? Direction::to_server : Direction::to_client, packet);
}

void Session::on_glare(PacketRef packet) {
  glare_ = true;
  emit_finding(FindingId::rtmfp_glare, std::nullopt, 0, 0, packet);
}

void Session::on_tick(PacketRef now) {
  for (const Direction direction : {Direction::to_server, Direction::to_client}) {
    for (auto& [number, entry] : flows_[index_of(direction)]) {
      if (entry.ended || !entry.flow.waits()) continue;
      MessageReader reader(*this, direction, number, entry);
      entry.flow.on_tick(now, reader);
      if (entry.flow.ended()) end_flow(direction, number, entry, FlowEnd::final, now);
    }
  }
}

void Session::close(EndCause cause, PacketRef packet) {
  for (const Direction direction : {Direction::to_server, Direction::to_client}) {
    for (auto& [number, entry] : flows_[index_of(direction)]) {
      if (entry.ended) continue;
      MessageReader reader(*this, direction, number, entry);
      entry.flow.finish(packet, reader);
      end_flow(direction, number, entry, FlowEnd::session, packet);
    }
  }
  // An answer may be cut, or hold what has no key.
  const bool is_silent = totals_[index_of(Direction::to_client)].packets == 0 && !context_.startup_cut;
  if (!answered() && !glare_ && is_silent)
    emit_finding(FindingId::rtmfp_no_answer, std::nullopt, 0, 0, packet);
  if (undecoded_ != 0) emit_finding(FindingId::rtmfp_no_key, std::nullopt, undecoded_, 0, packet);
  messages_.close(cause, packet, totals_);
  for (Flows& flows : flows_) flows.clear();
  keying_.reset();
  state_ = State::ended;
}

}  // namespace rtmpscope::rtmfp
