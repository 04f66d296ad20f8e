#include "connection.hpp"

#include <algorithm>
#include <utility>

namespace rtmpscope::plugin {
namespace {

/// No peer has more than its window in flight (RFC 7323: 1 GiB); a sequence number that far off is not one of
/// the stream.
constexpr std::int64_t farthest_jump = std::int64_t{1} << 30;

}  // namespace

Connection::Connection(Capture& capture, const rtmp::ConnectionInfo& info)
    : RecordedConnection(capture, capture.records), keys_(capture.keys), info_(info) {}

rtmp::Transport Connection::transport() const {
  return summary() == nullptr ? info_.transport : summary()->info.transport;
}

std::optional<recording::RecordBatch> Connection::decode(const PacketBytes& packet) {
  if (is_other()) return std::nullopt;
  current_ = {packet.frame, packet.time};
  if (layers_ == nullptr) create_layers(packet);
  const Place place = locate(directions_[index_of(packet.direction)], packet);
  recording::RecordBatch batch;
  batch.frame = packet.frame;
  batch.place = packet.place;
  batch.stream_offset = layers_->inner_offset(packet.direction, place.offset);
  batch.missing_before = static_cast<std::uint32_t>(std::min<std::uint64_t>(place.missing, UINT32_MAX));
  missing_bytes_ += place.missing;
  recorder().begin(batch.stream_offset, packet.frame, packet.bytes);
  if (!closed_) feed(packet, place);
  const bool may_be_other = packet.claim == Claim::heuristic || layers_->is_doubtful();
  if (is_other() || (!layers_->is_decided() && may_be_other)) return std::nullopt;

  const std::uint32_t length = static_cast<std::uint32_t>(packet.bytes.size()) + packet.cut;
  const std::uint64_t content = layers_->outer_offset(packet.direction, batch.stream_offset);
  const std::uint64_t in_front = content > place.offset ? content - place.offset : 0;
  batch.proxy_header =
      static_cast<std::uint16_t>(std::min<std::uint64_t>({in_front, packet.bytes.size(), UINT16_MAX}));
  batch.length = length - batch.proxy_header;
  batch.repeated = place.repeated > batch.proxy_header ? place.repeated - batch.proxy_header : 0;
  give_number();
  batch.direction = layers_->inner_direction(packet.direction);
  return recorder().end(batch);
}

std::optional<recording::RecordBatch> Connection::end(const PacketEnd& packet) {
  if (layers_ == nullptr || closed_ || is_other()) return std::nullopt;
  current_ = {packet.frame, packet.time};
  recording::RecordBatch batch;
  batch.frame = packet.frame;
  batch.place = end_place;
  batch.stream_offset =
      layers_->inner_offset(packet.direction, directions_[index_of(packet.direction)].expected);
  recorder().begin(batch.stream_offset, packet.frame, {});
  for (const Direction direction : {packet.direction, opposite(packet.direction)}) {
    DirectionState& state = directions_[index_of(direction)];
    if (state.ended || (direction != packet.direction && packet.cause == EndCause::fin)) continue;
    state.ended = true;
    layers_->on_end(session_.get(), direction, {state.expected, packet.cause, current_});
    stop_keeping_held();
  }
  closed_ = directions_[0].ended && directions_[1].ended;
  if (closed_) close(packet);
  if (is_other() || recorder().is_empty()) return std::nullopt;
  give_number();
  batch.direction = layers_->inner_direction(packet.direction);
  return recorder().end(batch);
}

/// A capture has many connections, and nothing is freed before it is closed, so little is kept of each.
void Connection::close(const PacketEnd& packet) {
  layers_->finish();
  stop_keeping_held();
  if (session_ == nullptr) return;
  session_->close(packet.cause, current_, {});
  closed_summary_ = std::make_unique<const rtmp::ConnectionSummary>(session_->summary());
  recorder().set_summary(*closed_summary_);
  session_.reset();
}

bool Connection::may_end(Direction direction, std::uint32_t sequence,
                         std::optional<std::uint32_t> first) const {
  const DirectionState& state = directions_[index_of(direction)];
  if (state.ended || closed_) return false;
  if (!state.begun) return first && sequence == *first;
  return sequence == state.expected_sequence;
}

/// From the sequence number.
Connection::Place Connection::locate(DirectionState& state, const PacketBytes& packet) {
  Place place{.offset = state.expected};
  if (!packet.sequence) return place;
  const std::uint32_t length = static_cast<std::uint32_t>(packet.bytes.size()) + packet.cut;
  if (!state.begun) {
    state.begun = true;
    state.expected_sequence = packet.first_sequence.value_or(*packet.sequence);
  }
  const auto ahead = std::int64_t{static_cast<std::int32_t>(*packet.sequence - state.expected_sequence)};
  const std::int64_t offset = static_cast<std::int64_t>(state.expected) + ahead;
  if (ahead > farthest_jump || offset < 0) {  // no part of the stream
    place.repeated = length;
    return place;
  }
  place.offset = static_cast<std::uint64_t>(offset);
  if (ahead > 0) place.missing = static_cast<std::uint64_t>(ahead);
  if (ahead < 0) place.repeated = static_cast<std::uint32_t>(std::min<std::int64_t>(-ahead, length));
  return place;
}

/// Gives the layers what is new in the packet.
void Connection::feed(const PacketBytes& packet, const Place& place) {
  DirectionState& state = directions_[index_of(packet.direction)];
  const std::uint32_t length = static_cast<std::uint32_t>(packet.bytes.size()) + packet.cut;
  if (place.missing > 0) {
    const StreamGap gap{state.expected, place.missing, GapCause::not_captured, current_};
    layers_->on_gap(session_.get(), packet.direction, gap);
    stop_keeping_held();
  }
  if (place.repeated < packet.bytes.size()) {
    const StreamData data{place.offset + place.repeated, packet.bytes.subspan(place.repeated), current_};
    layers_->on_data(session_.get(), packet.direction, data);
    stop_keeping_held();
  }
  if (packet.cut > 0 && place.repeated < length) {
    const std::uint64_t cut_at = std::max<std::uint64_t>(packet.bytes.size(), place.repeated);
    const StreamGap gap{place.offset + cut_at, length - cut_at, GapCause::snap_length, current_};
    layers_->on_gap(session_.get(), packet.direction, gap);
    stop_keeping_held();
  }
  if (place.repeated == length) return;
  state.expected = place.offset + length;
  if (packet.sequence) state.expected_sequence = *packet.sequence + length;
}

/// Ends what on_decided began, when the held bytes have been decoded.
void Connection::stop_keeping_held() {
  if (session_ != nullptr) session_->keep_media_whole(media_whole_);
}

void Connection::create_layers(const PacketBytes& packet) {
  carrier::LayerContext context;
  context.client = info_.client;
  context.server = info_.server;
  context.first_packet = current_;
  context.keys = &keys_->view();
  context.listener = this;
  context.reads_tls = false;
  const carrier::ProtocolDetector::Hints hints{.known_port = packet.claim == Claim::port,
                                               .syn_seen = packet.syn_seen,
                                               .searched_bytes = &capture().searched_bytes,
                                               .policy = carrier::DecisionPolicy::decide_early};
  layers_ = std::make_unique<carrier::LayerStack>(
      context, hints, [this](const carrier::Decision& decision) { return on_decided(decision); });
}

StreamSink* Connection::on_decided(const carrier::Decision& decision) {
  using carrier::Protocol;
  const Protocol found = decision.detection.protocol;
  if (found != Protocol::rtmp && found != Protocol::rtmpe) return nullptr;
  info_.client = decision.context.client;
  info_.server = decision.context.server;
  if (found == Protocol::rtmpe) info_.transport = encrypted(info_.transport);
  info_.start = decision.detection.midstream ? rtmp::Start::midstream : rtmp::Start::syn;
  info_.start_lost = decision.detection.start_lost;
  info_.proxy_headers = decision.context.proxy_headers;
  give_number();
  const rtmp::SessionOptions options{.chunk_events = true, .deciphered = decision.deciphered};
  session_ = std::make_unique<rtmp::Session>(info_, index() + 1, options, recorder());
  recorder().set_summary(session_->summary());
  // The packets that held bytes came in were not shown as RTMP, so nobody gets at their media later.
  session_->keep_media_whole(media_whole_ || decision.has_held_bytes);
  session_->open(current_);
  early_news_.tell_all(*this);
  if (found != Protocol::rtmpe) return session_.get();
  clear_ = std::make_unique<ClearStreams>(*session_);
  return clear_.get();
}

void Connection::on_layer_event(std::unique_ptr<carrier::LayerEvent> event) {
  if (session_ == nullptr) return early_news_.keep(std::move(event));
  carrier::tell(*session_, *event);
}

void Connection::on_layer_finding(const carrier::LayerFinding& finding) {
  if (session_ == nullptr) return early_news_.keep(finding);
  carrier::tell(*session_, finding);
}

Bytes Connection::content(const recording::RecordBatch& batch, Bytes frame) const {
  const std::size_t in_front = std::size_t{batch.proxy_header} + batch.repeated;
  if (in_front >= frame.size()) return {};
  const Bytes bytes = frame.subspan(in_front);
  if (clear_ == nullptr) return bytes;
  return clear_->find(batch.direction, batch.stream_offset + batch.repeated, bytes.size());
}

}  // namespace rtmpscope::plugin
