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
    if (unnamed && !pending.session) on_opened(pending, false, packet);
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

/// Behind a gap requests come late: their responses have been read, as answers to requests made up.
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
  pending->is_cut = side.lost.any;
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
  if (is_response && side.in_message && pending != nullptr) pending->is_cut = true;
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
  if (pending->command == TunnelCommand::open) return on_opened(*pending, complete, packet);
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
void TunnelConnection::on_opened(Pending& pending, bool complete, const PacketRef& packet) {
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
  if (named || (pending.exchange.status == ok && (!complete || pending.is_cut))) return;
  LayerFinding finding{FindingId::tunnel_response_missing, packet, Direction::to_client, {}, 0, 0};
  if (pending.exchange.status != 0) {
    finding.id = FindingId::tunnel_request_failed;
    finding.carrier_offset = pending.exchange.response_offset;
    finding.a = pending.exchange.status;
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
