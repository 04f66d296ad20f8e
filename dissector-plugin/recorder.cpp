// The part of Connection that keeps what the decoder says.
#include <algorithm>

#include "connection.hpp"
#include "rtmp/message/describe_message.hpp"
#include "rtmp/session/summary.hpp"

namespace rtmpscope::plugin {
namespace {

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
  capture_.units.chunk(direction, {event.header, event.payload_length});
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
  unit.body = place_of(event.message.body);
  unit.complete = event.message.complete;
  unit.frame = current_frame_;
  unit.stream_name = intern(as_text(event.stream_name));
  unit.app = intern(session_->summary().app);
  if (is_command(unit.header.type_id)) unit.exchange = add_exchange(event);
  capture_.units.message(event.direction.value_or(Direction::to_server), unit);
}

/// Of a command.
std::uint32_t Connection::add_exchange(const rtmp::MessageEvent& event) {
  Exchange exchange;
  exchange.frame = current_frame_;
  exchange.direction = event.direction.value_or(Direction::to_server);
  exchange.transaction_id = transaction_id(event.message);
  exchange.request_frame = static_cast<std::uint32_t>(event.request_frame.value_or(0));
  exchange.response_time = event.response_time.value_or(0);
  if (exchange.request_frame != 0) link_request(exchange);
  exchanges_.push_back(exchange);
  return static_cast<std::uint32_t>(exchanges_.size() - 1);
}

/// The request learns who answers it.
void Connection::link_request(const Exchange& response) {
  for (std::size_t i = exchanges_.size(); i-- > 0;) {
    Exchange& request = exchanges_[i];
    if (request.frame < response.request_frame) return;
    if (request.frame == response.request_frame && request.direction != response.direction &&
        request.transaction_id == response.transaction_id) {
      request.response_frame = response.frame;
      return;
    }
  }
}

void Connection::add_event(const rtmp::Event& event) {
  auto unit = std::make_unique<EventUnit>();
  unit->kind = event.kind;
  if (event.kind == EventKind::handshake) {
    const auto& handshake = static_cast<const rtmp::HandshakeEvent&>(event);
    unit->handshake = std::make_unique<rtmp::HandshakePartFacts>(handshake.facts);
    unit->part = place_of(handshake.raw);
    if (unit->part.copy != nullptr) {
      unit->part_copy = std::make_unique_for_overwrite<std::uint8_t[]>(handshake.raw.size());
      std::copy(handshake.raw.begin(), handshake.raw.end(), unit->part_copy.get());
      unit->part.copy = unit->part_copy.get();
    }
  } else {
    Tape fields;
    event.describe(fields);
    unit->fields = fields;  // a copy takes no more memory than it needs
  }
  if (event.kind == EventKind::finding) {
    unit->finding = static_cast<const rtmp::FindingEvent&>(event).id;
  }
  capture_.units.event(event.direction.value_or(Direction::to_server),
                       static_cast<std::uint32_t>(events_.size()));
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

/// By offset if they lie in the packet; else as they are, to be copied while they are there.
KeptBytes Connection::place_of(Bytes bytes) const {
  KeptBytes kept;
  kept.size = static_cast<std::uint32_t>(bytes.size());
  if (bytes.empty()) return kept;
  const auto begin = reinterpret_cast<std::uintptr_t>(current_.data());
  const auto at = reinterpret_cast<std::uintptr_t>(bytes.data());
  if (at >= begin && at + bytes.size() <= begin + current_.size()) {
    kept.offset = static_cast<std::uint32_t>(at - begin);
  } else {
    kept.copy = bytes.data();
  }
  return kept;
}

}  // namespace rtmpscope::plugin
