#include "rtmfp_sessions.hpp"

#include <algorithm>

namespace rtmpscope::plugin {

Bytes RtmfpConnection::open(Direction direction, Bytes datagram, bool cut) const {
  const auto& cipher = ciphers_[index_of(direction)];
  if (cipher == nullptr) return {};
  const auto mode =
      direction == Direction::to_server ? rtmfp::PacketMode::initiator : rtmfp::PacketMode::responder;
  return cipher->open(datagram, mode, cut).value_or(Bytes());
}

void RtmfpConnection::begin(std::uint32_t frame) {
  if (recording_) return;
  recording_ = true;
  // No body lies in a packet as it is captured, so all of them are copied.
  recorder().begin(0, frame, {});
}

void RtmfpConnection::add(const rtmp::Event& event) {
  recorder().on_event(event);
  if (event.kind != EventKind::connection_close) return;
  closed_ = static_cast<const rtmp::ConnectionCloseEvent&>(event).summary;
  live_ = nullptr;
  recorder().set_summary(*closed_);
}

recording::RecordBatch RtmfpConnection::end(std::uint32_t frame, std::uint32_t place, Direction direction,
                                            std::uint32_t length) {
  recording_ = false;
  recording::RecordBatch batch;
  batch.frame = frame;
  batch.place = place;
  batch.direction = direction;
  batch.length = length;
  return recorder().end(batch);
}

/// While a session is open: its keys may come late.
void RtmfpConnection::learn(const rtmfp::Session& session) {
  for (const Direction direction : {Direction::to_server, Direction::to_client}) {
    auto& cipher = ciphers_[index_of(direction)];
    if (cipher == nullptr) cipher = session.cipher(direction);
  }
  if (live_ != nullptr || closed_) return;
  live_ = &session.summary();
  recorder().set_summary(*live_);
}

RtmfpSessions::RtmfpSessions(Capture& capture, bool keep_media)
    : capture_(capture),
      keys_(capture.keys),
      feed_(*this, {.keep_media = keep_media}, keys_->view(), opened_) {}

void RtmfpSessions::on_packet(PacketRef packet) {
  frame_ = static_cast<std::uint32_t>(packet.number);
  feed_.on_packet(packet);
  end_bystanders();
}

std::optional<RtmfpDatagram> RtmfpSessions::on_datagram(const rtmfp::Datagram& datagram,
                                                        std::uint32_t place) {
  frame_ = static_cast<std::uint32_t>(datagram.packet.number);
  const auto taken = feed_.on_datagram(datagram);
  RtmfpConnection* const own = taken && taken->session->number() <= connections_.size()
                                   ? connections_[taken->session->number() - 1].get()
                                   : nullptr;
  if (own != nullptr) {
    own->learn(*taken->session);
    own->begin(frame_);
    own->end(frame_, place, taken->direction,
             static_cast<std::uint32_t>(datagram.bytes.size()) + datagram.cut);
    std::erase(touched_, own);
  }
  end_bystanders();
  if (own == nullptr) return std::nullopt;
  return RtmfpDatagram{own, taken->direction, taken->as};
}

/// The decoder numbers connections in the order in which it opens them.
void RtmfpSessions::on_event(const rtmp::Event& event) {
  while (connections_.size() < event.connection) {
    connections_.push_back(std::make_unique<RtmfpConnection>(capture_));
  }
  if (event.connection == 0) return;
  RtmfpConnection& connection = *connections_[event.connection - 1];
  connection.begin(frame_);
  connection.add(event);
  if (std::ranges::find(touched_, &connection) == touched_.end()) touched_.push_back(&connection);
}

void RtmfpSessions::end_bystanders() {
  for (RtmfpConnection* connection : touched_) {
    connection->end(frame_, end_place, Direction::to_server, 0);
    bystanders_.push_back({frame_, connection});
  }
  touched_.clear();
}

std::span<const RtmfpSessions::Bystander> RtmfpSessions::bystanders(std::uint32_t frame) const {
  const auto found = std::ranges::equal_range(bystanders_, frame, {}, &Bystander::frame);
  return {found.begin(), found.end()};
}

}  // namespace rtmpscope::plugin
