#include "rtmp/chunk_stream_decoder.hpp"

#include "base/byte_order.hpp"

namespace rtmpscope::rtmp {
namespace {

enum SyncLostReason : std::uint8_t { gap = 0 };

}  // namespace

void ChunkStreamDecoder::on_data(StreamData data, ChunkStreamListener& listener) {
  for (;;) {
    const ChunkItem item = parser_.next(data);
    switch (item.kind) {
      case ChunkItem::Kind::begin: begin_chunk(item, data.packet, listener); break;
      case ChunkItem::Kind::payload:
        if (item.ends_message) {
          finish_message(item.stream, item.payload, data.packet, listener);
        } else {
          assembler_.append(item.stream, item.payload);
        }
        break;
      case ChunkItem::Kind::sync_lost:
        listener.on_sync_lost(parser_.header().stream_offset, item.reason, data.packet);
        break;
      case ChunkItem::Kind::hole:
      case ChunkItem::Kind::need_more: return;
    }
  }
}

void ChunkStreamDecoder::on_gap(const StreamGap& stream_gap, ChunkStreamListener& listener) {
  const ChunkItem item = parser_.next(stream_gap);
  if (item.kind == ChunkItem::Kind::hole) {
    assembler_.hole(item.stream);
    if (item.ends_message) finish_message(item.stream, {}, stream_gap.noticed_at, listener);
  } else if (item.kind == ChunkItem::Kind::sync_lost) {
    for (std::size_t i = 0; i < parser_.stream_count(); ++i) {
      if (parser_.stream(i).in_progress) emit_partial(i, stream_gap.noticed_at, listener);
    }
    listener.on_sync_lost(stream_gap.offset, SyncLostReason::gap, stream_gap.noticed_at);
  }
}

void ChunkStreamDecoder::on_end(PacketRef packet, ChunkStreamListener& listener) {
  for (std::size_t i = 0; i < parser_.stream_count(); ++i) {
    if (parser_.stream(i).in_progress) emit_partial(i, packet, listener);
  }
}

void ChunkStreamDecoder::lose_sync(std::uint64_t offset, std::uint8_t reason, PacketRef packet,
                                   ChunkStreamListener& listener) {
  if (parser_.lost()) return;
  parser_.lose_sync();
  listener.on_sync_lost(offset, reason, packet);
}

void ChunkStreamDecoder::begin_chunk(const ChunkItem& item, PacketRef packet, ChunkStreamListener& listener) {
  ChunkStream& stream = parser_.stream(item.stream);
  if (item.abandoned) {
    const ChunkStream& abandoned = parser_.abandoned();
    const Message message{.header = abandoned.message, .body = assembler_.finish(item.stream, {}), .complete = false};
    listener.on_framing_finding(message.header, FindingId::message_abandoned, message.header.type_id,
                                abandoned.received, packet);
    listener.on_message(message, packet);
  }
  listener.on_chunk(parser_.header(), item.payload_length, packet);
  for (const ChunkFinding& finding : parser_.findings()) listener.on_chunk_finding(parser_.header(), finding, packet);
  if (item.starts_message) assembler_.begin(item.stream, stream.message.type_id, stream.message.length);
  if (item.ends_message) finish_message(item.stream, {}, packet, listener);
}

void ChunkStreamDecoder::finish_message(std::size_t stream, Bytes payload, PacketRef packet,
                                        ChunkStreamListener& listener) {
  const ChunkStream& state = parser_.stream(stream);
  const Bytes body = assembler_.finish(stream, payload);
  const Message message{.header = state.message, .body = body, .complete = !state.hole};
  if (assembler_.limited(stream)) {
    listener.on_framing_finding(message.header, FindingId::retained_bytes_limit, message.header.length, body.size(),
                                packet);
  }
  apply(message, packet, listener);
  listener.on_message(message, packet);
  assembler_.release(stream);
}

void ChunkStreamDecoder::emit_partial(std::size_t stream, PacketRef packet, ChunkStreamListener& listener) {
  parser_.abort_message(stream);
  const Message message{
      .header = parser_.stream(stream).message, .body = assembler_.finish(stream, {}), .complete = false};
  listener.on_message(message, packet);
  assembler_.release(stream);
}

/// Set Chunk Size and Abort change how the bytes that follow are framed (RTMP 5.4.1, 5.4.2).
void ChunkStreamDecoder::apply(const Message& message, PacketRef packet, ChunkStreamListener& listener) {
  if (!message.complete || message.body.size() < 4) return;
  const std::uint32_t value = load_be32(message.body.data());
  if (message.header.type_id == MessageType::set_chunk_size) {
    const std::uint32_t size = value & 0x7FFFFFFFU;
    if (size != 0) parser_.set_chunk_size(size);
  } else if (message.header.type_id == MessageType::abort_message) {
    const auto stream = parser_.find(value);
    if (!stream || !parser_.stream(*stream).in_progress) {
      listener.on_framing_finding(message.header, FindingId::abort_without_message, value, 0, packet);
      return;
    }
    const ChunkStream& aborted = parser_.stream(*stream);
    listener.on_framing_finding(aborted.message, FindingId::message_aborted, aborted.message.type_id,
                                aborted.received, packet);
    emit_partial(*stream, packet, listener);
  }
}

}  // namespace rtmpscope::rtmp
