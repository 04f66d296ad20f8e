// Where bytes of a TLS session are missing: the next record is searched.
#include <algorithm>
#include <utility>

#include "carrier/tls_layer.hpp"

namespace rtmpscope::carrier {

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
  const bool has_keys = at.is_protected && at.opener.cipher() != nullptr;
  if (!has_keys) {
    if (loss.cause == GapCause::start_not_captured) {
      if (take_midstream(direction, record)) return true;
      if (midstream_.is_hopeless()) become_opaque(record.packet);
      return false;
    }
    at.mode = Mode::reading;
    at.totals.lost += 1;
    if (take(direction, record) == Answer::taken) return true;
    at.mode = Mode::searching;
    return false;
  }
  const std::uint64_t outer_bytes = record.offset - loss.from;
  const bool known = loss.length_known;
  const std::size_t least_record = at.opener.cipher()->overhead();
  constexpr std::size_t largest_record = tls::record_header_size + tls::most_record_body;
  const std::uint64_t most_lost =
      known ? std::min<std::uint64_t>(outer_bytes / least_record, most_lost_records) : most_lost_records;
  const bool in_handshake = at.opener.in_handshake();
  std::uint64_t lost = known ? (outer_bytes + largest_record - 1) / largest_record : 0;
  at.budget.grant(record.end() - at.missing_bytes);
  const auto opened = at.opener.open_after_loss(record, most_lost, lost, at.budget);
  if (!opened) {
    if (at.budget.is_over(record.body.size())) give_up_direction(direction, record.packet);
    return false;
  }
  at.mode = Mode::reading;
  ++at.totals.records;
  tell_loss(direction, lost, outer_bytes, loss, in_handshake, record.packet);
  deliver(direction, record, *opened);
  return true;
}

void TlsLayer::tell_loss(Direction direction, std::uint64_t lost, std::uint64_t outer_bytes,
                         const TlsLoss& loss, bool in_handshake, PacketRef packet) {
  Side& at = side(direction);
  at.totals.lost += lost;
  if (lost == 0 && outer_bytes == 0) return;
  const tls::RecordCipher& cipher = *at.opener.cipher();
  StreamGap gap{at.inner, std::nullopt, loss.cause, packet};
  if (cipher.has_exact_sizes() && loss.length_known && !in_handshake &&
      outer_bytes >= lost * cipher.overhead())
    gap.length = outer_bytes - lost * cipher.overhead();
  if (in_handshake && (at.opener.in_handshake() || lost == 0)) return;  // nothing of the content is missing
  find(FindingId::tls_records_lost, role(direction), packet, lost, gap.length.value_or(0), loss.from);
  if (gap.length == 0U) return;
  if (state_ == LayerState::establishing) {
    state_ = LayerState::open;
    tell_opening(packet);
  }
  next().on_gap(direction, gap);
  at.inner += gap.length.value_or(0);
}

}  // namespace rtmpscope::carrier
