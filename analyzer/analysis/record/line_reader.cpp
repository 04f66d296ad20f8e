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

void hand_on(const Record& record, RecordSink& to) {
  if (!is_media_message(record)) return to.on_record(record);
  bool more = false;
  for_each_track(record, [&](const MediaRecord& track) {
    more = more || track.packet != PacketKind::coded_frames;
    to.on_media(track);
  });
  if (more) to.on_record(record);
}

}  // namespace rtmpscope::analysis
