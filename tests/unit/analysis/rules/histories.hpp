// Histories for tests of rules: a publisher as it should be, to be changed by each test.
#pragma once

#include <gtest/gtest.h>

#include "analysis/rules/rule_context.hpp"
#include "unit/analysis/json_values.hpp"

namespace rtmpscope::analysis {

inline constexpr Timestamp one_second = 1'000'000'000;
inline constexpr Direction client_side = Direction::to_server;
inline constexpr Direction server_side = Direction::to_client;

/// Seconds after the connection's beginning.
inline Moment at(double seconds, std::uint64_t frame = 1) {
  return {100 * one_second + static_cast<Timestamp>(seconds * 1e9), frame};
}

inline CommandNote command(std::string name, double seconds, Direction direction, std::uint32_t stream = 0) {
  CommandNote note;
  note.at = at(seconds, static_cast<std::uint64_t>(seconds * 100) + 1);
  note.direction = direction;
  note.name = std::move(name);
  note.message_stream_id = stream;
  return note;
}

inline Request answered(std::string name, double asked, std::string reply, double replied,
                        std::string code = {}, std::uint32_t stream = 0) {
  Request request;
  request.asked = command(std::move(name), asked, client_side, stream);
  request.answered = command(std::move(reply), replied, server_side, stream);
  request.answered->code = std::move(code);
  return request;
}

/// Published for 10 s, said good-bye, closed by the client.
inline History published() {
  History history;
  history.opened = at(0);
  history.transport = "rtmp";
  history.start = "syn";
  history.server_port = 1935;
  history.handshake_done = true;
  history.app = "live";
  history.tc_url = "rtmp://server/live";
  history.connect = owned(Json::array({Json::object({{"app", "live"}})}));
  history.connect_result = owned(Json::parse(R"({"command": {"arguments": [{"fmsVer": "FMS/3,0,1,123"}]}})"));
  history.requests = {
      answered("connect", 0.1, "_result", 0.2, "NetConnection.Connect.Success"),
      answered("createStream", 0.3, "_result", 0.4),
      answered("publish", 0.5, "onStatus", 0.6, "NetStream.Publish.Start", 1),
  };
  StreamHistory& stream = history.streams.emplace_back();
  stream.id = 1;
  stream.use = StreamUse::publish;
  stream.name = "name";
  stream.asked = at(0.5);
  stream.started = at(0.6);
  stream.first_media = at(0.7);
  stream.last_media = at(10);
  stream.media_messages = 400;
  stream.ended = at(10.1);
  for (const Direction side : {client_side, server_side}) {
    history.side(side).packets = 100;
    history.side(side).bytes = 10000;
  }
  history.side(client_side).fin.emplace().at = at(10.2, 900);
  history.close = CloseNote{.at = at(10.3, 901), .reason = "fin", .ended_by = client_side};
  return history;
}

inline TrackHistory& add_track(History& history, MediaType type, std::uint8_t codec, bool enhanced) {
  TrackHistory& track = history.streams.front().tracks.emplace_back();
  track.type = type;
  track.codec = codec;
  track.legacy_codec = enhanced ? 0 : codec;
  track.enhanced = enhanced;
  track.first = at(0.7, 70);
  track.sequence_start = at(0.7, 70);
  return track;
}

/// The only check of that rule, and of that side if one is given.
inline Check check_of(const RuleResults& results, FindingId id, std::optional<Direction> side = {}) {
  for (const Check& check : results.checks) {
    if (check.id == id && (!side || check.side == side)) return check;
  }
  ADD_FAILURE() << "no check of " << info(id).id;
  return {};
}

inline Answer answer_of(const RuleResults& results, FindingId id, std::optional<Direction> side = {}) {
  return check_of(results, id, side).answer;
}

}  // namespace rtmpscope::analysis
