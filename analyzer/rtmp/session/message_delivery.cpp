#include "rtmp/session/message_delivery.hpp"

#include <utility>

#include "base/byte_order.hpp"

namespace rtmpscope::rtmp {

void MessageDelivery::finish(std::size_t stream, Bytes payload, PacketRef packet,
                             ChunkStreamListener& listener) {
  ChunkStream& its = parser_.stream(stream);
  if (ProvisionalMessage* provisional = parser_.provisional();
      provisional != nullptr && provisional->stream == stream) {
    append(its, payload);
    provisional->ended = true;
    provisional->last_packet = packet;
    return;
  }
  deliver(its, payload, !its.incomplete, packet, listener);
}

void MessageDelivery::deliver(ChunkStream& stream, Bytes payload, bool complete, PacketRef packet,
                              ChunkStreamListener& listener) {
  const Bytes body = assembler_.finish(stream.body, stream.message, payload);
  const Message message{.header = stream.message,
                        .body = body,
                        .complete = complete,
                        .missing = complete ? 0 : stream.lacking(),
                        .contents = assembler_.contents()};
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

void MessageDelivery::report_limit(MessageAssembler::Number body, const Message& message, PacketRef packet,
                                   ChunkStreamListener& listener) const {
  if (!assembler_.limited(body)) return;
  listener.on_framing_finding(message.header, FindingId::retained_bytes_limit, message.header.length,
                              message.body.size(), packet);
}

void MessageDelivery::deliver_incomplete(std::size_t index, PacketRef packet, ChunkStreamListener& listener) {
  parser_.abort_message(index);
  ChunkStream& stream = parser_.stream(index);
  const Message message{.header = stream.message,
                        .body = assembler_.finish(stream.body, stream.message, {}),
                        .complete = false,
                        .missing = stream.lacking(),
                        .contents = assembler_.contents()};
  report_limit(stream.body, message, packet, listener);
  apply(message, packet, listener);
  listener.on_message(message, packet);
  assembler_.release(stream.body);
}

void MessageDelivery::deliver_all_incomplete(PacketRef packet, ChunkStreamListener& listener) {
  for (std::size_t i = 0; i < parser_.stream_count(); ++i) {
    if (parser_.stream(i).in_progress) deliver_incomplete(i, packet, listener);
  }
}

void MessageDelivery::deliver_abandoned(ChunkStream& stream, PacketRef packet,
                                        ChunkStreamListener& listener) {
  const ChunkStream& abandoned = parser_.abandoned();
  const Message message{.header = abandoned.message,
                        .body = assembler_.finish(stream.body, abandoned.message, {}),
                        .complete = false,
                        .missing = abandoned.lacking(),
                        .contents = assembler_.contents()};
  report_limit(stream.body, message, packet, listener);
  listener.on_framing_finding(message.header, FindingId::message_abandoned, message.header.type_id,
                              abandoned.received, packet);
  listener.on_message(message, packet);
}

void MessageDelivery::hold(ChunkStream& stream, Bytes payload, PacketRef packet) {
  append(stream, payload);
  held_ = std::make_unique<Held>(stream, packet);
}

void MessageDelivery::deliver_held(ChunkStreamListener& listener) {
  if (held_ == nullptr) return;
  Held held = *std::exchange(held_, nullptr);
  longest_unsplit_ = held.stream.message.length;
  deliver(held.stream, {}, true, held.packet, listener);
}

/// Set Chunk Size and Abort change how the bytes that follow are framed (RTMP 5.4.1, 5.4.2).
void MessageDelivery::apply(const Message& message, PacketRef packet, ChunkStreamListener& listener) {
  if (message.header.type_id == MessageType::set_chunk_size && !message.complete)
    profile_.media_since_chunk_size = 0;
  if (!message.complete || message.body.size() < 4) return;
  const std::uint32_t value = load_be32(message.body.data());
  if (message.header.type_id == MessageType::set_chunk_size) {
    const std::uint32_t size = value & 0x7FFFFFFFU;
    if (size != 0 && size != parser_.chunk_size()) profile_.media_since_chunk_size = 0;
    if (size != 0) parser_.set_chunk_size(size);
    longest_unsplit_ = 0;
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
