#include "rtmp/session/session.hpp"

#include <algorithm>
#include <vector>

#include "base/prefetch.hpp"

namespace rtmpscope::rtmp {
namespace {

bool is_rtmpe_version(std::optional<std::uint8_t> version) {
  return version && (*version == 6 || *version == 8 || *version == 9);
}

/// Takes from a description what is odd, and what it says of the software.
struct PartCollector final : NullSink {
  std::vector<FindingEvent> found;
  std::optional<std::uint64_t> software;

  void number(FieldId id, Range, std::uint64_t value) override {
    if (id == FieldId::handshake_software) software = value;
  }

  void finding(FindingId id, Range range, std::uint64_t a, std::uint64_t b) override {
    FindingEvent& event = found.emplace_back(id);
    event.range = range;
    event.a = a;
    event.b = b;
  }
};

std::string_view handshake_name(HandshakeKind kind) {
  const ValueInfo* value = find_value(ValueTable::handshake_kind, static_cast<std::uint64_t>(kind));
  return value == nullptr ? std::string_view() : value->name;
}

}  // namespace

void Session::open(PacketRef packet) {
  messages_.open(packet);
  const ConnectionInfo& info = summary().info;
  if (info.repeated) {
    FindingEvent event(FindingId::connection_repeated);
    emit_finding(event, packet);
  }
  if (info.start == Start::midstream) {
    for (const Direction direction : {Direction::to_server, Direction::to_client}) {
      begin_chunks_midstream(direction, packet);
    }
    return;
  }
  handshake_ = std::make_unique<Handshake>(static_cast<HandshakeListener&>(*this));
  for (const Direction direction : {Direction::to_server, Direction::to_client}) {
    if (!info.start_lost[index_of(direction)]) continue;
    direction_ = direction;
    handshake_->skip(direction, {0, std::nullopt, GapCause::start_not_captured, packet});
    begin_chunks_midstream(direction, packet);
  }
}

void Session::begin_chunks_midstream(Direction direction, PacketRef packet) {
  direction_ = direction;
  stages_[index_of(direction)] = Stage::chunks;
  decoders_[index_of(direction)].lose_sync(0, SyncLostReason::start_not_captured, packet, *this);
}

void Session::on_data(Direction direction, const StreamData& data) {
  direction_ = direction;
  Stage& stage = stages_[index_of(direction)];
  if (stage == Stage::chunks && handshake_ == nullptr) {
    decoders_[index_of(direction)].on_data(data, *this);
    return;
  }
  if (stage == Stage::encrypted) return;
  if (stage == Stage::handshake) {
    const std::size_t taken = handshake_->consume(direction, data);
    const StreamData rest{data.offset + taken, data.bytes.subspan(taken), data.packet};
    if (handshake_->reply_left_out(direction)) return begin_chunks_without_reply(direction, rest);
    if (handshake_->done(direction)) end_handshake(direction, data.packet, rest.offset);
    if (!rest.bytes.empty()) on_data(direction, rest);
    return;
  }
  if (!handshake_->finished()) {
    // The wait for the other direction ends at one place in the stream, however it is cut.
    constexpr std::uint64_t limit = handshake_size + Handshake::one_sided_limit;
    if (data.offset < limit && data.offset + data.bytes.size() > limit) {
      const std::size_t before = limit - data.offset;
      on_data(direction, {data.offset, data.bytes.first(before), data.packet});
      on_data(direction, {limit, data.bytes.subspan(before), data.packet});
      return;
    }
    handshake_->data_after(direction, data);
  }
  free_handshake();
  decoders_[index_of(direction)].on_data(data, *this);
}

void Session::begin_chunks_without_reply(Direction direction, const StreamData& rest) {
  const StreamData head = handshake_->in_place_of_reply(direction);
  const std::vector<std::uint8_t> bytes(head.bytes.begin(), head.bytes.end());
  end_handshake(direction, rest.packet, head.offset);
  FindingEvent event(FindingId::handshake_reply_left_out);
  event.direction = direction;
  event.stream_offset = head.offset;
  emit_finding(event, head.packet);
  on_data(direction, {head.offset, bytes, head.packet});
  if (!rest.bytes.empty()) on_data(direction, rest);
}

void Session::prefetch(Direction direction, unsigned step) const {
  const ChunkStreamDecoder& decoder = decoders_[index_of(direction)];
  if (step == 0) {
    rtmpscope::prefetch(this, cache_line);
    rtmpscope::prefetch(&decoder, sizeof decoder);
    messages_.prefetch(step);
  } else if (step == 1) {
    decoder.prefetch();
    messages_.prefetch(step);
  } else {
    decoder.prefetch_search();
  }
}

void Session::on_gap(Direction direction, const StreamGap& stream_gap) {
  direction_ = direction;
  const StreamGap* rest = &stream_gap;
  StreamGap behind_handshake;
  if (stages_[index_of(direction)] == Stage::handshake) {
    const std::uint64_t taken = handshake_->skip(direction, stream_gap);
    if (handshake_->done(direction)) end_handshake(direction, stream_gap.noticed_at, stream_gap.offset);
    if (!stream_gap.length || taken >= *stream_gap.length) {
      rest = nullptr;
    } else {
      behind_handshake = {stream_gap.offset + taken, *stream_gap.length - taken, stream_gap.cause,
                          stream_gap.noticed_at};
      rest = &behind_handshake;
    }
  }
  ChunkStreamDecoder& decoder = decoders_[index_of(direction)];
  const bool chunks = stages_[index_of(direction)] == Stage::chunks && rest != nullptr;
  if (chunks) decoder.before_gap(*this);
  GapEvent event(stream_gap);
  event.direction = direction;
  emit(event, stream_gap.noticed_at);
  if (!chunks) return;
  messages_.on_missing_bytes(direction, rest->length.value_or(0));
  decoder.on_gap(*rest, *this);
}

void Session::on_end(Direction direction, const StreamEnd& end) {
  direction_ = direction;
  if (stages_[index_of(direction)] != Stage::chunks) return;
  ChunkStreamDecoder& decoder = decoders_[index_of(direction)];
  decoder.on_end(end.packet, *this);
  if (decoder.held_header_bytes() > 0) {
    FindingEvent event(FindingId::chunk_header_cut);
    event.direction = direction;
    event.stream_offset = end.offset - decoder.held_header_bytes();
    event.a = decoder.held_header_bytes();
    emit_finding(event, end.packet);
  }
}

void Session::close(EndCause cause, PacketRef packet, const std::array<DirectionTotals, 2>& totals) {
  if (handshake_ != nullptr && !handshake_->finished()) handshake_->finish(packet, cause);
  handshake_.reset();
  for (const Direction direction : {Direction::to_server, Direction::to_client}) {
    messages_.summary().chunk_habits[index_of(direction)] = decoders_[index_of(direction)].habits();
  }
  messages_.close(cause, packet, totals);
}

void Session::on_overlap_conflict(Direction direction, std::uint64_t offset, std::uint64_t bytes,
                                  PacketRef packet) {
  FindingEvent event(FindingId::overlap_conflict);
  event.direction = direction;
  event.stream_offset = offset;
  event.a = bytes;
  emit_finding(event, packet);
}

void Session::on_syn_again(Direction direction, PacketRef packet) {
  FindingEvent event(FindingId::syn_again);
  event.direction = direction;
  emit_finding(event, packet);
}

void Session::end_handshake(Direction direction, const PacketRef& packet, std::uint64_t offset) {
  Stage& stage = stages_[index_of(direction)];
  if (stage != Stage::handshake) return;
  if (is_encrypted(summary().info.transport) && (deciphered_ == nullptr || !*deciphered_)) {
    stage = Stage::encrypted;
    FindingEvent event(FindingId::encrypted_stream);
    event.direction = direction;
    event.stream_offset = offset;
    emit_finding(event, packet);
    return;
  }
  stage = Stage::chunks;
  if (handshake_->lost(direction))
    decoders_[index_of(direction)].lose_sync(offset, SyncLostReason::gap, packet, *this);
  free_handshake();
}

void Session::free_handshake() {
  const auto past = [](Stage stage) { return stage != Stage::handshake; };
  if (handshake_ != nullptr && handshake_->finished() && std::all_of(stages_.begin(), stages_.end(), past)) {
    handshake_.reset();
  }
}

void Session::on_part(const HandshakePartFacts& facts, Bytes raw) {
  if (is_rtmpe_version(facts.version)) {
    Transport& transport = messages_.summary().info.transport;
    transport = encrypted(transport);
  }
  const bool from_client = facts.part <= HandshakePart::c2;
  HandshakeEvent event(facts, raw);
  event.direction = from_client ? Direction::to_server : Direction::to_client;
  emit(event, facts.place.last);
  PartCollector collector;
  event.describe(collector);
  if (collector.software) messages_.on_handshake_software(*event.direction, *collector.software);
  for (FindingEvent& finding : collector.found) {
    finding.direction = event.direction;
    finding.stream_offset = facts.place.stream_offset;
    finding.in_body = true;
    emit_finding(finding, facts.place.last);
  }
}

void Session::on_done(const HandshakeOutcome& outcome) {
  messages_.summary().handshake = handshake_name(outcome.kind);
  HandshakeDoneEvent event(outcome);
  emit(event, outcome.packet);
  for (const HandshakeFinding& odd : findings_of(outcome)) {
    FindingEvent finding(odd.id);
    finding.direction = odd.sender;
    finding.a = odd.a;
    finding.b = odd.b;
    emit_finding(finding, outcome.packet);
  }
}

void Session::on_chunk(const ChunkHeader& header, std::uint32_t payload_length, PacketRef packet) {
  if (!chunk_events_) return;
  ChunkEvent event(header, payload_length);
  event.direction = direction_;
  emit(event, packet);
}

void Session::on_chunk_finding(const ChunkHeader& header, const ChunkFinding& finding, PacketRef packet) {
  FindingEvent event(finding.id);
  event.direction = direction_;
  event.stream_offset = header.stream_offset;
  event.range = finding.range;
  event.a = finding.a;
  event.b = finding.b;
  event.after_gap = decoders_[index_of(direction_)].damaged();
  emit_finding(event, packet);
}

void Session::on_framing_finding(const MessageHeader& message, FindingId id, std::uint64_t a, std::uint64_t b,
                                 PacketRef packet) {
  FindingEvent event(id);
  event.direction = direction_;
  event.stream_offset = message.stream_offset;
  event.a = a;
  event.b = b;
  event.after_gap = decoders_[index_of(direction_)].damaged();
  emit_finding(event, packet);
}

void Session::on_sync_lost(std::uint64_t offset, std::uint8_t reason, PacketRef packet) {
  SyncLostEvent event(offset, static_cast<SyncLostReason>(reason));
  event.direction = direction_;
  emit(event, packet);
  messages_.on_sync_lost(direction_);
}

void Session::on_sync_found(const SyncFound& found, std::uint32_t chunk_size) {
  SyncFoundEvent event;
  event.direction = direction_;
  event.stream_offset = found.header;
  event.skipped = found.skipped;
  event.method = found.method;
  event.confidence = found.confidence;
  event.chunk_size = chunk_size;
  event.chunk_size_exact = found.trial.chunk_size.certain;
  emit(event, found.packet);
}

}  // namespace rtmpscope::rtmp
