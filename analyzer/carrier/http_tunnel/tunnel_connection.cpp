#include "carrier/http_tunnel/tunnel_connection.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace rtmpscope::carrier {
namespace {

constexpr std::uint32_t ok = 200, bad_request = 400, not_found = 404;

/// What of a response is looked at for an id or an address, with its line end.
constexpr std::size_t longest_answer = longest_session_id + 2;

std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find_first_of("\r\n"));
}

}  // namespace

TunnelConnection::TunnelConnection(TunnelTable& table, const TunnelEnds& ends, bool at_start,
                                   std::function<void()> give_up, std::function<void()> on_session)
    : table_(table),
      ends_(ends),
      give_up_(std::move(give_up)),
      on_session_(std::move(on_session)),
      halves_{Half{.reader = HttpReader(Direction::to_server, *this, at_start),
                   .rest = LostMessages(table.held_together())},
              Half{.reader = HttpReader(Direction::to_client, *this, at_start),
                   .rest = LostMessages(table.held_together())}} {}

void TunnelConnection::on_data(Direction direction, const StreamData& data) {
  if (!gave_up_) half(direction).reader.on_data(data);
}

void TunnelConnection::on_gap(Direction direction, const StreamGap& gap) {
  if (!gave_up_) half(direction).reader.on_gap(gap);
}

void TunnelConnection::on_end(Direction direction, const StreamEnd& end) {
  if (gave_up_) return;
  half(direction).reader.on_end(end.packet);
  hand_on_rest(direction);
}

void TunnelConnection::close(EndCause cause, const PacketRef& packet,
                             const std::function<void(TunnelSession&)>& before) {
  if (!is_tunnel_ && !gave_up_) {
    gave_up_ = true;
    give_up_();
  }
  for (Pending& pending : pending_) {
    const bool unnamed = pending.command == TunnelCommand::open && !pending.answered && is_tunnel_;
    if (unnamed && !pending.session) on_opened(pending, packet);
    if (!pending.answered) leave_unanswered(pending, packet);
  }
  pending_.clear();
  std::vector<std::shared_ptr<TunnelSession>> carried;
  for (const auto& [address, session] : sessions_) carried.push_back(session);
  std::ranges::sort(carried, {}, &TunnelSession::number);
  for (const std::shared_ptr<TunnelSession>& session : carried) {
    before(*session);
    session->detach();
    table_.on_detached(session, cause, packet);
  }
  sessions_.clear();
}

TunnelConnection::Pending* TunnelConnection::asked() {
  return pending_.empty() || pending_.back().asked ? nullptr : &pending_.back();
}

TunnelConnection::Pending* TunnelConnection::answered() {
  const auto first = std::ranges::find(pending_, false, &Pending::answered);
  return first == pending_.end() ? nullptr : &*first;
}

/// Of requests that were captured before `packet`: both directions may come late, each by itself.
TunnelConnection::Pending* TunnelConnection::latest_before(const PacketRef& packet) {
  const auto found = std::find_if(pending_.rbegin(), pending_.rend(),
                                  [&](const Pending& each) { return is_waiting_before(each, packet); });
  return found == pending_.rend() ? nullptr : &*found;
}

void TunnelConnection::forget_done() {
  while (!pending_.empty() && pending_.front().asked && pending_.front().answered) pending_.pop_front();
}

void TunnelConnection::note_foreign(bool may_be_followed) {
  if (is_tunnel_ || gave_up_) return;
  if (may_be_followed && ++foreign_ < most_foreign) return;
  gave_up_ = true;
  give_up_();
}

void TunnelConnection::use(const std::shared_ptr<TunnelSession>& session) {
  is_tunnel_ = true;
  last_ = session;
  if (!sessions_.emplace(session.get(), session).second) return;
  session->attach();
  on_session_();
  if (sessions_.size() > 2 * TunnelTable::most_sessions) {
    std::erase_if(sessions_, [](const auto& entry) { return entry.second->is_closed(); });
  }
}

void TunnelConnection::on_head(Direction direction, const HttpHead& head, std::uint64_t offset,
                               const PacketRef& packet) {
  if (gave_up_) return;  // the reader continues to the end of the data at hand
  Half& side = half(direction);
  side.in_message = true;
  side.position = 0;
  side.last_head = packet;
  if (head.is_request || head.status >= ok) side.form.add(head);
  if (side.lost.any) {
    const bool worked_out =
        head.is_request ? work_out_request(head, offset, packet) : work_out_response(offset, packet);
    if (worked_out) side.lost = {};
    if (!worked_out) hand_on_rest(direction);
  }
  if (direction == Direction::to_server) {
    begin_request(head, offset, packet);
  } else {
    begin_response(head, offset, packet);
  }
  side.lost = {};
  side.rest.clear();
  side.rest_flows = false;
}

void TunnelConnection::begin_request(const HttpHead& head, std::uint64_t offset, const PacketRef& packet) {
  if (Pending* cut = asked(); cut != nullptr) cut->asked = true;
  forget_done();
  if (pending_.size() >= most_pending) {
    leave_unanswered(pending_.front(), packet);
    pending_.pop_front();
  }
  Pending& pending = pending_.emplace_back();
  pending.exchange.request = packet;
  pending.exchange.request_offset = offset;
  const auto request = head.method == "POST" ? read_tunnel_target(head.target) : std::nullopt;
  if (request && is_in_session(request->command)) pending.session = session_of(*request, head, packet);
  if (!request || (is_in_session(request->command) && !pending.session))
    return note_foreign(head.method == "POST");
  pending.command = request->command;
  pending.exchange.command = static_cast<std::uint8_t>(request->command);
  pending.exchange.sequence = request->sequence;
  is_tunnel_ = is_tunnel_ || head.tunnel_type;
  if (!pending.session) return;
  use(pending.session);
  const Half& side = half(Direction::to_server);
  pending.session->begin_request(pending.exchange, side.lost, packet);
  if (!pending.exchange.repeated) pending.answered = is_answered_already(pending);
}

/// Behind a gap requests are captured late: their responses have been read, and told with requests made up.
bool TunnelConnection::is_answered_already(const Pending& pending) {
  Half& responses = half(Direction::to_client);
  if (!responses.miscounted)
    return pending.exchange.sequence < pending.session->stream(Direction::to_client).expected();
  // Few clients ask before they have an answer.
  responses.miscounted = pending.exchange.request.number < responses.last_head.number;
  return responses.miscounted;
}

/// Other sites have targets like these: without the type of RTMPT the session must be known.
std::shared_ptr<TunnelSession> TunnelConnection::session_of(const TunnelRequest& request,
                                                            const HttpHead& head, const PacketRef& packet) {
  if (auto known = table_.find(ends_, request.session)) return known;
  if (!head.tunnel_type && !is_tunnel_) return nullptr;
  TunnelOpening opening;
  opening.session = request.session;
  opening.request = packet;
  return table_.add(ends_, opening, packet);
}

void TunnelConnection::begin_response(const HttpHead& head, std::uint64_t offset, const PacketRef& packet) {
  Half& side = half(Direction::to_client);
  if (head.status < ok) {  // "100 Continue": the response comes later
    side.in_message = false;
    return;
  }
  Pending* pending = answered();
  // Responses are missing, and it is not known how many. Few clients ask before they have an answer.
  Pending* const latest = side.lost.any ? latest_before(packet) : pending;
  // One response is missing, and which requests were asked is not known: they come late.
  const bool uncounted = pending == nullptr ? side.lost.any : pending == latest && side.lost.whole;
  side.miscounted = side.miscounted || uncounted;
  while (pending != nullptr && latest != nullptr && pending != latest) {
    leave_unanswered(*pending, packet);
    pending = answered();
  }
  if (latest == nullptr) pending = nullptr;
  if (pending == nullptr) pending = &made_up_request();
  pending->answering = true;
  TunnelExchange& exchange = pending->exchange;
  exchange.status = head.status;
  exchange.response_offset = offset;
  if (pending->asked && exchange.request.number != 0 && !uncounted)
    exchange.response_time = packet.time - exchange.request.time;
  if (pending->session && is_in_session(pending->command)) {
    use(pending->session);
    if (uncounted && side.lost.at_most != 0U)
      pending->session->lose(Direction::to_client, GapCause::not_captured, packet, side.lost.at_most);
    pending->session->begin_response(exchange, side.lost, packet);
  }
}

/// A response whose request is not in the capture: that of the session that was used last, or what tells a
/// session's id.
TunnelConnection::Pending& TunnelConnection::made_up_request() {
  Pending& pending = pending_.emplace_front();
  pending.asked = true;
  pending.command = TunnelCommand::open;
  if (last_ == nullptr || last_->is_closed()) return pending;
  pending.command = TunnelCommand::send;
  pending.session = last_;
  pending.exchange.command = static_cast<std::uint8_t>(TunnelCommand::send);
  pending.exchange.sequence = last_->stream(Direction::to_client).expected();
  return pending;
}

void TunnelConnection::on_body(Direction direction, Bytes bytes, const PacketRef& packet) {
  Half& side = half(direction);
  if (!side.in_message) return;
  if (direction == Direction::to_client) {
    if (Pending* pending = answered(); pending != nullptr) take_response_body(*pending, bytes, packet);
    return;
  }
  Pending* pending = asked();
  if (pending == nullptr || pending->command != TunnelCommand::send) return;
  pending->exchange.request_bytes += bytes.size();
  pending->session->data(direction, pending->exchange.sequence, side.position, bytes, packet);
  side.position += bytes.size();
}

void TunnelConnection::take_response_body(Pending& pending, Bytes bytes, const PacketRef& packet) {
  Half& side = half(Direction::to_client);
  if (!is_in_session(pending.command)) {
    pending.text.append(
        as_text(bytes.first(std::min(bytes.size(), longest_answer + 1 - pending.text.size()))));
    return;
  }
  if (pending.exchange.status != ok) return;
  if (side.position == 0) {
    pending.exchange.polling = bytes.front();
    bytes = bytes.subspan(1);
    side.position = 1;
  }
  pending.exchange.response_bytes += bytes.size();
  pending.session->data(Direction::to_client, pending.exchange.sequence, side.position - 1, bytes, packet);
  side.position += bytes.size();
}

void TunnelConnection::on_body_gap(Direction direction, std::optional<std::uint64_t> length, GapCause cause,
                                   const PacketRef& packet) {
  Half& side = half(direction);
  const bool is_response = direction == Direction::to_client;
  Pending* pending = is_response ? answered() : asked();
  if (!side.in_message || pending == nullptr || !pending->session) return;
  if (is_response ? pending->exchange.status != ok : pending->command != TunnelCommand::send) return;
  std::uint64_t position = side.position;
  if (is_response) {
    if (position == 0) {  // the polling byte is missing
      position = 1;
      if (length) --*length;
    }
    side.position = position + length.value_or(0);
    --position;
  } else {
    side.position += length.value_or(0);
  }
  if (length != 0U)
    pending->session->gap(direction, pending->exchange.sequence, position, length, cause, packet);
}

void TunnelConnection::on_message_end(Direction direction, bool complete, const PacketRef& packet) {
  Half& side = half(direction);
  if (!side.in_message) return;
  if (direction == Direction::to_server) {
    end_request(complete, packet);
  } else {
    end_response(complete, packet);
  }
  side.in_message = false;
  forget_done();
}

void TunnelConnection::end_request(bool complete, const PacketRef& packet) {
  Pending* pending = asked();
  if (pending == nullptr) return;
  pending->asked = complete;
  if (!complete || !pending->session || !is_in_session(pending->command)) return;
  pending->exchange.request = packet;
  pending->session->end(Direction::to_server, pending->exchange.sequence, packet);
}

void TunnelConnection::end_response(bool complete, const PacketRef& packet) {
  Pending* pending = answered();
  if (pending == nullptr || !pending->answering) return;
  pending->answered = true;
  if (pending->command == TunnelCommand::open) return on_opened(*pending, packet);
  if (pending->command == TunnelCommand::ident && pending->exchange.status == ok) {
    redirect_ = first_line(pending->text);
  }
  if (!pending->session || !is_in_session(pending->command)) return;
  if (complete) pending->session->end(Direction::to_client, pending->exchange.sequence, packet);
  judge_response(*pending, complete, packet);
  pending->session->end_exchange(pending->exchange, packet);
}

void TunnelConnection::judge_response(const Pending& pending, bool complete, const PacketRef& packet) {
  const std::uint32_t status = pending.exchange.status;
  LayerFinding finding{FindingId::tunnel_request_failed, packet, Direction::to_client,
                       pending.exchange.response_offset, status, pending.exchange.sequence};
  if (status == bad_request || status == not_found) {
    finding.id = FindingId::tunnel_session_unknown;
  } else if (status == ok) {
    const bool has_byte = pending.exchange.polling || half(Direction::to_client).position > 0;
    if (has_byte || !complete || pending.command == TunnelCommand::close) return;
    finding.id = FindingId::tunnel_polling_byte_missing;
    finding.a = pending.exchange.sequence;
    finding.b = 0;
  }
  pending.session->find(finding);
}

/// The response to "open" is the session's id and a line feed. Without one, or without a response, the
/// session has no name.
void TunnelConnection::on_opened(Pending& pending, const PacketRef& packet) {
  const std::string_view line = first_line(pending.text);
  const bool named = pending.exchange.status == ok && pending.text.size() <= longest_answer &&
                     is_session_id(line) && pending.text.size() > line.size();
  if (!named && (!is_tunnel_ || pending.exchange.request.number == 0)) return note_foreign(true);
  if (auto known = named ? table_.find(ends_, line) : nullptr;
      known && sessions_.contains(known.get()) && !known->is_close_requested()) {
    pending.session = known;  // the client's next request was captured before this response
    return;
  }
  TunnelOpening opening;
  if (named) opening.session = line;
  opening.captured = pending.exchange.request.number != 0;
  opening.request = opening.captured ? pending.exchange.request : packet;
  opening.response_time = pending.exchange.response_time;
  opening.redirect = redirect_;
  pending.session = table_.add(ends_, opening, packet);
  if (opening.captured) pending.session->on_open_captured();
  use(pending.session);
  if (named) return;
  LayerFinding finding{
      FindingId::tunnel_request_failed, packet, Direction::to_client, pending.exchange.response_offset,
      pending.exchange.status,          0};
  if (pending.exchange.status == 0) {
    finding.id = FindingId::tunnel_response_missing;
    finding.carrier_offset.reset();
  }
  pending.session->find(finding);
}

void TunnelConnection::leave_unanswered(Pending& pending, const PacketRef& packet) {
  pending.answered = true;
  if (!pending.session || !is_in_session(pending.command)) return;
  const bool after_gap = half(Direction::to_client).lost.any;
  if (pending.command != TunnelCommand::close && pending.exchange.request.number != 0) {
    pending.session->find({FindingId::tunnel_response_missing,
                           packet,
                           Direction::to_client,
                           {},
                           pending.exchange.sequence,
                           0,
                           after_gap});
  }
  pending.session->end_exchange(pending.exchange, packet);
}

}  // namespace rtmpscope::carrier
