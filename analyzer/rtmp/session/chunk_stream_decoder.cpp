#include "rtmp/session/chunk_stream_decoder.hpp"

#include <algorithm>

#include "base/byte_order.hpp"

namespace rtmpscope::rtmp {
namespace {

void drop_front(StreamData& data, std::size_t count) {
  data.bytes = data.bytes.subspan(count);
  data.offset += count;
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
    start_search(LossCause::midstream, stream_gap.offset);
  }
}

/// Bytes of `packet` come from `offset` on. What else comes with the same packet was part of it, too.
void ChunkStreamDecoder::begin_packet(PacketRef packet, std::uint64_t offset) {
  if (packet.number == packet_) return;
  packet_ = packet.number;
  packet_begin_ = offset;
}

void ChunkStreamDecoder::parse(StreamData& data, ChunkStreamListener& listener) {
  for (;;) {
    ChunkItem item = parser_.next(data);
    if (item.kind == ChunkItem::Kind::next_header && next_header_confirms(item, data)) {
      end_provisional(true, listener);
      item = parser_.resume_at_next_header(data.packet, item.raw);
    }
    switch (item.kind) {
      case ChunkItem::Kind::begin: begin_chunk(item, data.packet, listener); break;
      case ChunkItem::Kind::payload:
        if (item.ends_message) {
          finish_message(item.stream, item.payload, data.packet, listener);
        } else {
          ChunkStream& stream = parser_.stream(item.stream);
          assembler_.append(stream.body, stream.message, item.payload);
        }
        break;
      case ChunkItem::Kind::sync_lost:
        damaged_ = true;
        deliver_all_incomplete(data.packet, listener);
        listener.on_sync_lost(parser_.header().stream_offset, item.reason, data.packet);
        start_search(LossCause::implausible_headers, data.offset);
        return;
      case ChunkItem::Kind::undecided_header:
      case ChunkItem::Kind::ambiguous_header:
      case ChunkItem::Kind::next_header: {
        const bool from_packet = kept_ == nullptr;
        const std::uint64_t offset = parser_.header().stream_offset;
        start_search(cause_of(item.kind), offset);
        const Bytes more = parser_.take_unread_bytes();
        if (from_packet) {
          kept_->append(StreamData{offset, item.raw, data.packet});
          if (!more.empty()) kept_->append(StreamData{offset + item.raw.size(), more, data.packet});
        }
        return;
      }
      case ChunkItem::Kind::gap:
      case ChunkItem::Kind::need_more: return;
    }
  }
}

void ChunkStreamDecoder::parse_gap(const StreamGap& stream_gap, ChunkStreamListener& listener) {
  deliver_provisional(listener);
  std::optional<InterruptedChunk> interrupted;
  if (stream_gap.length) interrupted = parser_.interrupted(*stream_gap.length);
  const ChunkItem item = parser_.next(stream_gap);
  if (item.kind == ChunkItem::Kind::gap) {
    ChunkStream& stream = parser_.stream(item.stream);
    assembler_.end_before_gap(stream.body, stream.message);
    if (item.ends_message) finish_message(item.stream, {}, stream_gap.noticed_at, listener);
  } else if (item.kind == ChunkItem::Kind::sync_lost) {
    if (!interrupted) deliver_all_incomplete(stream_gap.noticed_at, listener);
    listener.on_sync_lost(stream_gap.offset, static_cast<std::uint8_t>(SyncLostReason::gap),
                          stream_gap.noticed_at);
    const bool is_kept = kept_ != nullptr;
    start_search(LossCause::gap, stream_gap.offset, interrupted);
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
  if (search_ == nullptr) kept_.reset();
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
  if (after == Expected::refuted && before != Expected::refuted) {
    const bool next_header = search_->cause() == LossCause::next_header;
    if (next_header) end_provisional(false, listener);
    deliver_all_incomplete(packet, listener);
    const auto reason = next_header ? SyncLostReason::implausible_header : SyncLostReason::inherited_unknown;
    listener.on_sync_lost(search_->lost_offset(), static_cast<std::uint8_t>(reason), packet);
  }
  if (before == Expected::interrupted && after != Expected::interrupted)
    deliver_all_incomplete(packet, listener);
  if (found) resume_at(*found, listener);
}

void ChunkStreamDecoder::resume_at(const SyncFound& found, ChunkStreamListener& listener) {
  if (search_->cause() == LossCause::undecided_header) {
    parser_.decide_extended_timestamp(found.extended_timestamp);
    kept_->move_cursor(found.offset);
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

void ChunkStreamDecoder::start_search(LossCause cause, std::uint64_t offset,
                                      std::optional<InterruptedChunk> interrupted) {
  if (kept_ == nullptr) kept_ = std::make_unique<KeptBytes>(assembler_.memory());
  kept_->begin_window(offset);
  search_ = std::make_unique<SyncSearch>(cause, offset, interrupted, *kept_, parser_, profile_, work_);
}

/// True if the next header is convincing with the bytes at hand. False means "ask the search", not "invalid".
bool ChunkStreamDecoder::next_header_confirms(const ChunkItem& item, const StreamData& behind) const {
  if (parser_.provisional_is_split() && !parser_.known_chunk_size().certain)
    return false;  // there is more to tell
  ChunkHeader header = parser_.header();
  const ChunkStream* stream = parser_.find(header.chunk_stream_id);
  if (stream != nullptr && (stream->in_progress || !stream->has_defaults() || stream->has_extended_timestamp))
    return false;
  if (stream == nullptr && (header.format >= 2 || header.basic_size > 1)) return false;
  if (header.format >= 2) {
    header.length = stream->message.length;
    header.type_id = stream->message.type_id;
    if (has_fixed_length(header.type_id)) return false;
  }
  if (header.format > 0 && stream != nullptr) header.message_stream_id = stream->message.message_stream_id;
  const auto bits = weigh_header(header, stream);
  if (!bits || *bits >= next_header_alone_bits)
    return bits.has_value();  // ffmpeg ends packets with the next header
  if (item.raw.data() + item.raw.size() != behind.bytes.data()) return false;  // it came in several packets
  const std::size_t weighed = std::min<std::size_t>(weighed_body_bytes, header.length);
  if (behind.bytes.size() < weighed) return false;
  const auto shown =
      weighed == 0 ? std::optional(0) : weigh_body(header.type_id, behind.bytes, header.length, profile_);
  return shown && *bits + *shown >= next_header_bits;
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
  deliver(provisional.stream, {}, complete, provisional.last_packet, listener);
}

/// The provisional message is complete and nothing follows that could refute it: accept it.
void ChunkStreamDecoder::deliver_provisional(ChunkStreamListener& listener) {
  if (parser_.provisional() != nullptr && parser_.provisional()->ended) end_provisional(true, listener);
}

void ChunkStreamDecoder::deliver_all_incomplete(PacketRef packet, ChunkStreamListener& listener) {
  for (std::size_t i = 0; i < parser_.stream_count(); ++i) {
    if (parser_.stream(i).in_progress) deliver_incomplete(i, packet, listener);
  }
}

void ChunkStreamDecoder::on_end(PacketRef packet, ChunkStreamListener& listener) {
  finish(packet, listener);
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
  deliver_provisional(listener);
  deliver_all_incomplete(packet, listener);
}

void ChunkStreamDecoder::lose_sync(std::uint64_t offset, SyncLostReason reason, PacketRef packet,
                                   ChunkStreamListener& listener) {
  if (search_ != nullptr) return;
  damaged_ = true;
  parser_.lose_sync();
  listener.on_sync_lost(offset, static_cast<std::uint8_t>(reason), packet);
  start_search(reason == SyncLostReason::start_not_captured ? LossCause::midstream : LossCause::gap, offset);
}

void ChunkStreamDecoder::count_chunk_streams(std::size_t count) {
  SharedMemory* const memory = assembler_.memory();
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
  const SharedMemory* const memory = assembler_.memory();
  if (memory == nullptr) return false;
  const std::size_t count = parser_.stream_count();
  if (count > uncounted_chunk_streams + counted_chunk_streams_) count_chunk_streams(count);
  if (!memory->scarce() || parser_.provisional() != nullptr) return false;
  damaged_ = true;  // from here on headers may inherit from what is forgotten
  for (std::size_t i = 0; i < count; ++i) {
    if (i != index && parser_.stream(i).in_progress) deliver_incomplete(i, packet, listener);
  }
  parser_.keep_only_current();
  count_chunk_streams(0);
  return true;
}

void ChunkStreamDecoder::begin_chunk(const ChunkItem& item, PacketRef packet, ChunkStreamListener& listener) {
  std::size_t index = item.stream;
  if (index >= uncounted_chunk_streams && forgets_chunk_streams(index, packet, listener)) [[unlikely]]
    index = 0;
  ChunkStream& stream = parser_.stream(index);
  if (item.abandoned) {
    const ChunkStream& abandoned = parser_.abandoned();
    const Message message{.header = abandoned.message,
                          .body = assembler_.finish(stream.body, abandoned.message, {}),
                          .complete = false,
                          .missing = abandoned.lacking()};
    report_limit(stream.body, message, packet, listener);
    listener.on_framing_finding(message.header, FindingId::message_abandoned, message.header.type_id,
                                abandoned.received, packet);
    listener.on_message(message, packet);
  }
  listener.on_chunk(parser_.header(), item.payload_length, packet);
  for (const ChunkFinding& finding : parser_.findings())
    listener.on_chunk_finding(parser_.header(), finding, packet);
  if (item.starts_message) {
    profile_.add_message(parser_.header().stream_offset == packet_begin_, parser_.header().format < 2);
    const bool media =
        stream.message.type_id == MessageType::audio || stream.message.type_id == MessageType::video;
    if (media) ++profile_.media_since_chunk_size;
    assembler_.release(stream.body);
  }
  if (item.ends_message) finish_message(index, {}, packet, listener);
}

void ChunkStreamDecoder::finish_message(std::size_t stream, Bytes payload, PacketRef packet,
                                        ChunkStreamListener& listener) {
  if (ProvisionalMessage* provisional = parser_.provisional();
      provisional != nullptr && provisional->stream == stream) {
    ChunkStream& its = parser_.stream(stream);
    assembler_.append(its.body, its.message, payload);
    provisional->ended = true;
    provisional->last_packet = packet;
    return;
  }
  deliver(stream, payload, !parser_.stream(stream).incomplete, packet, listener);
}

/// `payload`: the last bytes of the message, if they are not kept yet.
void ChunkStreamDecoder::deliver(std::size_t index, Bytes payload, bool complete, PacketRef packet,
                                 ChunkStreamListener& listener) {
  ChunkStream& stream = parser_.stream(index);
  const Bytes body = assembler_.finish(stream.body, stream.message, payload);
  const Message message{.header = stream.message,
                        .body = body,
                        .complete = complete,
                        .missing = complete ? 0 : stream.lacking()};
  report_limit(stream.body, message, packet, listener);
  apply(message, packet, listener);
  listener.on_message(message, packet);
  const unsigned media = message.header.type_id - MessageType::audio;
  if (media < profile_.media_heads.size() && !body.empty() && message.complete) {
    profile_.note_media(media, body);
  }
  if (message.header.type_id == MessageType::acknowledgement && body.size() == 4) {
    profile_.acknowledged = load_be32(body.data());
  }
  assembler_.release(stream.body);
}

void ChunkStreamDecoder::report_limit(MessageAssembler::Number body, const Message& message, PacketRef packet,
                                      ChunkStreamListener& listener) const {
  if (!assembler_.limited(body)) return;
  listener.on_framing_finding(message.header, FindingId::retained_bytes_limit, message.header.length,
                              message.body.size(), packet);
}

void ChunkStreamDecoder::deliver_incomplete(std::size_t index, PacketRef packet,
                                            ChunkStreamListener& listener) {
  parser_.abort_message(index);
  ChunkStream& stream = parser_.stream(index);
  const Message message{.header = stream.message,
                        .body = assembler_.finish(stream.body, stream.message, {}),
                        .complete = false,
                        .missing = stream.lacking()};
  report_limit(stream.body, message, packet, listener);
  apply(message, packet, listener);
  listener.on_message(message, packet);
  assembler_.release(stream.body);
}

/// Set Chunk Size and Abort change how the bytes that follow are framed (RTMP 5.4.1, 5.4.2).
void ChunkStreamDecoder::apply(const Message& message, PacketRef packet, ChunkStreamListener& listener) {
  if (message.header.type_id == MessageType::set_chunk_size && !message.complete)
    profile_.media_since_chunk_size = 0;
  if (!message.complete || message.body.size() < 4) return;
  const std::uint32_t value = load_be32(message.body.data());
  if (message.header.type_id == MessageType::set_chunk_size) {
    const std::uint32_t size = value & 0x7FFFFFFFU;
    if (size != 0 && size != parser_.chunk_size()) profile_.media_since_chunk_size = 0;
    if (size != 0) parser_.set_chunk_size(size);
  } else if (message.header.type_id == MessageType::abort_message) {
    const std::size_t stream = parser_.index_of(value);
    if (stream == ChunkParser::not_seen || !parser_.stream(stream).in_progress) {
      listener.on_framing_finding(message.header, FindingId::abort_without_message, value, 0, packet);
      return;
    }
    const ChunkStream& aborted = parser_.stream(stream);
    listener.on_framing_finding(aborted.message, FindingId::message_aborted, aborted.message.type_id,
                                aborted.received, packet);
    deliver_incomplete(stream, packet, listener);
  }
}

}  // namespace rtmpscope::rtmp
