#include "analysis/rules/conduct_rules.hpp"

#include <algorithm>

#include "analysis/rules/codec_rules.hpp"
#include "analysis/rules/opening_rules.hpp"
#include "analysis/rules/request_rules.hpp"

namespace rtmpscope::analysis {
namespace {

// Message types (RTMP 5.4, 7.1).
constexpr std::uint64_t acknowledgement = 3;
constexpr std::uint64_t user_control = 4;
constexpr std::uint64_t window_size = 5;
constexpr std::uint64_t audio = 8;
constexpr std::uint64_t video = 9;
constexpr std::uint64_t aggregate = 22;

constexpr std::array both = {Direction::to_server, Direction::to_client};

bool is_publishing(const History& history) {
  return std::ranges::any_of(history.streams, [](const StreamHistory& stream) {
    return stream.use == StreamUse::publish && stream.started && !stream.ended;
  });
}

std::uint32_t length_of(const Record& record) {
  return static_cast<std::uint32_t>(record.message().length.value_or(0));
}

/// A sequence start, or one of the tracks is.
void count_media(const Record& record, std::uint64_t type, Traffic& traffic) {
  const Value body = type == video ? record.message().video : record.message().audio;
  if (!body) return;
  if (text_at(body, "packet_type") == "sequence_start") ++traffic.configurations;
  if (member(body, "multitrack_type")) ++traffic.multitrack;
}

}  // namespace

void ConductRules::on_control(const Record& record, Direction direction) {
  const std::uint64_t type = record.message().type_id;
  const Direction peer = direction == Direction::to_server ? Direction::to_client : Direction::to_server;
  if (type == acknowledgement) {
    if (const auto value = record.message().control.member("sequence_number").whole())
      acknowledgements_[index_of(peer)].on_acknowledgement(record.at, static_cast<std::uint32_t>(*value));
  } else if (type == window_size) {
    if (const auto value = record.message().control.member("window_size").whole(); value && *value != 0)
      acknowledgements_[index_of(direction)].on_window(record.at, *value);
  } else if (type == user_control) {
    const std::string_view event = record.message().control_event;
    if (event == "ping_request") pings_[index_of(direction)].on_request(record.at);
    if (event == "ping_response") pings_[index_of(peer)].on_response(record.at);
  }
}

void ConductRules::on_client_message(Moment at, const History& history) {
  if (silence_.latest.time != 0 && at.time > silence_.latest.time &&
      at.time - silence_.latest.time > silence_.longest) {
    silence_.longest = at.time - silence_.latest.time;
    silence_.since = silence_.latest;
  }
  if (silence_.latest.time != 0 || is_publishing(history)) silence_.latest = at;
}

void ConductRules::on_message(const Record& record, Direction direction, const History& history) {
  const std::uint64_t type = record.message().type_id;
  Traffic& traffic = traffic_[index_of(direction)];
  // Media has been counted: on_media comes first.
  if (type == audio || type == video) return count_media(record, type, traffic);
  ++traffic.messages;
  acknowledgements_[index_of(direction)].on_sent(record.at, record.message().stream_offset,
                                                 length_of(record));
  if (direction == Direction::to_server) on_client_message(record.at, history);
  if (type >= 1 && type <= 6) {
    ++traffic.controls;
    return on_control(record, direction);
  }
  if (type == aggregate) ++traffic.aggregates;
  if (type == 15 || type == 16 || type == 17) ++traffic.amf3;
  if (type == 16 || type == 19) ++traffic.shared_objects;
  if (type == 15 || type == 18) ++traffic.data;
  if (type != 17 && type != 20) return;
  ++traffic.commands;
  const std::string_view name = record.message().command_name;
  if (direction != Direction::to_client || (name != "_result" && name != "_error")) return;
  if (record.message().request_frame) return;
  // Servers send a result to nobody's request on purpose where they number nothing: transaction 0.
  if (record.message().transaction_id.value_or(0) == 0) return;
  if (unknown_replies_++ == 0) first_unknown_ = record.at;
}

void ConductRules::on_record(const Record& record, const History& history) {
  tally_.on_record(record);
  switch (record.kind) {
    case EventKind::message:
      if (record.direction) on_message(record, *record.direction, history);
      return;
    case EventKind::handshake:
      if (record.direction) traffic_[index_of(*record.direction)].handshake = true;
      return;
    case EventKind::sync_lost:
      if (!record.direction || text_at(record.members, "reason") != "implausible_header") return;
      if (SyncLoss& loss = losses_[index_of(*record.direction)]; loss.count++ == 0) {
        loss.first = record.at;
        loss.offset = unsigned_at(record.members, "stream_offset").value_or(0);
      }
      return;
    case EventKind::tls:
      for (Traffic& each : traffic_) each.tls = true;
      return;
    case EventKind::tunnel_open:
      for (Traffic& each : traffic_) each.tunnel = true;
      return;
    case EventKind::rtmfp_open:
      for (Traffic& each : traffic_) each.rtmfp = true;
      return;
    default: return;
  }
}

void ConductRules::on_media(const MediaRecord& record, const History& history) {
  Traffic& traffic = traffic_[index_of(record.direction)];
  // Tracks of one message come one by one.
  if (record.stream_offset != last_media_[index_of(record.direction)] || record.stream_offset == 0)
    ++traffic.messages;
  last_media_[index_of(record.direction)] = record.stream_offset;
  if (record.track_id != 0) ++traffic.multitrack;
  ++(record.type == MediaType::video ? traffic.video : traffic.audio);
  if (record.enhanced) ++traffic.enhanced;
  acknowledgements_[index_of(record.direction)].on_sent(record.at, record.stream_offset, record.length);
  if (record.direction == Direction::to_server) on_client_message(record.at, history);
}

void ConductRules::finish(const RuleContext& context, RuleResults& to) const {
  judge_capture(context, to);
  judge_tls(context, tally_, to);
  judge_scheme(context, to);
  judge_keys_in_clear(context, to);
  judge_unanswered(context, to);
  judge_refusals(context, to);
  judge_login(context, to);
  judge_order(context, to);
  judge_replies(context, unknown_replies_, first_unknown_, to);
  for (const Direction side : both) {
    judge_chunk_stream(context, side, losses_[index_of(side)], to);
    judge_incomplete_messages(context, tally_, side, traffic(side).messages, to);
    judge_headers(context, tally_, side, to);
    acknowledgements_[index_of(side)].judge(context, to);
    pings_[index_of(side)].judge(context, to);
  }
  judge_enhanced(context, to);
  judge_private_codec(context, to);
  judge_silence(context, silence_, to);
  judge_resets(context, to);
  judge_abrupt_end(context, to);
}

}  // namespace rtmpscope::analysis
