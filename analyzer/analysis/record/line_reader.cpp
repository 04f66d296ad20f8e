#include "analysis/record/line_reader.hpp"

#include <optional>

#include "analysis/record/tracks.hpp"

namespace rtmpscope::analysis {
namespace {

tl::unexpected<Error> complaint(std::string text) {
  return tl::make_unexpected(Error{ErrorKind::open_input, std::move(text)});
}

std::optional<EventKind> kind_of(std::string_view name) {
  for (std::size_t i = 0; i < events().size(); ++i) {
    if (events()[i].name == name) return static_cast<EventKind>(i);
  }
  return std::nullopt;
}

std::optional<Direction> direction_of(std::string_view name) {
  if (name == "to_server") return Direction::to_server;
  if (name == "to_client") return Direction::to_client;
  return std::nullopt;
}

/// The event's own members: those of the head are known by their names.
void drop_head(Value& members, EventKind kind) {
  for (const char* const key : {"event", "time", "frame", "connection", "direction", "client_address",
                                "client_port", "server_address", "server_port"})
    members.erase(key);
  if (kind != EventKind::connection_open) members.erase("uid");
}

}  // namespace

Expected<void> LineReader::read(std::string_view line) {
  if (line.empty()) return {};
  Value members = Value::parse(line, nullptr, false);
  if (members.is_discarded()) return complaint("it is not JSON");
  if (!members.is_object() || !member(members, "event")) return complaint("it is no event of a timeline");
  const auto kind = kind_of(text_at(members, "event"));
  if (!kind) {
    ++unknown_;
    return {};
  }
  Record record;
  record.kind = *kind;
  if (const Value* const time = member(members, "time"); time != nullptr) {
    const auto at = time_at(members, "time");
    if (!at) return complaint("its time is not in the form of a timeline");
    record.at = {*at, unsigned_at(members, "frame").value_or(0)};
  }
  record.connection = static_cast<std::uint32_t>(unsigned_at(members, "connection").value_or(0));
  record.direction = direction_of(text_at(members, "direction"));
  drop_head(members, *kind);
  record.members = std::move(members);
  hand_on(record, to_);
  return {};
}

namespace {

/// The sub-messages of an aggregate (RTMP 7.1.6), each as if it had come alone with the aggregate's last
/// byte.
void hand_on_parts(const Record& aggregate, const Value& parts, RecordSink& to) {
  for (const Value& part : parts) {
    Record record;
    record.kind = aggregate.kind;
    record.at = aggregate.at;
    record.connection = aggregate.connection;
    record.direction = aggregate.direction;
    record.members = part;
    for (const char* const key : {"chunk_stream_id", "message_stream_id", "first_frame", "first_time",
                                  "stream_offset", "timestamp_exact", "complete"}) {
      if (const Value* const value = member(aggregate.members, key); value != nullptr)
        record.members[key] = *value;
    }
    if (const Value* const time = member(part, "absolute_timestamp"); time != nullptr)
      record.members["timestamp"] = *time;
    hand_on(record, to);
  }
}

}  // namespace

void hand_on(const Record& record, RecordSink& to) {
  if (!is_media_message(record)) {
    to.on_record(record);
    const Value* const parts =
        record.kind == EventKind::message ? member(record.members, "aggregate.messages") : nullptr;
    if (parts != nullptr && parts->is_array()) hand_on_parts(record, *parts, to);
    return;
  }
  bool more = false;
  for_each_track(record, [&](const MediaRecord& track) {
    more = more || track.packet != PacketKind::coded_frames;
    to.on_media(track);
  });
  if (more) to.on_record(record);
}

}  // namespace rtmpscope::analysis
