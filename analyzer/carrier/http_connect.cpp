#include "carrier/http_connect.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "carrier/http/http_head.hpp"

namespace rtmpscope::carrier {
namespace {

constexpr std::string_view request_start = "CONNECT ";

bool begins_like_request(std::string_view text) {
  const std::size_t common = std::min(text.size(), request_start.size());
  return text.substr(0, common) == request_start.substr(0, common);
}

}  // namespace

/// "media.example:1935", "[2001:db8::1]:443" (RFC 9112, section 3.2.3)
HttpConnectEvent::HttpConnectEvent(std::string_view target, std::optional<std::uint32_t> answer,
                                   PacketRef answered_by)
    : LayerEvent(EventKind::http_connect, answered_by, std::nullopt), host(target), status(answer) {
  const std::size_t colon = target.rfind(':');
  if (colon == std::string_view::npos) return;
  port = whole_number<std::uint16_t>(target.substr(colon + 1));
  if (!port) return;
  target = target.substr(0, colon);
  if (target.starts_with('[') && target.ends_with(']')) target = target.substr(1, target.size() - 2);
  host = target;
}

void HttpConnectEvent::describe(FieldSink& sink) const {
  sink.text(FieldId::http_connect_host, {}, as_bytes(host));
  if (port) sink.number(FieldId::http_connect_port, {}, *port);
  if (status) sink.number(FieldId::http_connect_status, {}, *status);
}

void HttpConnectLayer::on_data(Direction direction, const StreamData& data) {
  if (state_ == LayerState::establishing) {
    side(direction).held.add(data.offset, data.bytes, data.packet);
    advance(data.packet);
  } else if (state_ != LayerState::closed) {
    next().on_data(direction, {inner_offset(direction, data.offset), data.bytes, data.packet});
  }
}

void HttpConnectLayer::on_gap(Direction direction, const StreamGap& gap) {
  if (state_ == LayerState::establishing) return hold_gap(direction, gap);
  if (state_ == LayerState::closed) return;
  StreamGap inner = gap;
  inner.offset = inner_offset(direction, gap.offset);
  next().on_gap(direction, inner);
}

void HttpConnectLayer::on_end(Direction direction, const StreamEnd& end) {
  if (state_ == LayerState::establishing) {
    if (target_) tell(std::nullopt, end.packet);
    give_up();
  }
  next().on_end(direction, {inner_offset(direction, end.offset), end.cause, end.packet});
}

/// `packet`: the one at hand.
void HttpConnectLayer::advance(PacketRef packet) {
  while (state_ == LayerState::establishing && (target_ ? take_answer(packet) : take_request())) {
  }
  const std::size_t held =
      side(Direction::to_server).held.bytes().size() + side(Direction::to_client).held.bytes().size();
  share_.set(held);
  const bool too_much = held > most_held || share_.total() > most_held_together;
  if (state_ == LayerState::establishing && too_much) give_up();
}

bool HttpConnectLayer::take_request() {
  Side& client = side(Direction::to_server);
  const std::string_view text = as_text(client.held.bytes());
  const bool begins = begins_like_request(text);
  const std::size_t size = begins ? held_head_size(client) : 0;
  if (begins && size == 0) return false;
  const auto head = begins ? read_http_head(text.substr(0, size)) : std::nullopt;
  if (!head || !head->is_request) {
    give_up();
    return false;
  }
  target_ = std::string(head->target);
  take_off(client, size);
  return true;
}

bool HttpConnectLayer::take_answer(PacketRef packet) {
  Side& server = side(Direction::to_client);
  const std::size_t body = std::min<std::uint64_t>(body_left_, server.held.bytes().size());
  body_left_ -= body;
  take_off(server, body);
  const std::size_t size = held_head_size(server);
  if (size == 0) return false;
  const auto head = read_http_head(as_text(server.held.bytes()).substr(0, size));
  if (!head || head->is_request) {
    give_up();
    return false;
  }
  take_off(server, size);
  if (head->status < 200) return true;  // there is another one to come (RFC 9110, section 15.2)
  tell(head->status, packet);
  if (head->status < 300) {
    open(packet);
  } else if (head->chunked || !head->content_length || gap_before_answer_) {
    give_up();
  } else {
    body_left_ = *head->content_length;
  }
  return true;
}

void HttpConnectLayer::tell(std::optional<std::uint32_t> status, PacketRef packet) {
  const std::string target = std::exchange(target_, std::nullopt).value_or("");
  if (listener_ != nullptr)
    listener_->on_layer_event(std::make_unique<HttpConnectEvent>(target, status, packet));
}

void HttpConnectLayer::hold_gap(Direction direction, const StreamGap& gap) {
  if (!target_) {
    side(direction).held.add(gap);
    return give_up();
  }
  if (direction == Direction::to_server) {
    gap_before_answer_ = true;
    return side(direction).held.add(gap);
  }
  // The answer, or a part of it, is not captured. Where it ended nobody knows.
  Side& server = side(Direction::to_client);
  const auto head = read_http_head(as_text(server.held.bytes()));
  tell(head ? std::optional(head->status) : std::nullopt, gap.noticed_at);
  take_off(server, server.held.bytes().size());
  server.taken = gap.offset + gap.length.value_or(0);
  open(gap.noticed_at);
  next().on_gap(direction, {0, std::nullopt, gap.cause, gap.noticed_at});
}

void HttpConnectLayer::take_off(Side& side, std::size_t count) {
  if (count == 0) return;
  side.held.drop(count);
  side.taken += count;
  side.seen = 0;
}

/// Of the head that the side's held bytes begin with; 0: it is not complete.
std::size_t HttpConnectLayer::held_head_size(Side& side) {
  const std::string_view text = as_text(side.held.bytes());
  return http_head_end(text, std::exchange(side.seen, text.size())).value_or(0);
}

void HttpConnectLayer::open(PacketRef packet) {
  state_ = LayerState::open;
  hand_on(packet);
}

/// What was taken off cannot be given back.
void HttpConnectLayer::give_up() {
  const bool untouched = sides_[0].taken == 0 && sides_[1].taken == 0;
  state_ = untouched ? LayerState::absent : LayerState::closed;
  if (untouched) return hand_on(std::nullopt);
  for (Side& each : sides_) each.held.clear();
  share_.set(0);
}

/// `packet`: the one that made it possible; nothing: each piece has its own.
void HttpConnectLayer::hand_on(std::optional<PacketRef> packet) {
  share_.set(0);
  for (const Direction direction : {Direction::to_server, Direction::to_client}) {
    const HeldPieces held = std::exchange(side(direction).held, {});
    held.for_each(
        [&](const StreamData& piece) {
          next().on_data(direction,
                         {inner_offset(direction, piece.offset), piece.bytes, packet.value_or(piece.packet)});
        },
        [&](StreamGap gap) {
          gap.offset = inner_offset(direction, gap.offset);
          next().on_gap(direction, gap);
        });
  }
}

std::uint64_t HttpConnectLayer::outer_offset(Direction direction, std::uint64_t inner) const {
  return inner + sides_[index_of(direction)].taken;
}

std::uint64_t HttpConnectLayer::inner_offset(Direction direction, std::uint64_t outer) const {
  const std::uint64_t taken = sides_[index_of(direction)].taken;
  return outer > taken ? outer - taken : 0;
}

}  // namespace rtmpscope::carrier
