#include "rtmp/session/chunk_stream_decoder.hpp"

#include <algorithm>

#include "base/byte_order.hpp"

namespace rtmpscope::rtmp {
namespace {

void drop_front(StreamData& data, std::size_t count) {
  data.bytes = data.bytes.subspan(count);
  data.offset += count;
}

}  // namespace

void ChunkStreamDecoder::on_data(StreamData data, ChunkStreamListener& listener) {
  begin_packet(data.packet, data.offset);
  if (resync_ == nullptr) [[likely]] {
    parse(data, listener);
    if (resync_ == nullptr) return;
  }
  take(data, listener);
}

void ChunkStreamDecoder::on_gap(const StreamGap& stream_gap, ChunkStreamListener& listener) {
  damaged_ = true;
  take_gap(stream_gap, listener);
  replay(listener);
}

/// Bytes of `packet` come from `offset` on; what else comes with the same packet was part of it, too.
void ChunkStreamDecoder::begin_packet(PacketRef packet, std::uint64_t offset) {
  if (packet.number == packet_) return;
  packet_ = packet.number;
  packet_begin_ = offset;
}

/// Takes `data` until all of it is used up or kept.
void ChunkStreamDecoder::take(StreamData data, ChunkStreamListener& listener) {
  while (!data.bytes.empty()) {
    if (resync_ == nullptr) {
      parse(data, listener);
    } else {
      search(data, listener);
      replay(listener);
    }
  }
}

/// While chunk borders are not known: goes on at a header in `data`, or keeps what comes before the next
/// decision.
void ChunkStreamDecoder::search(StreamData& data, ChunkStreamListener& listener) {
  if (const auto found = resync_->peek(data, parser_, habits_)) {
    go_on(*found, listener);
    drop_front(data, static_cast<std::size_t>(found->header - data.offset));
    return;
  }
  drop_front(data, resync_->add(data));
  if (resync_->due()) look(false, listener);
}

void ChunkStreamDecoder::parse(StreamData& data, ChunkStreamListener& listener) {
  for (;;) {
    ChunkItem item = parser_.next(data);
    if (item.kind == ChunkItem::Kind::landing && lands_at_once(item, data)) {
      settle_unproved(true, listener);
      item = parser_.resume_landing(data.packet, item.raw);
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
        emit_all_partial(data.packet, listener);
        listener.on_sync_lost(parser_.header().stream_offset, item.reason, data.packet);
        begin_resync(Resync::Cause::astray, data.offset);
        return;
      case ChunkItem::Kind::doubt:
      case ChunkItem::Kind::landing: {
        const std::uint64_t offset = parser_.header().stream_offset;
        begin_resync(item.kind == ChunkItem::Kind::doubt ? Resync::Cause::doubt : Resync::Cause::landing,
                     offset);
        resync_->window().add(StreamData{offset, item.raw, data.packet});
        const Bytes more = parser_.take_replay();
        if (!more.empty()) resync_->window().add(StreamData{offset + item.raw.size(), more, data.packet});
        return;
      }
      case ChunkItem::Kind::hole:
      case ChunkItem::Kind::need_more: return;
    }
  }
}

void ChunkStreamDecoder::take_gap(const StreamGap& stream_gap, ChunkStreamListener& listener) {
  if (resync_ != nullptr) {
    if (stream_gap.length) {
      resync_->add(stream_gap);
      if (resync_->affordable_at_gap()) look(false, listener);
      return;
    }
    // Nothing after it has a known distance to what is before it.
    settle(stream_gap.noticed_at, listener);
    parser_.lose_sync();
    begin_resync(Resync::Cause::midstream, stream_gap.offset);
    return;
  }
  give_out_unproved(listener);
  std::optional<Interrupted> interrupted;
  if (stream_gap.length) interrupted = parser_.interrupted(*stream_gap.length);
  const ChunkItem item = parser_.next(stream_gap);
  if (item.kind == ChunkItem::Kind::hole) {
    ChunkStream& stream = parser_.stream(item.stream);
    assembler_.hole(stream.body, stream.message);
    if (item.ends_message) finish_message(item.stream, {}, stream_gap.noticed_at, listener);
  } else if (item.kind == ChunkItem::Kind::sync_lost) {
    if (!interrupted) emit_all_partial(stream_gap.noticed_at, listener);
    listener.on_sync_lost(stream_gap.offset, static_cast<std::uint8_t>(SyncLostReason::gap),
                          stream_gap.noticed_at);
    begin_resync(Resync::Cause::hole, stream_gap.offset, interrupted);
    if (stream_gap.length) resync_->add(stream_gap);
  }
}

/// Goes over what was kept, once chunk borders are known.
void ChunkStreamDecoder::replay(ChunkStreamListener& listener) {
  while (replay_ != nullptr) {
    Replay& top = *replay_;
    if (top.next == top.window.pieces().size()) {
      replay_ = std::move(top.below);
      continue;
    }
    // A piece is taken bit by bit: taking it may put another window on top, which comes before the piece's
    // rest.
    ResyncWindow::Piece piece = top.window.pieces()[top.next];
    if (piece.gap) {
      ++top.next;
      if (piece.endless || piece.offset + piece.length > top.from) {
        StreamGap gap{piece.offset, piece.length, piece.cause, piece.packet};
        if (piece.endless) gap.length.reset();
        take_gap(gap, listener);
      }
      continue;
    }
    begin_packet(piece.packet, piece.offset);
    StreamData data{piece.offset, top.window.bytes_of(piece), piece.packet};
    if (top.from > data.offset) {
      drop_front(
          data, static_cast<std::size_t>(std::min<std::uint64_t>(top.from - data.offset, data.bytes.size())));
    }
    if (!data.bytes.empty()) {
      if (resync_ == nullptr) {
        parse(data, listener);
      } else {
        search(data, listener);
      }
    }
    top.from = std::max(top.from, data.offset);
    if (data.bytes.empty()) ++top.next;
  }
}

void ChunkStreamDecoder::look(bool last, ChunkStreamListener& listener) {
  const bool was_predicted = !resync_->prediction_failed();
  const bool was_doubted = resync_->doubt_failed();
  const PacketRef packet = resync_->window().pieces().back().packet;
  const auto found = resync_->look(parser_, habits_, last);
  if (resync_->doubt_failed() && !was_doubted) {
    const bool landing = resync_->cause() == Resync::Cause::landing;
    if (landing) settle_unproved(false, listener);
    emit_all_partial(packet, listener);
    const auto reason = landing ? SyncLostReason::implausible_header : SyncLostReason::inherited_unknown;
    listener.on_sync_lost(resync_->lost_offset(), static_cast<std::uint8_t>(reason), packet);
  }
  if (was_predicted && resync_->prediction_failed()) emit_all_partial(packet, listener);
  if (found) go_on(*found, listener);
}

void ChunkStreamDecoder::go_on(const SyncFound& found, ChunkStreamListener& listener) {
  const ChunkResumption resumption{.offset = found.header,
                                   .trusted_until = found.trial.confirmed,
                                   .chunk_size = found.trial.chunk_size,
                                   .chunk_size_exact = found.trial.chunk_size_exact,
                                   .chunk_size_least = found.trial.chunk_size_least,
                                   .unproved = found.unproved,
                                   .chunk_size_kept = habits_.keeps_chunk_size() &&
                                                      found.trial.chunk_size == parser_.expected_chunk_size(),
                                   .inherited = found.inherited};
  const std::uint32_t before = parser_.chunk_size();
  const bool was_exact = parser_.chunk_size_exact();
  const bool landed = resync_->cause() == Resync::Cause::landing && found.method == SyncMethod::confirmed;
  std::unique_ptr<Replay> replay;
  if (resync_->window().kept_bytes() > 0) {
    replay = std::make_unique<Replay>();
    replay->window = std::move(resync_->window());
    replay->from = found.offset;
  }
  switch (found.method) {
    case SyncMethod::predicted:
      parser_.resume_interrupted(*resync_->interrupted(), found.header, resumption);
      if (replay != nullptr) replay->from = resync_->lost_offset();
      break;
    case SyncMethod::confirmed:
      if (landed) {
        parser_.resume_landing();
      } else {
        parser_.resume_doubt(resumption);
      }
      break;
    case SyncMethod::searched:
    case SyncMethod::midstream: parser_.resume(resumption); break;
  }
  resync_.reset();
  const std::uint32_t chunk_size = parser_.chunk_size();
  if (chunk_size != before) habits_.chunk_size_kept = 0;
  const bool exact = landed ? found.trial.chunk_size_exact : parser_.chunk_size_exact();
  if (found.method != SyncMethod::confirmed || chunk_size != before || exact != was_exact) {
    listener.on_sync_found(found, chunk_size);
  }
  if (landed) settle_unproved(true, listener);
  if (replay == nullptr) return;
  replay->below = std::move(replay_);
  replay_ = std::move(replay);
}

void ChunkStreamDecoder::begin_resync(Resync::Cause cause, std::uint64_t offset,
                                      std::optional<Interrupted> interrupted) {
  resync_ = std::make_unique<Resync>(cause, offset, interrupted, parser_, habits_, resync_work_);
}

/// The header of a landing item is believable by itself, or by what is here of it and its message; less is no
/// answer. Resync would say the same of it.
bool ChunkStreamDecoder::lands_at_once(const ChunkItem& item, const StreamData& behind) const {
  if (parser_.unproved_is_split() && !parser_.chunk_size_exact()) return false;  // there is more to tell
  ChunkHeader header = parser_.header();
  const ChunkStream* stream = parser_.find(header.chunk_stream_id);
  if (stream != nullptr && (stream->in_progress || stream->last_format == 0xFF || stream->extended))
    return false;
  if (stream == nullptr && (header.format >= 2 || header.basic_size > 1)) return false;
  if (header.format >= 2) {
    header.length = stream->message.length;
    header.type_id = stream->message.type_id;
    if (has_fixed_length(header.type_id)) return false;
  }
  if (header.format > 0 && stream != nullptr) header.message_stream_id = stream->message.message_stream_id;
  const auto bits = weigh_header(header, stream);
  if (!bits || *bits >= landing_alone_bits)
    return bits.has_value();  // ffmpeg ends packets with the next header
  if (item.raw.data() + item.raw.size() != behind.bytes.data()) return false;  // it came in pieces
  const std::size_t weighed = std::min<std::size_t>(weighed_body_bytes, header.length);
  if (behind.bytes.size() < weighed) return false;
  const auto shown =
      weighed == 0 ? std::optional(0) : weigh_body(header.type_id, behind.bytes, header.length, habits_);
  return shown && *bits + *shown >= landing_header_bits;
}

/// What follows the unproved message shows that the chunk size holds, or that it does not.
void ChunkStreamDecoder::settle_unproved(bool proved, ChunkStreamListener& listener) {
  const ChunkParser::Unproved unproved = *parser_.unproved();
  if (proved) {
    parser_.prove();
  } else {
    parser_.give_up_proof();
    habits_.chunk_size_kept = 0;
  }
  if (!unproved.ended) return;
  const bool complete = proved && !parser_.stream(unproved.stream).hole;
  give_out(unproved.stream, {}, complete, unproved.last_packet, listener);
}

/// Nothing will follow the unproved message, if that is all there, which could speak against it.
void ChunkStreamDecoder::give_out_unproved(ChunkStreamListener& listener) {
  if (parser_.unproved() != nullptr && parser_.unproved()->ended) settle_unproved(true, listener);
}

void ChunkStreamDecoder::emit_all_partial(PacketRef packet, ChunkStreamListener& listener) {
  for (std::size_t i = 0; i < parser_.stream_count(); ++i) {
    if (parser_.stream(i).in_progress) emit_partial(i, packet, listener);
  }
}

void ChunkStreamDecoder::on_end(PacketRef packet, ChunkStreamListener& listener) {
  settle(packet, listener);
}

/// Decides on what is kept, as nothing will come that belongs to it, and gives out messages in progress.
void ChunkStreamDecoder::settle(PacketRef packet, ChunkStreamListener& listener) {
  while (resync_ != nullptr && !resync_->window().pieces().empty()) {
    look(true, listener);
    if (replay_ == nullptr) break;
    replay(listener);
  }
  resync_.reset();
  give_out_unproved(listener);
  emit_all_partial(packet, listener);
}

void ChunkStreamDecoder::lose_sync(std::uint64_t offset, SyncLostReason reason, PacketRef packet,
                                   ChunkStreamListener& listener) {
  if (resync_ != nullptr) return;
  damaged_ = true;
  parser_.lose_sync();
  listener.on_sync_lost(offset, static_cast<std::uint8_t>(reason), packet);
  begin_resync(reason == SyncLostReason::start_not_captured ? Resync::Cause::midstream : Resync::Cause::hole,
               offset);
}

void ChunkStreamDecoder::begin_chunk(const ChunkItem& item, PacketRef packet, ChunkStreamListener& listener) {
  ChunkStream& stream = parser_.stream(item.stream);
  if (item.abandoned) {
    const ChunkStream& abandoned = parser_.abandoned();
    const Message message{.header = abandoned.message,
                          .body = assembler_.finish(stream.body, abandoned.message, {}),
                          .complete = false};
    listener.on_framing_finding(message.header, FindingId::message_abandoned, message.header.type_id,
                                abandoned.received, packet);
    listener.on_message(message, packet);
  }
  listener.on_chunk(parser_.header(), item.payload_length, packet);
  for (const ChunkFinding& finding : parser_.findings())
    listener.on_chunk_finding(parser_.header(), finding, packet);
  if (item.starts_message) {
    habits_.note_message(parser_.header().stream_offset == packet_begin_, parser_.header().format < 2);
    const bool media =
        stream.message.type_id == MessageType::audio || stream.message.type_id == MessageType::video;
    if (media) ++habits_.chunk_size_kept;
    assembler_.release(stream.body);
  }
  if (item.ends_message) finish_message(item.stream, {}, packet, listener);
}

void ChunkStreamDecoder::finish_message(std::size_t stream, Bytes payload, PacketRef packet,
                                        ChunkStreamListener& listener) {
  if (ChunkParser::Unproved* unproved = parser_.unproved();
      unproved != nullptr && unproved->stream == stream) {
    ChunkStream& its = parser_.stream(stream);
    assembler_.append(its.body, its.message, payload);
    unproved->ended = true;
    unproved->last_packet = packet;
    return;
  }
  give_out(stream, payload, !parser_.stream(stream).hole, packet, listener);
}

/// `payload`: the message's last piece, where it is not kept yet.
void ChunkStreamDecoder::give_out(std::size_t index, Bytes payload, bool complete, PacketRef packet,
                                  ChunkStreamListener& listener) {
  ChunkStream& stream = parser_.stream(index);
  const Bytes body = assembler_.finish(stream.body, stream.message, payload);
  const Message message{.header = stream.message, .body = body, .complete = complete};
  if (assembler_.limited(stream.body)) {
    listener.on_framing_finding(message.header, FindingId::retained_bytes_limit, message.header.length,
                                body.size(), packet);
  }
  apply(message, packet, listener);
  listener.on_message(message, packet);
  const unsigned media = message.header.type_id - MessageType::audio;
  if (media < habits_.media_heads.size() && !body.empty() && message.complete) {
    habits_.media_heads[media] = {};
    std::copy_n(body.begin(), std::min(body.size(), StreamHabits::head_size),
                habits_.media_heads[media].begin());
    habits_.media_seen[media] = true;
  }
  if (message.header.type_id == MessageType::acknowledgement && body.size() == 4) {
    habits_.acknowledged = load_be32(body.data());
  }
  assembler_.release(stream.body);
}

void ChunkStreamDecoder::emit_partial(std::size_t index, PacketRef packet, ChunkStreamListener& listener) {
  parser_.abort_message(index);
  ChunkStream& stream = parser_.stream(index);
  const Message message{.header = stream.message,
                        .body = assembler_.finish(stream.body, stream.message, {}),
                        .complete = false};
  apply(message, packet, listener);
  listener.on_message(message, packet);
  assembler_.release(stream.body);
}

/// Set Chunk Size and Abort change how the bytes that follow are framed (RTMP 5.4.1, 5.4.2).
void ChunkStreamDecoder::apply(const Message& message, PacketRef packet, ChunkStreamListener& listener) {
  if (message.header.type_id == MessageType::set_chunk_size && !message.complete) habits_.chunk_size_kept = 0;
  if (!message.complete || message.body.size() < 4) return;
  const std::uint32_t value = load_be32(message.body.data());
  if (message.header.type_id == MessageType::set_chunk_size) {
    const std::uint32_t size = value & 0x7FFFFFFFU;
    if (size != 0 && size != parser_.chunk_size()) habits_.chunk_size_kept = 0;
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
    emit_partial(stream, packet, listener);
  }
}

}  // namespace rtmpscope::rtmp
