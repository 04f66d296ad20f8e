// Histories made by hand: what happened on a connection, step by step.
#pragma once

#include <string>
#include <string_view>

#include "analysis/history/history.hpp"
#include "analysis/verdict/decision_context.hpp"
#include "unit/analysis/json_values.hpp"

namespace rtmpscope::analysis::test {

inline constexpr Direction client = Direction::to_server;
inline constexpr Direction server = Direction::to_client;

/// Each step takes 10 ms and a packet. Numbers of bytes are those of the steps' own data.
class Story {
 public:
  Story() {
    history.opened = now;
    history.client_address = "192.0.2.1";
    history.client_port = 40000;
    history.server_address = "192.0.2.9";
    history.server_port = 1935;
    history.transport = "rtmp";
    history.start = "syn";
    for (SideHistory& side : history.sides) side.packets = 1;
  }

  History history;
  DecisionContext context;
  Moment now{1'000'000 * second, 1};

  Story& wait(double seconds) {
    now.time += static_cast<Timestamp>(seconds * static_cast<double>(second));
    return *this;
  }

  /// Bytes that say nothing.
  Story& data(Direction side, std::uint64_t bytes = 100) {
    step();
    SideHistory& sent = history.side(side);
    ++sent.packets;
    sent.bytes += bytes;
    sent.last_data = now;
    sent.acknowledged = sent.bytes;
    return *this;
  }

  Story& part(Direction side, const char* name) {
    data(side, 1536);
    if (history.phase < Phase::handshake) history.phase = Phase::handshake;
    history.handshake.push_back({EventKind::handshake, owned({{"part", name}})});
    return *this;
  }
  Story& handshake() {
    part(client, "c0").part(client, "c1").part(server, "s0").part(server, "s1").part(server, "s2");
    part(client, "c2");
    history.handshake_done = true;
    return *this;
  }

  Story& command(Direction side, std::string_view name, std::string_view text = "",
                 std::uint32_t stream = 0) {
    data(side);
    CommandNote note;
    note.at = now;
    note.direction = side;
    note.name = name;
    note.text = text;
    note.message_stream_id = stream;
    history.commands.push_back(note);
    SideHistory& sent = history.side(side);
    sent.last_message = now;
    sent.last_message_length = 50;
    sent.last_message_complete = true;
    return *this;
  }

  Story& ask(std::string_view name, std::string_view text = "", std::uint32_t stream = 0) {
    command(client, name, text, stream);
    history.requests.push_back({history.commands.back(), std::nullopt, false});
    return *this;
  }
  /// The last request is answered.
  Story& answer(std::string_view name, std::string_view level, std::string_view code,
                std::string_view description = "") {
    Request& request = history.requests.back();
    command(server, name, "", request.asked.message_stream_id);
    CommandNote& note = history.commands.back();
    note.level = level;
    note.code = code;
    note.description = description;
    request.answered = note;
    return *this;
  }

  Story& connect(std::string_view app = "live") {
    handshake();
    ask("connect");
    history.phase = Phase::connect;
    history.app = app;
    history.connect = owned(Json::array({Json::object({{"app", app}})}));
    return *this;
  }
  Story& connected(std::string_view app = "live") {
    return connect(app).answer("_result", "status", "NetConnection.Connect.Success");
  }

  Story& publish(std::string_view name = "cam") { return request("publish", name, StreamUse::publish); }
  Story& play(std::string_view name = "cam") { return request("play", name, StreamUse::play); }
  Story& started() {
    StreamHistory& stream = history.streams.back();
    const bool is_publish = stream.use == StreamUse::publish;
    answer("onStatus", "status", is_publish ? "NetStream.Publish.Start" : "NetStream.Play.Start");
    stream.started = now;
    history.phase = Phase::running;
    return *this;
  }
  Story& publishing(std::string_view name = "cam") { return connected().publish(name).started(); }
  Story& playing(std::string_view name = "cam") { return connected().play(name).started(); }

  Story& metadata() {
    const bool is_publish = history.streams.back().use == StreamUse::publish;
    data(is_publish ? client : server);
    history.streams.back().metadata_at = now;
    return *this;
  }
  /// A message each 40 ms.
  Story& media(double seconds) {
    StreamHistory& stream = history.streams.back();
    const Direction side = stream.use == StreamUse::publish ? client : server;
    const Timestamp end = now.time + static_cast<Timestamp>(seconds * static_cast<double>(second));
    if (!stream.metadata_at) metadata();
    if (!stream.first_media) {
      stream.first_media = now;
      stream.tracks.emplace_back().first = now;
      stream.tracks.back().type = MediaType::video;
    }
    while (now.time < end) {
      data(side, 1000);
      now.time += 30 * nanoseconds_per_millisecond;
      ++stream.media_messages;
    }
    SideHistory& sent = history.side(side);
    stream.last_media = sent.last_media = sent.last_message = sent.last_data;
    return *this;
  }

  Story& finding(Direction of, FindingId id, Severity severity = Severity::error) {
    FindingNote note;
    note.at = now;
    note.id = id;
    note.severity = severity;
    note.direction = of;
    note.offset = history.side(of).bytes;
    note.text = "what was found";
    history.findings.push_back(note);
    return *this;
  }
  Story& gap(Direction of, std::uint64_t length = 500) {
    step();
    GapNote note;
    note.at = now;
    note.direction = of;
    note.length = length;
    history.gaps.push_back(note);
    ++history.gap_count;
    history.side(of).missing_bytes += length;
    return *this;
  }

  Story& fin(Direction side) {
    step();
    mark(history.side(side).fin, side);
    return close("fin", side);
  }
  Story& reset(Direction side) {
    step();
    mark(history.side(side).reset, side);
    return close("reset", side);
  }
  Story& close(const char* reason, std::optional<Direction> by = std::nullopt) {
    history.close = CloseNote{now, reason, by};
    context.capture_last = now;
    return *this;
  }

 private:
  static constexpr Timestamp second = 1'000 * nanoseconds_per_millisecond;

  void step() {
    now.time += 10 * nanoseconds_per_millisecond;
    ++now.frame;
  }
  void mark(std::optional<EndMark>& end, Direction side) {
    end.emplace();
    end->at = now;
    end->offset = history.side(side).bytes;
    end->after_own_fin = history.side(side).fin.has_value();
    end->after_peer_fin = history.side(opposite(side)).fin.has_value();
  }
  Story& request(const char* name, std::string_view text, StreamUse use) {
    ask(name, text, 1);
    StreamHistory& stream = history.streams.emplace_back();
    stream.id = 1;
    stream.use = use;
    stream.name = text;
    stream.asked = now;
    if (history.phase < Phase::request) history.phase = Phase::request;
    return *this;
  }
};

}  // namespace rtmpscope::analysis::test
