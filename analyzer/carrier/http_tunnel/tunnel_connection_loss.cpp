// Where heads of requests and responses are missing: what lies between those that are there.
#include <algorithm>

#include "carrier/http_tunnel/tunnel_connection.hpp"

namespace rtmpscope::carrier {

void TunnelConnection::on_borders_lost(Direction direction, std::optional<std::uint64_t> from) {
  Half& side = half(direction);
  hand_on_rest(direction);
  side.rest.begin(from);
  side.lost = {.any = true, .whole = from.has_value()};
  side.rest_flows = false;
}

void TunnelConnection::on_rest(Direction direction, const StreamData& data) {
  Half& side = half(direction);
  if (!side.lost.any || last_ == nullptr) return;
  if (side.rest_flows) return last_->unnumbered(direction, data.bytes, data.packet);
  if (side.rest.add(data, TunnelTable::held_limit)) return;
  hand_on_rest(direction);
  side.rest_flows = true;
}

void TunnelConnection::on_rest_gap(Direction direction, const StreamGap& gap) {
  Half& side = half(direction);
  if (!side.lost.any || last_ == nullptr) return;
  if (side.rest_flows) return last_->lose(direction, gap.cause, gap.noticed_at);
  side.rest.add(gap);
}

/// Where one request lies between the last one and this one, its body is what its head leaves of the bytes.
bool TunnelConnection::work_out_request(const HttpHead& head, std::uint64_t offset, const PacketRef& packet) {
  const auto request = read_tunnel_target(head.target);
  if (!request || !is_in_session(request->command) || last_ == nullptr || request->sequence == 0)
    return false;
  if (table_.find(ends_, request->session) != last_) return false;
  if (!last_->lacks_one_before(Direction::to_server, request->sequence)) return false;
  const std::uint64_t missing = request->sequence - 1;
  constexpr std::size_t longer = std::string_view("close").size() - std::string_view("send").size();
  const std::size_t target_size = head.target.size() - digits_of(request->sequence) + digits_of(missing) -
                                  (request->command == TunnelCommand::close ? longer : 0);
  const Half& side = half(Direction::to_server);
  const auto body = side.rest.body_of_one(offset, side.form, target_size);
  if (!body) return false;
  last_->start(missing);
  // One byte is that of an idle request, and no RTMP.
  const bool is_idle = body->end - body->begin <= 1;
  hand_on_body(Direction::to_server, missing, is_idle ? StreamRange{body->end, body->end} : *body, packet);
  add_worked_out_request(missing, is_idle ? TunnelCommand::idle : TunnelCommand::send);
  return true;
}

/// Its response may come, too, or be missing.
void TunnelConnection::add_worked_out_request(std::uint64_t sequence, TunnelCommand command) {
  if (Pending* cut = asked(); cut != nullptr) cut->asked = true;
  Pending& pending = pending_.emplace_back();
  pending.command = command;
  pending.session = last_;
  pending.exchange.command = static_cast<std::uint8_t>(command);
  pending.exchange.sequence = sequence;
  pending.asked = true;
  pending.answered = is_answered_already(pending);
}

/// The same of responses. Where several requests wait it is not known which of them was answered meanwhile.
bool TunnelConnection::work_out_response(std::uint64_t offset, const PacketRef& packet) {
  Pending* const missing = answered();
  if (missing == nullptr || missing->answering) return false;
  const auto waits = [&](const Pending& each) { return is_waiting_before(each, packet); };
  const auto waiting = std::ranges::count_if(pending_, waits);
  constexpr std::ptrdiff_t that_and_this = 2;
  if (waiting != that_and_this || missing->session != last_ || !is_in_session(missing->command)) return false;
  const std::uint64_t sequence = missing->exchange.sequence;
  if (!last_ || !last_->lacks_one_before(Direction::to_client, sequence + 1)) return false;
  const Half& side = half(Direction::to_client);
  auto body = side.rest.body_of_one(offset, side.form, 0);
  if (!body || body->begin == body->end) return false;
  ++body->begin;  // the polling byte
  missing->exchange.response_bytes = body->end - body->begin;
  missing->answered = true;
  hand_on_body(Direction::to_client, sequence, *body, packet);
  last_->end_exchange(missing->exchange, packet);
  return true;
}

void TunnelConnection::hand_on_body(Direction direction, std::uint64_t sequence, StreamRange body,
                                    const PacketRef& packet) {
  half(direction).rest.for_each_in(
      body,
      [&](const StreamData& data) {
        last_->data(direction, sequence, data.offset - body.begin, data.bytes, packet);
      },
      [&](const StreamGap& gap) {
        last_->gap(direction, sequence, gap.offset - body.begin, gap.length, gap.cause, packet);
      });
  last_->end(direction, sequence, packet);
}

/// Bytes in front of the next head belong to the session that was used last. How many are missing between
/// them is not known. One byte alone is that of an idle request, or of its answer, which is not RTMP.
void TunnelConnection::hand_on_rest(Direction direction) {
  Half& side = half(direction);
  if (side.rest_flows) return side.rest.clear();
  const bool has_rest = side.rest.body_bytes(direction) > 1 && last_ != nullptr;
  std::optional<StreamGap> gap;
  side.lost.at_most = 0;
  const auto lose = [&](const PacketRef& noticed_at) {
    last_->lose(direction, gap ? gap->cause : GapCause::not_captured, noticed_at, side.lost.at_most);
    side.lost.at_most = 0;
    gap.reset();
  };
  side.rest.for_each_body(
      direction,
      [&](const StreamData& data) {
        if (!has_rest) return;
        if (gap || !side.lost.has_rest) lose(gap ? gap->noticed_at : data.packet);
        last_->unnumbered(direction, data.bytes, data.packet);
        side.lost.has_rest = true;
      },
      [&](const StreamGap& missing) {
        gap = missing;
        if (!missing.length) side.lost.at_most.reset();
        if (side.lost.at_most) *side.lost.at_most += *missing.length;
      });
  if (gap && side.lost.has_rest) lose(gap->noticed_at);
  side.rest.clear();
}

}  // namespace rtmpscope::carrier
