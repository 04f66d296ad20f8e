#include "rtmp/session/chunk_stream_decoder.hpp"

#include <algorithm>
#include <vector>

#include "rtmp/recovery/chunk_size_inference.hpp"
#include "rtmp/recovery/next_header.hpp"
#include "rtmp/recovery/odd_header.hpp"

namespace rtmpscope::rtmp {
namespace {

void drop_front(StreamData& data, std::size_t count) {
  data = {data.offset + count, data.bytes.subspan(count), data.packet};
}

LossCause cause_of(ChunkItem::Kind kind) {
  switch (kind) {
    case ChunkItem::Kind::undecided_header: return LossCause::undecided_header;
    case ChunkItem::Kind::next_header: return LossCause::next_header;
    default: return LossCause::ambiguous_header;
  }
}

}  // namespace

void ChunkStreamDecoder::on_data(StreamData data, ChunkStreamListener& listener) {
  begin_packet(data.packet, data.offset);
  if (search_ != nullptr) [[unlikely]] {
    if (const auto found = search_->try_first_header(data)) {
      resume_at(*found, listener);
      kept_.reset();  // the header is still in its packet
      drop_front(data, static_cast<std::size_t>(found->header - data.offset));
    }
  }
  if (search_ == nullptr) [[likely]] {
    parse(data, listener);
    if (search_ == nullptr) return;
  }
  if (!data.bytes.empty()) kept_->append(data);
  read_kept(data, listener);
}

void ChunkStreamDecoder::on_gap(const StreamGap& stream_gap, ChunkStreamListener& listener) {
  damaged_ = true;
  if (search_ == nullptr) {
    parse_gap(stream_gap, listener);
  } else if (stream_gap.length) {
    kept_->append(stream_gap);
    read_kept({}, listener);
  } else {
    // Nothing after it has a known distance to what is before it.
    finish(stream_gap.noticed_at, listener);
    parser_.lose_sync();
    start_search({.cause = LossCause::midstream, .offset = stream_gap.offset});
  }
}

/// Bytes of `packet` come from `offset` on. What else comes with the same packet was part of it, too.
void ChunkStreamDecoder::begin_packet(PacketRef packet, std::uint64_t offset) {
  if (packet.number == packet_) return;
  packet_ = packet.number;
  packet_begin_ = offset;
}

void ChunkStreamDecoder::parse(StreamData& data, ChunkStreamListener& listener) {
  const StreamData whole = data;
  // Otherwise `next` would say need_more.
  while (!data.bytes.empty() || parser_.has_cut_header()) {
    ChunkItem item = parser_.next(data);
    if (item.kind == ChunkItem::Kind::odd_header) [[unlikely]] {
      if (is_believable_at_once(parser_, profile_, item.raw, data.bytes)) {
        if (parser_.odd_body()) {
          parser_.believe_header();
          continue;
        }
        item = parser_.believe_header(data.packet, item.raw);
      }
    } else if (item.kind == ChunkItem::Kind::next_header) [[unlikely]] {
      if (confirms_provisional(parser_, profile_, item.raw, data.bytes)) {
        end_provisional(true, listener);
        item = parser_.resume_at_next_header(data.packet, item.raw);
      }
    }
    if (delivery_.holds() && item.kind != ChunkItem::Kind::odd_header &&
        item.kind != ChunkItem::Kind::need_more) [[unlikely]]
      delivery_.deliver_held(listener);
    switch (item.kind) {
      case ChunkItem::Kind::begin: begin_chunk(item, data.packet, listener); break;
      case ChunkItem::Kind::payload: take_payload(item, whole, listener); break;
      case ChunkItem::Kind::odd_header:
        if (start_odd_search(item, {whole.offset, whole.bytes.first(whole.bytes.size() - data.bytes.size()),
                                    whole.packet}))
          return;
        parser_.believe_header();
        break;
      case ChunkItem::Kind::undecided_header:
      case ChunkItem::Kind::ambiguous_header:
      case ChunkItem::Kind::next_header: {
        const bool from_packet = kept_ == nullptr;
        const std::uint64_t offset = parser_.header().stream_offset;
        start_search({.cause = cause_of(item.kind), .offset = offset});
        const Bytes more = parser_.take_unread_bytes();
        if (from_packet) {
          kept_->append(StreamData{offset, item.raw, data.packet});
          if (!more.empty()) kept_->append(StreamData{offset + item.raw.size(), more, data.packet});
        }
        return;
      }
      case ChunkItem::Kind::need_more: return keep_last_chunk(whole);
      case ChunkItem::Kind::gap:
      case ChunkItem::Kind::sync_lost: return;  // of a StreamGap
    }
  }
  keep_last_chunk(whole);
}

/// `data` was parsed to its end: what may have to be read again is kept, if it is not anyway. Behind a chunk
/// that is trusted that is a header whose payload has not begun.
void ChunkStreamDecoder::keep_last_chunk(const StreamData& data) {
  if (kept_ != nullptr) [[unlikely]]
    return;
  constexpr std::size_t worth_a_look = 4096;  // fewer bytes are copied as quickly
  std::uint64_t from = parser_.taken().header;
  const bool is_linked = lookback_.holds(from) && lookback_.end() == data.offset;
  const bool is_cut_off = from < data.offset && !is_linked;  // by a gap within the chunk
  if (is_cut_off ||
      (data.bytes.size() >= worth_a_look && trusted_.is(parser_, delivery_.longest_unsplit(), data))) {
    const std::uint64_t next_header = parser_.header().stream_offset;
    const std::uint64_t end = data.offset + data.bytes.size();
    from = next_header > from ? next_header : end - parser_.held_header_bytes();
  }
  lookback_.add(data, from);
}

void ChunkStreamDecoder::take_payload(const ChunkItem& item, const StreamData& whole,
                                      ChunkStreamListener& listener) {
  ChunkStream& stream = parser_.stream(item.stream);
  if (!item.ends_message) return delivery_.append(stream, item.payload);
  if (stream.message.length > delivery_.longest_unsplit() && may_have_other_chunks(stream, whole))
      [[unlikely]]
    return delivery_.hold(stream, item.payload, whole.packet);
  delivery_.finish(item.stream, item.payload, whole.packet, listener);
}

/// The message is longer than all that came in one chunk of that size, and may have been split in another
/// way. `whole` has its last bytes.
bool ChunkStreamDecoder::may_have_other_chunks(const ChunkStream& stream, const StreamData& whole) {
  if (stream.message.chunks > 1 || stream.incomplete || parser_.provisional() != nullptr) return false;
  std::vector<std::uint8_t> copy;
  const Bytes body = lookback_.body(parser_.taken().payload, stream.message.length, whole, copy);
  if (may_be_split(body, stream.message.chunk_stream_id)) return true;
  delivery_.set_longest_unsplit(stream.message.length);
  return false;
}

void ChunkStreamDecoder::parse_gap(const StreamGap& stream_gap, ChunkStreamListener& listener) {
  delivery_.deliver_held(listener);
  deliver_provisional(listener);
  std::optional<InterruptedChunk> interrupted;
  if (stream_gap.length) interrupted = parser_.interrupted(*stream_gap.length);
  const ChunkItem item = parser_.next(stream_gap);
  if (item.kind == ChunkItem::Kind::gap) {
    ChunkStream& stream = parser_.stream(item.stream);
    delivery_.assembler().end_before_gap(stream.body, stream.message);
    if (item.ends_message) delivery_.finish(item.stream, {}, stream_gap.noticed_at, listener);
  } else if (item.kind == ChunkItem::Kind::sync_lost) {
    if (!interrupted) delivery_.deliver_all_incomplete(stream_gap.noticed_at, listener);
    listener.on_sync_lost(stream_gap.offset, static_cast<std::uint8_t>(SyncLostReason::gap),
                          stream_gap.noticed_at);
    const bool is_kept = kept_ != nullptr;
    start_search({.cause = LossCause::gap, .offset = stream_gap.offset, .interrupted = interrupted});
    if (!stream_gap.length) return;
    if (!is_kept) kept_->append(stream_gap);
    search_->take_next();
  }
}

/// Reads what is kept, from the cursor on, until it is used up. `at_hand` are those of the kept bytes that
/// lie in the packet of this call, too.
void ChunkStreamDecoder::read_kept(const StreamData& at_hand, ChunkStreamListener& listener) {
  while (!kept_->used_up()) {
    const KeptBytes::Piece piece = kept_->next();
    if (piece.gap) {
      read_kept_gap(piece, listener);
    } else {
      read_kept_data(piece, at_hand, listener);
    }
  }
  if (search_ == nullptr) {
    lookback_.remember(*kept_, parser_.taken().header);
    kept_.reset();
  }
}

void ChunkStreamDecoder::read_kept_gap(const KeptBytes::Piece& piece, ChunkStreamListener& listener) {
  if (search_ != nullptr) {
    search_->take_next();
    if (search_->allowed_at_gap()) search(false, listener);
    return;
  }
  parse_gap({piece.offset, piece.length, piece.cause, piece.packet}, listener);
  if (search_ == nullptr) kept_->move_cursor(piece.end());
}

void ChunkStreamDecoder::read_kept_data(const KeptBytes::Piece& piece, const StreamData& at_hand,
                                        ChunkStreamListener& listener) {
  begin_packet(piece.packet, piece.offset);
  StreamData data{piece.offset, kept_->bytes_of(piece), piece.packet};
  // A view into the packet is better than one into a copy: the plugin shows where its bytes lie.
  const std::uint64_t begin = piece.offset - at_hand.offset;
  if (begin < at_hand.bytes.size()) data.bytes = at_hand.bytes.subspan(static_cast<std::size_t>(begin));
  if (search_ == nullptr) {
    parse(data, listener);
    if (search_ == nullptr) kept_->move_cursor(piece.end());
  } else if (const auto found = search_->try_first_header(data)) {
    resume_at(*found, listener);
  } else {
    search_->take_next();
    if (search_->due()) search(false, listener);
  }
}

void ChunkStreamDecoder::search(bool last, ChunkStreamListener& listener) {
  using Expected = ExpectedHeader::State;
  const Expected before = search_->expected().state();
  const PacketRef packet = kept_->pieces().back().packet;
  const auto found = search_->search(last);
  const Expected after = search_->expected().state();
  if (after == Expected::refuted && before != Expected::refuted &&
      search_->cause() == LossCause::odd_header) {
    lose_odd_header(packet, listener);
  } else if (after == Expected::refuted && before != Expected::refuted) {
    const bool next_header = search_->cause() == LossCause::next_header;
    if (next_header) end_provisional(false, listener);
    delivery_.deliver_all_incomplete(packet, listener);
    const auto reason = next_header ? SyncLostReason::implausible_header : SyncLostReason::inherited_unknown;
    listener.on_sync_lost(search_->lost_offset(), static_cast<std::uint8_t>(reason), packet);
  }
  if (before == Expected::interrupted && after != Expected::interrupted)
    delivery_.deliver_all_incomplete(packet, listener);
  if (found) resume_at(*found, listener);
}

void ChunkStreamDecoder::resume_at(const SyncFound& found, ChunkStreamListener& listener) {
  if (search_->cause() == LossCause::undecided_header) {
    parser_.decide_extended_timestamp(found.extended_timestamp);
    kept_->move_cursor(found.offset);
    search_.reset();
    return;
  }
  if (search_->cause() == LossCause::odd_header && found.method == SyncMethod::confirmed) {
    if (search_->expected().state() == ExpectedHeader::State::other_chunk_size) {
      restart_message(found, listener);
    } else {
      parser_.believe_header();
      kept_->move_cursor(parser_.odd_offset());
    }
    search_.reset();
    return;
  }
  const ChunkResumption resumption{
      .offset = found.header,
      .trusted_until = found.trial.confirmed,
      .chunk_size = found.trial.chunk_size,
      .provisional = found.provisional,
      .chunk_size_is_stable =
          profile_.chunk_size_is_stable() && found.trial.chunk_size.size == parser_.known_chunk_size().size,
      .defaults = found.defaults};
  const std::uint32_t before = parser_.chunk_size();
  const bool was_exact = parser_.known_chunk_size().certain;
  const bool at_next_header =
      search_->cause() == LossCause::next_header && found.method == SyncMethod::confirmed;
  switch (found.method) {
    case SyncMethod::predicted:
      parser_.resume_interrupted(*search_->expected().interrupted(), found.header, resumption);
      break;
    case SyncMethod::confirmed:
      if (at_next_header) {
        parser_.resume_at_next_header();
      } else {
        parser_.resume_at_ambiguous_header(resumption);
      }
      break;
    case SyncMethod::searched:
    case SyncMethod::midstream: parser_.resume(resumption); break;
  }
  kept_->move_cursor(found.offset);
  search_.reset();
  const std::uint32_t chunk_size = parser_.chunk_size();
  if (chunk_size != before) profile_.media_since_chunk_size = 0;
  const bool exact = at_next_header ? found.trial.chunk_size.certain : parser_.known_chunk_size().certain;
  if (found.method != SyncMethod::confirmed || chunk_size != before || exact != was_exact) {
    listener.on_sync_found(found, chunk_size);
  }
  if (at_next_header) end_provisional(true, listener);
}

void ChunkStreamDecoder::start_search(const SyncSearch::Start& start) {
  if (kept_ == nullptr) kept_ = std::make_unique<KeptBytes>(delivery_.assembler().memory());
  if (start.cause != LossCause::odd_header) kept_->begin_window(start.offset);
  search_ = std::make_unique<SyncSearch>(start, *kept_, parser_, profile_, work_);
}

/// The bytes from the last chunk on, up to the odd header or its body, are read again. `taken`: those that
/// were parsed in this packet. False: the header of an odd body is no longer there.
bool ChunkStreamDecoder::start_odd_search(const ChunkItem& item, const StreamData& taken) {
  const ChunkParser::TakenChunk& chunk = parser_.taken();
  const std::uint64_t offset = parser_.header().stream_offset;
  const Bytes unread = parser_.take_unread_bytes();
  std::uint64_t from = std::min(chunk.header, offset);
  if (kept_ == nullptr) {
    kept_ = std::make_unique<KeptBytes>(delivery_.assembler().memory());
    if (!lookback_.append_from(from, taken, *kept_)) {
      from = offset;
      if (!item.raw.empty()) {
        kept_->append(StreamData{offset, item.raw, taken.packet});
        if (!unread.empty()) kept_->append(StreamData{offset + item.raw.size(), unread, taken.packet});
      } else if (!lookback_.append_from(offset, taken, *kept_)) {
        kept_.reset();
        return false;
      }
    }
  } else {
    from = std::max(from, kept_->begin());
  }
  lookback_.forget();
  kept_->begin_window(from);
  SyncSearch::Start start{.cause = LossCause::odd_header, .offset = offset, .search_from = from};
  if (from == chunk.header && parser_.stream_count() > 0) {
    const ChunkStream& last = parser_.stream(chunk.stream);
    start.search_from = std::min(chunk.payload, offset);
    // Once: with the same chunk size again, the same header would be odd again.
    start.restartable = (last.in_progress || delivery_.holds()) &&
                        last.message.stream_offset == chunk.header && chunk.header != restarted_;
  }
  start_search(start);
  return true;
}

/// A message that has begun with an odd body is none.
void ChunkStreamDecoder::drop_odd_message() {
  if (!parser_.odd_body()) return;
  const std::size_t index = parser_.index_of(parser_.header().chunk_stream_id);
  parser_.abort_message(index);
  delivery_.drop(parser_.stream(index));
}

void ChunkStreamDecoder::lose_odd_header(PacketRef packet, ChunkStreamListener& listener) {
  damaged_ = true;
  drop_odd_message();
  delivery_.deliver_held(listener);
  delivery_.deliver_all_incomplete(packet, listener);
  parser_.lose_sync();
  listener.on_sync_lost(search_->lost_offset(), static_cast<std::uint8_t>(SyncLostReason::implausible_header),
                        kept_->packet_at(search_->lost_offset()));
}

/// The sender uses another chunk size than it has announced.
void ChunkStreamDecoder::restart_message(const SyncFound& found, ChunkStreamListener& listener) {
  drop_odd_message();
  const ChunkParser::TakenChunk chunk = parser_.taken();
  const std::uint32_t announced = parser_.chunk_size();
  restarted_ = chunk.header;
  parser_.restart_message(
      {.offset = found.header, .trusted_until = found.trial.confirmed, .chunk_size = found.trial.chunk_size});
  ChunkStream& stream = parser_.stream(chunk.stream);
  delivery_.drop_held();
  delivery_.drop(stream);
  delivery_.set_longest_unsplit(0);
  profile_.media_since_chunk_size = 0;
  kept_->move_cursor(chunk.payload);
  const KnownChunkSize& real = found.trial.chunk_size;
  listener.on_framing_finding(stream.message, FindingId::chunk_size_not_obeyed, announced,
                              real.size != 0 ? real.size : real.at_least, found.packet);
}

/// The header behind the provisional message shows that the chunk size is right (`confirmed`), or wrong.
void ChunkStreamDecoder::end_provisional(bool confirmed, ChunkStreamListener& listener) {
  const ProvisionalMessage provisional = *parser_.provisional();
  if (confirmed) {
    parser_.confirm_provisional();
  } else {
    parser_.accept_provisional();
    profile_.media_since_chunk_size = 0;
  }
  if (!provisional.ended) return;
  const bool complete = confirmed && !parser_.stream(provisional.stream).incomplete;
  delivery_.deliver(parser_.stream(provisional.stream), {}, complete, provisional.last_packet, listener);
}

/// The provisional message is complete and nothing follows that could refute it: accept it.
void ChunkStreamDecoder::deliver_provisional(ChunkStreamListener& listener) {
  if (parser_.provisional() != nullptr && parser_.provisional()->ended) end_provisional(true, listener);
}

void ChunkStreamDecoder::on_end(PacketRef packet, ChunkStreamListener& listener) {
  if (search_ == nullptr) search_unfinished(packet, listener);
  finish(packet, listener);
  lookback_.forget();
}

/// The stream ends within a chunk. If whole messages lie in it, its length was wrong.
void ChunkStreamDecoder::search_unfinished(PacketRef packet, ChunkStreamListener& listener) {
  const ChunkParser::TakenChunk chunk = parser_.taken();
  const bool within =
      parser_.stream_count() > 0 && parser_.stream(chunk.stream).in_progress && !delivery_.holds();
  if (!within || !lookback_.holds(chunk.payload)) return;
  kept_ = std::make_unique<KeptBytes>(delivery_.assembler().memory());
  lookback_.append_to(*kept_);
  kept_->begin_window(chunk.payload);
  start_search({.cause = LossCause::unfinished_message, .offset = chunk.payload});
  while (!kept_->used_up()) search_->take_next();
  const auto found = search_->search(true);
  if (!found) {
    search_.reset();
    return;
  }
  damaged_ = true;
  delivery_.deliver_all_incomplete(packet, listener);
  parser_.lose_sync();
  listener.on_sync_lost(found->header, static_cast<std::uint8_t>(SyncLostReason::implausible_header), packet);
  resume_at(*found, listener);
  read_kept({}, listener);
}

/// Nothing will come that belongs to the kept bytes: decides on them, and delivers messages in progress.
void ChunkStreamDecoder::finish(PacketRef packet, ChunkStreamListener& listener) {
  while (search_ != nullptr && !kept_->pieces().empty()) {
    search(true, listener);
    if (search_ != nullptr) break;
    read_kept({}, listener);
  }
  search_.reset();
  kept_.reset();
  delivery_.deliver_held(listener);
  deliver_provisional(listener);
  delivery_.deliver_all_incomplete(packet, listener);
}

void ChunkStreamDecoder::lose_sync(std::uint64_t offset, SyncLostReason reason, PacketRef packet,
                                   ChunkStreamListener& listener) {
  if (search_ != nullptr) return;
  delivery_.deliver_held(listener);
  damaged_ = true;
  parser_.lose_sync();
  listener.on_sync_lost(offset, static_cast<std::uint8_t>(reason), packet);
  const bool midstream = reason == SyncLostReason::start_not_captured;
  start_search({.cause = midstream ? LossCause::midstream : LossCause::gap, .offset = offset});
}

void ChunkStreamDecoder::count_chunk_streams(std::size_t count) {
  SharedMemory* const memory = delivery_.assembler().memory();
  if (memory == nullptr) return;
  const std::size_t more = count - std::min(count, uncounted_chunk_streams);
  memory->remove(counted_chunk_streams_ * chunk_stream_cost);
  memory->add(more * chunk_stream_cost);
  counted_chunk_streams_ = static_cast<std::uint32_t>(more);
}

/// A chunk begins on one of more chunk streams than anybody needs. If memory is scarce all others are
/// forgotten.
bool ChunkStreamDecoder::forgets_chunk_streams(std::size_t index, PacketRef packet,
                                               ChunkStreamListener& listener) {
  const SharedMemory* const memory = delivery_.assembler().memory();
  if (memory == nullptr) return false;
  const std::size_t count = parser_.stream_count();
  if (count > uncounted_chunk_streams + counted_chunk_streams_) count_chunk_streams(count);
  if (!memory->scarce() || parser_.provisional() != nullptr) return false;
  damaged_ = true;  // from here on headers may inherit from what is forgotten
  for (std::size_t i = 0; i < count; ++i) {
    if (i != index && parser_.stream(i).in_progress) delivery_.deliver_incomplete(i, packet, listener);
  }
  parser_.keep_only_current();
  forgot_chunk_streams_ = true;
  count_chunk_streams(0);
  return true;
}

void ChunkStreamDecoder::begin_chunk(const ChunkItem& item, PacketRef packet, ChunkStreamListener& listener) {
  std::size_t index = item.stream;
  if (index >= uncounted_chunk_streams && forgets_chunk_streams(index, packet, listener)) [[unlikely]]
    index = 0;
  ChunkStream& stream = parser_.stream(index);
  if (item.abandoned) delivery_.deliver_abandoned(stream, packet, listener);
  listener.on_chunk(parser_.header(), item.payload_length, packet);
  for (const ChunkFinding& finding : parser_.findings())
    listener.on_chunk_finding(parser_.header(), finding, packet);
  if (!item.starts_message) trusted_.note_split(parser_.chunk_size());
  if (item.starts_message) {
    profile_.add_message(parser_.header().stream_offset == packet_begin_, parser_.header().format < 2);
    const bool media =
        stream.message.type_id == MessageType::audio || stream.message.type_id == MessageType::video;
    if (media) ++profile_.media_since_chunk_size;
    delivery_.drop(stream);
  }
  if (item.ends_message) delivery_.finish(index, {}, packet, listener);
}

}  // namespace rtmpscope::rtmp
