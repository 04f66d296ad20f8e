// Tells a connection event by event, so that a test has its history.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "analysis/history/history_builder.hpp"
#include "unit/analysis/json_values.hpp"

namespace rtmpscope::analysis {

constexpr Direction client = Direction::to_server, server = Direction::to_client;

/// Each event is 10 ms behind the one before; each message is 100 bytes behind the side's message before, the
/// first one behind the handshake. `wait` lets time pass.
class Story {
 public:
  explicit Story(std::string_view start = "syn") {
    Json members = {{"client", {{"address", "192.0.2.1"}, {"port", 50000}}},
                    {"server", {{"address", "192.0.2.2"}, {"port", 1935}}},
                    {"transport", "rtmp"}};
    members["start"] = start;
    add(EventKind::connection_open, std::nullopt, members);
  }

  Story& wait(double seconds) {
    now_ += static_cast<Timestamp>(seconds * 1e9);
    return *this;
  }
  /// `members` is JSON.
  Story& handshake(std::string_view part, std::string_view members) {
    Json all = Json::parse(members);
    all["part"] = part;
    add(EventKind::handshake, part.starts_with('c') ? client : server, all);
    return *this;
  }
  Story& handshake_done() {
    add(EventKind::handshake_done, std::nullopt, Json::object());
    return *this;
  }
  /// `arguments` is a JSON list.
  Story& command(Direction sender, std::string_view name, double transaction, std::string_view arguments,
                 int chunk_stream = 3, int stream = 0) {
    Json command = {{"transaction_id", transaction}, {"arguments", Json::parse(arguments)}};
    command["name"] = name;
    return message(sender, 20, {{"command", command}}, chunk_stream, stream);
  }
  Story& connect(std::string_view object = R"({"app": "live"})") {
    return command(client, "connect", 1, "[" + std::string(object) + "]");
  }
  Story& reply(std::string_view properties = R"({"fmsVer": "FMS/3,0,1,123", "capabilities": 31})",
               std::string_view information = R"({"level": "status"})") {
    return command(server, "_result", 1,
                   "[" + std::string(properties) + "," + std::string(information) + "]");
  }
  Story& publish(std::string_view name = "a", int chunk_stream = 8) {
    return command(client, "publish", 5, R"([null, ")" + std::string(name) + R"(", "live"])", chunk_stream,
                   1);
  }
  Story& status(std::string_view code, std::string_view level = "status", std::string_view description = "",
                int chunk_stream = 5) {
    Json object = Json::object();
    object["level"] = level;
    object["code"] = code;
    object["description"] = description;
    return command(server, "onStatus", 0, Json::array({nullptr, object}).dump(), chunk_stream, 1);
  }
  Story& publish_start(std::string_view description = "Start publishing") {
    return status("NetStream.Publish.Start", "status", description);
  }
  Story& chunk_size(Direction sender, std::uint32_t size, int header_type = 0) {
    return message(sender, 1, {{"control", {{"chunk_size", size}}}, {"header_type", header_type}}, 2, 0);
  }
  Story& window(Direction sender, std::uint32_t size) {
    return message(sender, 5, {{"control", {{"window_size", size}}}}, 2, 0);
  }
  Story& bandwidth(Direction sender, std::uint32_t size, std::string_view limit = "dynamic") {
    Json control = {{"window_size", size}};
    control["limit_type"] = limit;
    return message(sender, 6, {{"control", control}}, 2, 0);
  }
  Story& acknowledge(Direction sender, std::uint32_t bytes) {
    return message(sender, 3, {{"control", {{"sequence_number", bytes}}}}, 2, 0);
  }
  /// `members` is JSON, with event_type.
  Story& user_control(Direction sender, std::string_view members) {
    return message(sender, 4, {{"user_control", Json::parse(members)}}, 2, 0);
  }
  Story& metadata(Direction sender, std::string_view object, bool wrapped = true) {
    Json data = {{"name", wrapped ? "@setDataFrame" : "onMetaData"}, {"arguments", Json::array()}};
    if (wrapped) data["arguments"].push_back("onMetaData");
    data["arguments"].push_back(Json::parse(object));
    return message(sender, 18, {{"data", data}}, 4, 1);
  }
  /// Any message.
  Story& message(Direction sender, int type, Json members, int chunk_stream = 4, int stream = 1) {
    members["type_id"] = type;
    members["chunk_stream_id"] = chunk_stream;
    members["message_stream_id"] = stream;
    members["stream_offset"] = take_offset(sender);
    if (!members.contains("length")) members["length"] = 90;
    if (!members.contains("complete")) members["complete"] = true;
    add(EventKind::message, sender, members);
    return *this;
  }
  Story& media(Direction sender, MediaType type, int chunk_stream = 4, std::uint32_t time = 0,
               PacketKind packet = PacketKind::coded_frames, bool enhanced = false,
               std::uint32_t length = 90) {
    MediaRecord record;
    record.at = record.first = next();
    record.direction = sender;
    record.type = type;
    record.packet = packet;
    record.codec = type == MediaType::video ? 7 : 10;
    record.enhanced = enhanced;
    record.chunk_stream_id = static_cast<std::uint32_t>(chunk_stream);
    record.message_stream_id = 1;
    record.timestamp = time;
    record.length = length;
    record.stream_offset = take_offset(sender);
    builder_.on_media(record);
    return *this;
  }
  Story& gap(Direction sender, std::uint64_t length = 50) {
    add(EventKind::gap, sender,
        {{"stream_offset", offsets_[index_of(sender)]}, {"length", length}, {"cause", "not_captured"}});
    return *this;
  }
  /// `members` is JSON.
  Story& event(EventKind kind, std::optional<Direction> sender, std::string_view members) {
    add(kind, sender, Json::parse(members));
    return *this;
  }
  /// The closer sends FIN, or RST; `more` is a JSON object of members of both directions.
  Story& close(Direction closer, std::string_view how = "fin", std::string_view more = "{}") {
    Json members = Json::parse(more);
    const std::string key = closer == client ? "to_server" : "to_client";
    const Moment at = next();
    for (const Direction side : {client, server}) {
      Json& totals = members[side == client ? "to_server" : "to_client"];
      if (totals.is_null()) totals = Json::object();
      totals["packets"] = 10;
      if (!totals.contains("bytes")) totals["bytes"] = offsets_[index_of(side)];
    }
    members[key][std::string(how)] = {{"time", text(at.time)}, {"frame", at.frame}};
    members["reason"] = how;
    members["ended_by"] = closer == client ? "client" : "server";
    add(EventKind::connection_close, std::nullopt, members);
    return *this;
  }
  /// The capture ends first.
  Story& capture_ends() {
    add(EventKind::connection_close, std::nullopt, {{"reason", "capture_end"}});
    return *this;
  }

  [[nodiscard]] const History& history() const { return builder_.history(); }
  [[nodiscard]] Moment now() const { return {now_, frame_}; }

 private:
  Moment next() {
    now_ += 10'000'000;
    return {now_, ++frame_};
  }
  std::uint64_t take_offset(Direction sender) {
    std::uint64_t& offset = offsets_[index_of(sender)];
    offset += 100;
    return offset - 100;
  }
  void add(EventKind kind, std::optional<Direction> direction, Json members) {
    Record record;
    record.kind = kind;
    record.at = next();
    record.connection = 1;
    record.direction = direction;
    record.members = kept(members);
    builder_.on_record(record);
  }
  /// RFC 3339, of a time within the day 1970-01-01.
  static std::string text(Timestamp time) {
    const auto digits = [](Timestamp number, std::size_t count) {
      std::string out = std::to_string(number);
      return std::string(count - out.size(), '0') + out;
    };
    const Timestamp second = time / 1'000'000'000;
    return "1970-01-01T" + digits(second / 3600, 2) + ":" + digits(second / 60 % 60, 2) + ":" +
           digits(second % 60, 2) + "." + digits(time % 1'000'000'000, 9) + "Z";
  }

  HistoryBuilder builder_;
  Timestamp now_ = 1'000'000'000;
  std::uint64_t frame_ = 0;
  std::array<std::uint64_t, 2> offsets_ = {3073, 3073};
};

}  // namespace rtmpscope::analysis
