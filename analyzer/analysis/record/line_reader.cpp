#include "analysis/record/line_reader.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "analysis/record/json.hpp"
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

/// Members of the head of an event, which a record has apart.
bool is_of_head(std::string_view name, EventKind kind) {
  constexpr std::array<std::string_view, 9> names = {"event",       "time",           "frame",
                                                     "connection",  "direction",      "client_address",
                                                     "client_port", "server_address", "server_port"};
  return std::ranges::find(names, name) != names.end() ||
         (name == "uid" && kind != EventKind::connection_open);
}

}  // namespace

Expected<void> LineReader::read(std::string_view line) {
  if (line.empty()) return {};
  line_.clear();
  if (read_json(line, line_)) return complaint("it is not JSON");
  const Value members = line_.value();
  if (!member(members, "event")) return complaint("it is no event of a timeline");
  const auto kind = kind_of(text_at(members, "event"));
  if (!kind) {
    ++unknown_;
    return {};
  }
  Record record;
  record.kind = *kind;
  if (const Value time = member(members, "time"); time) {
    const auto at = time_at(members, "time");
    if (!at) return complaint("its time is not in the form of a timeline");
    record.at = {*at, unsigned_at(members, "frame").value_or(0)};
  }
  record.connection = static_cast<std::uint32_t>(unsigned_at(members, "connection").value_or(0));
  record.direction = direction_of(text_at(members, "direction"));
  own_.clear();
  own_.begin_object();
  for (const auto& [name, value] : members.members()) {
    if (is_of_head(name, *kind)) continue;
    own_.name(name);
    own_.copy(value);
  }
  record.members = own_.value();
  hand_on(record, to_);
  return {};
}

namespace {

/// The sub-messages of an aggregate (RTMP 7.1.6), each as if it had come alone with the aggregate's last
/// byte.
void hand_on_parts(const Record& aggregate, Value parts, RecordSink& to) {
  for (const Value part : parts.elements()) {
    Record record;
    record.kind = aggregate.kind;
    record.at = aggregate.at;
    record.connection = aggregate.connection;
    record.direction = aggregate.direction;
    // Of several members of one name the first one counts.
    ValueBuilder members;
    members.begin_object();
    const auto add = [&members](std::string_view name, Value value) {
      if (!value) return;
      members.name(name);
      members.copy(value);
    };
    for (const char* const key : {"chunk_stream_id", "message_stream_id", "first_frame", "first_time",
                                  "stream_offset", "timestamp_exact", "complete"})
      add(key, member(aggregate.members, key));
    add("timestamp", member(part, "absolute_timestamp"));
    for (const auto& [name, value] : part.members()) add(name, value);
    record.members = members.value();
    hand_on(record, to);
  }
}

}  // namespace

void hand_on(const Record& record, RecordSink& to) {
  if (!is_media_message(record)) {
    to.on_record(record);
    const Value parts =
        record.kind == EventKind::message ? record.message().aggregate.member("messages") : Value();
    if (parts) hand_on_parts(record, parts, to);
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
