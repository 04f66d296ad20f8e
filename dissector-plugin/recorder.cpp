// The part of Connection that keeps what the decoder says.
#include <algorithm>
#include <cstring>

#include "connection.hpp"
#include "rtmp/describe_message.hpp"
#include "rtmp/summary.hpp"

namespace rtmpscope::plugin {
namespace {

/// The unit for what is added to `units` next.
template <typename Units>
Unit next_unit(Unit::Kind kind, std::optional<Direction> direction, const Units& units) {
  Unit unit{};
  unit.kind = kind;
  unit.direction = direction.value_or(Direction::to_server);
  unit.index = static_cast<std::uint32_t>(units.size()) & 0x1FFFFFFFU;
  return unit;
}

bool is_command(std::uint8_t type) {
  return type == rtmp::MessageType::command_amf0 || type == rtmp::MessageType::command_amf3;
}

/// Takes a command's transaction id from its description.
class TransactionSink final : public NullSink {
 public:
  double id = 0;
  void real(FieldId field, Range, double value) override {
    if (field == FieldId::command_transaction_id) id = value;
  }
};

double transaction_id(const rtmp::Message& message) {
  TransactionSink sink;
  rtmp::describe_command(message, sink);
  return sink.id;
}

}  // namespace

void Connection::on_event(const rtmp::Event& event) {
  switch (event.kind) {
    case EventKind::chunk: on_chunk(static_cast<const rtmp::ChunkEvent&>(event)); break;
    case EventKind::message: on_message(static_cast<const rtmp::MessageEvent&>(event)); break;
    case EventKind::finding:
      // What is odd about a body is found again whenever the body is described.
      if (static_cast<const rtmp::FindingEvent&>(event).in_body) break;
      [[fallthrough]];
    default: add_event(event);
  }
}

void Connection::on_chunk(const rtmp::ChunkEvent& event) {
  const Direction direction = event.direction.value_or(Direction::to_server);
  units_.push_back(next_unit(Unit::Kind::chunk, event.direction, chunks_));
  chunks_.push_back(PackedChunk(ChunkUnit{event.header, event.payload_length}));
  Way& side = ways_[index_of(direction)];
  const auto known = std::find_if(side.types.begin(), side.types.end(), [&](const auto& entry) {
    return entry.first == event.header.chunk_stream_id;
  });
  if (event.header.format <= 1) {
    if (known == side.types.end()) {
      side.types.emplace_back(event.header.chunk_stream_id, event.header.type_id);
    } else {
      known->second = event.header.type_id;
    }
    side.last_type = event.header.type_id;
  } else {
    side.last_type = known == side.types.end() ? std::uint8_t{0} : known->second;
  }
}

void Connection::on_message(const rtmp::MessageEvent& event) {
  MessageUnit unit;
  unit.header = event.message.header;
  unit.body = keep(event.message.body);
  unit.complete = event.message.complete ? 1U : 0U;
  unit.frame = current_frame_;
  unit.stream_name = intern(as_text(event.stream_name));
  unit.app = intern(session_->summary().app);
  if (is_command(unit.header.type_id)) {
    Exchange exchange;
    exchange.transaction_id = transaction_id(event.message);
    exchange.request_frame = event.request_frame.value_or(0);
    exchange.response_time = event.response_time.value_or(0);
    if (event.request_frame) link_request(event, exchange.transaction_id);
    unit.exchange = static_cast<std::uint32_t>(exchanges_.size()) & 0x7FFFFFFFU;
    exchanges_.push_back(exchange);
  }
  units_.push_back(next_unit(Unit::Kind::message, event.direction, messages_));
  messages_.push_back(std::move(unit));
}

/// The request learns who answers it.
void Connection::link_request(const rtmp::MessageEvent& response, double transaction_id) {
  const auto frame = static_cast<std::uint32_t>(*response.request_frame);
  for (std::size_t i = units_.size(); i-- > 0;) {
    const Unit& unit = units_[i];
    if (unit.kind != Unit::Kind::message) continue;
    const MessageUnit& message = messages_[unit.index];
    if (message.frame < frame) return;
    if (message.frame == frame && unit.direction != response.direction &&
        is_command(message.header.type_id) && exchange(message).transaction_id == transaction_id) {
      exchanges_[message.exchange].response_frame = current_frame_;
      return;
    }
  }
}

void Connection::add_event(const rtmp::Event& event) {
  EventUnit unit;
  unit.kind = event.kind;
  if (event.kind == EventKind::handshake) {
    const auto& handshake = static_cast<const rtmp::HandshakeEvent&>(event);
    unit.handshake = std::make_unique<rtmp::HandshakePartFacts>(handshake.facts);
    unit.part = keep(handshake.raw);
  } else {
    Tape fields;
    event.describe(fields);
    unit.fields = fields;  // a copy takes no more memory than it needs
  }
  if (event.kind == EventKind::finding) {
    unit.finding = static_cast<const rtmp::FindingEvent&>(event).id;
  }
  units_.push_back(next_unit(Unit::Kind::event, event.direction, events_));
  events_.push_back(std::move(unit));
}

/// Names change seldom: the last ones are compared, not all.
std::uint32_t Connection::intern(std::string_view text) {
  constexpr std::size_t compared = 8;
  if (text.empty()) return 0;
  const std::size_t end = texts_.size();
  for (std::size_t i = end; i-- > (end > compared ? end - compared : 0);) {
    if (texts_[i] == text) return static_cast<std::uint32_t>(i);
  }
  texts_.emplace_back(text);
  return static_cast<std::uint32_t>(end);
}

KeptBytes Connection::keep(Bytes bytes) const {
  KeptBytes kept;
  kept.size = static_cast<std::uint32_t>(bytes.size());
  if (bytes.empty()) return kept;
  const auto begin = reinterpret_cast<std::uintptr_t>(current_.data());
  const auto at = reinterpret_cast<std::uintptr_t>(bytes.data());
  if (at >= begin && at + bytes.size() <= begin + current_.size()) {
    kept.offset = static_cast<std::uint32_t>(at - begin);
  } else {
    kept.copy = std::make_unique_for_overwrite<std::uint8_t[]>(bytes.size());
    std::memcpy(kept.copy.get(), bytes.data(), bytes.size());
  }
  return kept;
}

}  // namespace rtmpscope::plugin
