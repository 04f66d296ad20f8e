#include "carrier/tls_layer.hpp"

#include <algorithm>
#include <utility>

#include "carrier/tls_session_keys.hpp"

namespace rtmpscope::carrier {
namespace {

using tls::ContentType;
using tls::HandshakeType;

/// The first record with keys before TLS 1.3.
constexpr std::uint64_t finished_records = 1;

}  // namespace

TlsLayer::TlsLayer(const LayerContext& context, Begin begin)
    : keys_(context.keys),
      teller_(context.listener),
      held_share_(context.held_bytes),
      may_begin_within_record_(begin != Begin::at_start) {
  if (begin != Begin::inside) return;
  for (const Direction direction : {Direction::to_server, Direction::to_client})
    begin_search(direction, {.length_known = false, .cause = GapCause::start_not_captured});
}

void TlsLayer::on_data(Direction direction, const StreamData& data) {
  Side& at = side(direction);
  if (at.mode == Mode::waiting && has_hellos(opening_) && keys_->version() != keys_version_) {
    look_for_keys();
    for (const Direction each : {Direction::to_server, Direction::to_client}) release(each);
  }
  read(direction, data);
  if (at.mode == Mode::waiting && at.held.bytes().size() > most_waiting_bytes) {
    at.patience_over = true;
    release(direction);
  }
  count_held(data.packet);
}

void TlsLayer::count_held(PacketRef packet) {
  std::size_t bytes = 0;
  for (const Side& each : sides_)
    bytes += each.held.bytes().size() + each.search.held_bytes() + each.splitter.held_bytes();
  const bool more = bytes > held_share_.bytes();
  held_share_.set(bytes);
  if (!more || held_share_.total() <= most_held_bytes) return;
  for (Side& each : sides_) {
    each.held.clear();
    each.search.begin({});
    each.splitter.restart(0);
  }
  held_share_.set(0);
  become_opaque(packet);
}

/// Not by recursion: hostile bytes may change the mode with every few of them.
void TlsLayer::read(Direction direction, const StreamData& data) {
  read_in_steps(data,
                [&](const StreamData& rest, HeldPieces& again) { return read_some(direction, rest, again); });
}

/// Reads `data` until the mode changes, or all of it. `again`: gets what was read and comes behind the
/// change.
std::size_t TlsLayer::read_some(Direction direction, const StreamData& data, HeldPieces& again) {
  Side& at = side(direction);
  if (state_ == LayerState::opaque || at.mode == Mode::closed) return data.bytes.size();
  switch (at.mode) {
    case Mode::waiting: at.held.add(data.offset, data.bytes, data.packet); return data.bytes.size();
    case Mode::searching: return search(direction, data, again);
    case Mode::closed:
    case Mode::reading: break;
  }
  at.splitter.feed(data);
  return take_records(direction, data);
}

/// Takes the records that end in `data`, until the mode changes. How many bytes of `data` that were.
std::size_t TlsLayer::take_records(Direction direction, const StreamData& data) {
  Side& at = side(direction);
  while (const auto record = at.splitter.next()) {
    const std::uint64_t behind = record->end();
    const Answer answer = take(direction, *record);
    if (state_ == LayerState::opaque) return data.bytes.size();
    if (answer == Answer::taken && at.mode == Mode::reading) continue;
    if (answer == Answer::wait) {
      at.mode = Mode::waiting;
      hold(at, *record);
    }
    at.splitter.restart(behind);
    return static_cast<std::size_t>(behind - data.offset);
  }
  if (!at.splitter.is_broken()) return data.bytes.size();
  const std::uint64_t offset = at.splitter.offset();
  const bool is_begin = may_begin_within_record_ && offset == 0;
  if (!is_begin) teller_.finding(FindingId::tls_record_malformed, role(direction), data.packet, 0, 0, offset);
  const std::size_t before = offset < data.offset ? static_cast<std::size_t>(data.offset - offset) : 0;
  begin_search(direction, {.from = offset, .behind = offset + 1, .cause = GapCause::not_captured});
  at.search.add({offset, at.splitter.held().first(before), data.packet});
  at.splitter.restart(offset);
  return before > 0 ? 0 : static_cast<std::size_t>(offset - data.offset);
}

TlsLayer::Answer TlsLayer::take(Direction direction, const tls::Record& record) {
  Side& at = side(direction);
  if (record.type() == ContentType::change_cipher_spec) {
    if (!has_hellos(opening_)) {
      const bool before_second_hello = opening_.server && opening_.server->retry;
      if (!before_second_hello && may_wait(direction)) return Answer::wait;
    } else if (!is_tls_1_3(opening_)) {
      ++at.totals.records;
      at.is_protected = true;
      at.handshake.reset();
      at.opener.on_change_cipher_spec();
    }
    return Answer::taken;
  }
  if (!at.is_protected && record.type() == ContentType::application_data && !has_hellos(opening_)) {
    if (may_wait(direction)) return Answer::wait;
    at.is_protected = true;
  }
  if (lacks_finished(direction, record)) {  // the loss was seen at an earlier record
    const TlsLoss loss{.from = record.offset, .behind = record.offset};
    if (!try_resume(direction, record, loss)) begin_search(direction, {record.offset, record.end()});
    return Answer::taken;
  }
  const bool clear_alert = record.type() == ContentType::alert && record.body.size() == 2;
  if (at.is_protected && !(clear_alert && (!has_hellos(opening_) || is_tls_1_3(opening_))))
    return take_protected(direction, record);
  ++at.totals.records;
  deliver(direction, record, {record.type(), record.body});
  return Answer::taken;
}

TlsLayer::Answer TlsLayer::take_protected(Direction direction, const tls::Record& record) {
  Side& at = side(direction);
  if (keys_->version() != keys_version_ && opening_.keys != TlsKeys::found) {
    look_for_keys();
    release(opposite(direction));
  }
  if (!at.opener.has_keys() && !at.opener.is_protected()) {
    if (may_wait(direction)) return Answer::wait;
    if (take_midstream(direction, record)) return Answer::taken;
    ++at.totals.records;
    watch(direction, record);
    return Answer::taken;
  }
  ++at.totals.records;
  if (const auto opened = at.opener.open(record)) {
    deliver(direction, record, *opened);
  } else {
    take_unverified(direction, record);
  }
  return Answer::taken;
}

bool TlsLayer::take_midstream(Direction direction, const tls::Record& record) {
  Side& at = side(direction);
  if (has_hellos(opening_)) return false;
  std::uint64_t before = 0;
  const auto opened = midstream_.open(*keys_, record, direction, opening_, at.opener, before);
  if (!opened) return false;
  at.is_protected = true;
  at.mode = Mode::reading;
  ++at.totals.records;
  release(opposite(direction));  // came earlier, and can be read now
  if (before > 0)
    lose_content(direction, {at.inner, std::nullopt, GapCause::start_not_captured, record.packet});
  deliver(direction, record, *opened);
  return true;
}

/// Records of a handshake without keys, and early data, come before the first that can be opened.
void TlsLayer::take_unverified(Direction direction, const tls::Record& record) {
  Side& at = side(direction);
  const bool may_be_early =
      role(direction) == Direction::to_server && opening_.client && opening_.client->early_data;
  if (!at.opener.is_proven() && at.opener.in_handshake()) {
    if (may_be_early) ++at.totals.early;
    if (at.opener.has_keys() && ++at.unproven <= most_unproven_records) return;
  } else if (at.opener.is_proven()) {
    ++at.totals.unverified;
    teller_.finding(FindingId::tls_record_unverified, role(direction), record.packet, record.body.size(), 0,
                    record.offset);
    at.opener.remember(record);
    return begin_search(direction, {record.offset, record.end(), true, GapCause::not_captured});
  } else if (++at.unproven <= most_unproven_records) {
    at.opener.skip();
    at.opener.remember(record);
    return;
  }
  opening_.keys = TlsKeys::do_not_fit;
  become_opaque(record.packet);
}

void TlsLayer::deliver(Direction direction, const tls::Record& record, const tls::OpenedRecord& opened) {
  Side& at = side(direction);
  switch (opened.type) {
    case ContentType::application_data: return deliver_content(direction, record, opened.content);
    case ContentType::alert:
      return teller_.alert(role(direction), opened.content, at.is_protected, is_tls_1_3(opening_),
                           record.offset, record.packet);
    case ContentType::handshake:
      return at.handshake.add(opened.content, [&](std::uint8_t type, Bytes body) {
        on_handshake(direction, type, body, record.packet);
      });
    case ContentType::change_cipher_spec: break;
  }
}

void TlsLayer::deliver_content(Direction direction, const tls::Record& record, Bytes content) {
  Side& at = side(direction);
  if (state_ == LayerState::establishing) {
    state_ = LayerState::open;
    teller_.opening(opening_, record.packet);
  }
  if (content.empty()) return;
  const std::size_t in_front = !is_tls_1_3(opening_) && at.opener.cipher() != nullptr
                                   ? at.opener.cipher()->suite().explicit_nonce_size()
                                   : 0;
  const std::uint64_t offset = at.inner;
  at.inner += content.size();
  at.totals.content += content.size();
  at.offsets.add(offset, record.offset + tls::record_header_size + in_front, content.size());
  next().on_data(direction, {offset, content, record.packet});
}

void TlsLayer::on_handshake(Direction direction, std::uint8_t type, Bytes body, PacketRef packet) {
  Side& at = side(direction);
  const bool is_1_3 = is_tls_1_3(opening_);
  switch (static_cast<HandshakeType>(type)) {
    case HandshakeType::client_hello: return add_client_hello(body, direction, opening_);
    case HandshakeType::server_hello: return on_server_hello(direction, body);
    case HandshakeType::encrypted_extensions: opening_.alpn = tls::parse_encrypted_extensions(body); return;
    case HandshakeType::certificate:
      if (role(direction) == Direction::to_client) add_certificates(body, opening_);
      return;
    case HandshakeType::finished:
      if (is_1_3) at.opener.on_finished();
      return;
    case HandshakeType::key_update:
      if (!is_1_3 || !at.is_protected) return;
      at.opener.on_key_update();
      return teller_.key_update(role(direction), body, packet);
    case HandshakeType::new_session_ticket:
    case HandshakeType::end_of_early_data: return;
  }
}

/// Behind the server's last hello records are encrypted, and keys can be looked for.
void TlsLayer::on_server_hello(Direction direction, Bytes body) {
  if (!add_server_hello(body, direction, opening_) || opening_.server->retry) return;
  if (is_tls_1_3(opening_)) {
    for (Side& each : sides_) each.is_protected = true;
  }
  look_for_keys();
  release(opposite(direction));
}

void TlsLayer::look_for_keys() {
  keys_version_ = keys_->version();
  Side& client = side(role(Direction::to_server));
  Side& server = side(role(Direction::to_client));
  opening_.keys = find_session_keys(opening_, *keys_, client.opener, server.opener);
  // Keys that come late find the ChangeCipherSpec behind them.
  for (Side& each : sides_) {
    if (each.is_protected && !is_tls_1_3(opening_) && !each.opener.is_protected())
      each.opener.on_change_cipher_spec();
  }
}

/// Whether what is missing for this record may still come.
bool TlsLayer::may_wait(Direction direction) const {
  const Side& at = sides_[index_of(direction)];
  const Side& peer = sides_[index_of(opposite(direction))];
  if (state_ != LayerState::establishing || at.patience_over) return false;
  if (!has_hellos(opening_))
    return opening_.client && peer.mode == Mode::reading && !peer.is_protected && !peer.ended;
  return keys_->grows() && opening_.keys != TlsKeys::suite_not_supported;
}

/// What was held is read again, and may be held again.
void TlsLayer::release(Direction direction) {
  Side& at = side(direction);
  if (at.mode != Mode::waiting) return;
  const HeldPieces pieces = std::exchange(at.held, HeldPieces());
  at.mode = Mode::reading;
  at.splitter.restart(pieces.offset());
  pieces.for_each([&](const StreamData& data) { read(direction, data); },
                  [&](const StreamGap& gap) { lose(direction, gap); });
}

/// A protected record without a key.
void TlsLayer::watch(Direction direction, const tls::Record& record) {
  if (state_ == LayerState::open) return give_up_direction(direction, record.packet);
  if (opening_.keys == TlsKeys::no_data) look_for_keys();
  if (record.type() == ContentType::application_data)
    likeness_.add(role(direction), likely_content_size(opening_, record.body.size()));
  if (likeness_.is_decided()) become_opaque(record.packet);
}

void TlsLayer::give_up_direction(Direction direction, PacketRef packet) {
  Side& at = side(direction);
  if (at.mode == Mode::closed) return;
  at.mode = Mode::closed;
  next().on_gap(direction, {at.inner, std::nullopt, GapCause::not_captured, packet});
}

void TlsLayer::become_opaque(PacketRef packet) {
  if (state_ != LayerState::establishing) {  // content was handed on: from here on it cannot be had
    for (const Direction direction : {Direction::to_server, Direction::to_client})
      give_up_direction(direction, packet);
    return;
  }
  state_ = LayerState::opaque;
  opening_.likeness = likeness_.likeness();
  teller_.opening(opening_, packet);
}

void TlsLayer::tell_end(PacketRef packet) {
  std::array<TlsTotals, 2> totals{};
  for (const Direction direction : {Direction::to_server, Direction::to_client})
    totals[index_of(role(direction))] = side(direction).totals;
  teller_.end(totals, state_ == LayerState::open, packet);
}

void TlsLayer::lose(Direction direction, const StreamGap& gap) {
  Side& at = side(direction);
  at.missing_bytes += gap.length.value_or(0);
  if (at.mode == Mode::closed) return;
  if (at.mode == Mode::searching) return at.search.add(gap);
  const std::uint64_t gap_end = gap.offset + gap.length.value_or(0);
  // The record at hand ends where its header says.
  const std::uint64_t record_end = gap.offset + at.splitter.missing().value_or(0);
  begin_search(direction, {.from = at.splitter.offset(),
                           .behind = gap.length ? std::max(gap_end, record_end) : gap_end,
                           .length_known = gap.length.has_value(),
                           .cause = gap.cause});
}

void TlsLayer::begin_search(Direction direction, const TlsLoss& loss) {
  Side& at = side(direction);
  at.mode = Mode::searching;
  at.search.begin(loss);
  at.handshake.reset();
}

/// Reads as much of `data` at once as costs little to read again.
std::size_t TlsLayer::search(Direction direction, const StreamData& data, HeldPieces& again) {
  constexpr std::size_t step = 256;
  Side& at = side(direction);
  const Bytes bytes = data.bytes.first(std::min(data.bytes.size(), step));
  TlsRecordSearch search = std::exchange(at.search, TlsRecordSearch());
  search.add({data.offset, bytes, data.packet});
  while (at.mode == Mode::searching && state_ != LayerState::opaque) {
    const auto record = search.candidate();
    if (!record) break;
    const std::uint64_t behind = record->end();
    if (!try_resume(direction, *record, search.loss())) {
      at.opener.remember(*record);
      search.reject();
      continue;
    }
    if (at.mode == Mode::reading) at.splitter.restart(behind);
    again = search.accept();
    return bytes.size();
  }
  if (at.mode == Mode::searching) at.search = std::move(search);
  return bytes.size();
}

/// Whether the record is one of the session: it verifies, or, where nothing can be verified, its place is
/// known or its header has the session's version.
bool TlsLayer::try_resume(Direction direction, const tls::Record& record, const TlsLoss& loss) {
  Side& at = side(direction);
  const bool behind_finished = lacks_finished(direction, record);
  if (behind_finished) at.opener.on_change_cipher_spec();
  const bool is_protected = at.is_protected || behind_finished;
  if (!is_protected || at.opener.cipher() == nullptr) {
    if (loss.cause == GapCause::start_not_captured) {
      if (take_midstream(direction, record)) return true;
      if (midstream_.is_hopeless()) become_opaque(record.packet);
      return false;
    }
    at.is_protected = is_protected;
    return resume_without_keys(direction, record, loss);
  }
  const std::uint64_t outer_bytes = record.offset - loss.from;
  TlsLostRecords range = lost_records(loss, outer_bytes, *at.opener.cipher());
  if (behind_finished) range = {.least = finished_records, .most = most_lost_records};
  const bool in_handshake = behind_finished || at.opener.in_handshake();
  std::uint64_t lost = range.least;
  at.budget.grant(record.end() - at.missing_bytes);
  const auto opened =
      at.opener.open_after_loss(record, std::min(range.most, most_lost_records), lost, at.budget);
  if (!opened) {
    if (at.budget.is_over(record.body.size())) give_up_direction(direction, record.packet);
    return false;
  }
  at.mode = Mode::reading;
  at.is_protected = true;
  ++at.totals.records;
  const std::uint64_t handshake = behind_finished ? finished_records : 0;
  at.totals.lost += handshake;
  tell_loss(direction, lost - handshake, outer_bytes, loss, in_handshake, record.packet);
  deliver(direction, record, *opened);
  return true;
}

/// Before TLS 1.3, application data come behind ChangeCipherSpec and Finished (RFC 5246, section 7.3): these
/// were lost.
bool TlsLayer::lacks_finished(Direction direction, const tls::Record& record) const {
  return record.type() == ContentType::application_data && !sides_[index_of(direction)].is_protected &&
         has_hellos(opening_) && !is_tls_1_3(opening_);
}

/// If it has to wait, so has the loss in front of it: the search goes on from there.
bool TlsLayer::resume_without_keys(Direction direction, const tls::Record& record, const TlsLoss& loss) {
  Side& at = side(direction);
  at.mode = Mode::reading;
  at.totals.lost += 1;
  if (take(direction, record) == Answer::taken) return true;
  at.totals.lost -= 1;
  const std::uint64_t missing = record.offset - loss.from;
  at.missing_bytes -= std::min(at.missing_bytes, missing);  // they are counted again
  at.mode = Mode::waiting;
  at.held.add(StreamGap{loss.from, missing, loss.cause, record.packet});
  hold(at, record);
  return true;
}

void TlsLayer::hold(Side& at, const tls::Record& record) {
  at.held.add(record.offset, record.header, record.packet);
  at.held.add(record.offset + record.header.size(), record.body, record.packet);
}

void TlsLayer::tell_loss(Direction direction, std::uint64_t lost, std::uint64_t outer_bytes,
                         const TlsLoss& loss, bool in_handshake, PacketRef packet) {
  Side& at = side(direction);
  at.totals.lost += lost;
  if (lost == 0 && outer_bytes == 0) return;
  StreamGap gap{at.inner, std::nullopt, loss.cause, packet};
  if (!in_handshake) gap.length = lost_content(loss, outer_bytes, lost, *at.opener.cipher());
  if (in_handshake && (at.opener.in_handshake() || lost == 0)) return;  // nothing of the content is missing
  teller_.finding(FindingId::tls_records_lost, role(direction), packet, lost, gap.length.value_or(0),
                  loss.from);
  if (gap.length != 0U) lose_content(direction, gap);
}

void TlsLayer::lose_content(Direction direction, const StreamGap& gap) {
  if (state_ == LayerState::establishing) {
    state_ = LayerState::open;
    teller_.opening(opening_, gap.noticed_at);
  }
  next().on_gap(direction, gap);
  side(direction).inner += gap.length.value_or(0);
}

void TlsLayer::on_gap(Direction direction, const StreamGap& gap) {
  Side& at = side(direction);
  if (state_ == LayerState::opaque) return;
  if (at.mode == Mode::waiting) return at.held.add(gap);
  lose(direction, gap);
}

void TlsLayer::on_end(Direction direction, const StreamEnd& end) {
  Side& at = side(direction);
  at.ended = true;
  for (const Direction each : {direction, opposite(direction)}) {
    Side& held = side(each);
    if (held.mode != Mode::waiting) continue;
    held.patience_over = true;
    release(each);
  }
  if (at.mode == Mode::searching && state_ == LayerState::open) give_up_direction(direction, end.packet);
  if (state_ == LayerState::establishing) {
    const bool complete = side(Direction::to_server).is_protected && side(Direction::to_client).is_protected;
    if (!complete && !lacks_a_side())
      teller_.finding(FindingId::tls_handshake_incomplete, std::nullopt, end.packet);
    become_opaque(end.packet);
  }
  if (side(opposite(direction)).ended) tell_end(end.packet);
  next().on_end(direction, {at.inner, end.cause, end.packet});
}

void TlsLayer::add_to(LayerContext& context) const {
  context.carriers.tls = true;
  context.carriers.is_like_rtmp = opening_.likeness.value_or(tls::Likeness::none) != tls::Likeness::none;
}

}  // namespace rtmpscope::carrier
