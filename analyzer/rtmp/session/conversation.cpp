#include "rtmp/session/conversation.hpp"

#include <algorithm>

namespace rtmpscope::rtmp {

std::optional<PendingRequest> Conversation::on_command(Direction direction, std::uint32_t message_stream_id,
                                                       const CommandFacts& facts, PacketRef packet) {
  if (facts.is_response()) {
    // Transaction ids are a number space of the requester's direction; ids may repeat, so the oldest one
    // answers first (GStreamer sends five commands with id 0).
    const auto found = std::find_if(pending_.begin(), pending_.end(), [&](const PendingRequest& request) {
      return facts.transaction_id && request.transaction_id == *facts.transaction_id &&
             request.direction != direction;
    });
    if (!facts.code.empty()) on_status(message_stream_id, facts);
    if (found == pending_.end()) return std::nullopt;
    const PendingRequest request = *found;
    pending_.erase(found);
    on_response(request, facts);
    return request;
  }
  if (facts.name == "onStatus") {
    on_status(message_stream_id, facts);
    return std::nullopt;
  }
  if (direction == Direction::to_server) on_request(message_stream_id, facts);
  if (facts.transaction_id && *facts.transaction_id != 0) {
    using enum PendingRequest::Kind;
    const auto kind = facts.name == "connect"        ? connect
                      : facts.name == "createStream" ? create_stream
                                                     : other;
    remember({*facts.transaction_id, packet, direction, kind});
  }
  return std::nullopt;
}

void Conversation::remember(const PendingRequest& request) {
  const auto alike = std::ranges::count(pending_, request.direction, &PendingRequest::direction);
  if (static_cast<std::size_t>(alike) >= maximum_pending_requests) {
    pending_.erase(std::ranges::find(pending_, request.direction, &PendingRequest::direction));
  }
  if (pending_.size() == pending_.capacity()) pending_.reserve(pending_.size() + 2);  // most have one or two
  pending_.push_back(request);
}

void Conversation::on_request(std::uint32_t message_stream_id, const CommandFacts& facts) {
  if (facts.name == "connect") {
    summary_.app = facts.app;
    summary_.tc_url = facts.tc_url;
    summary_.client_software = facts.flash_version;
  } else if (facts.name == "publish" || facts.name == "play") {
    StreamSummary* stream = find_or_add(message_stream_id);
    if (stream == nullptr || facts.first_text.empty()) return;  // publish(false) stops publishing
    stream->use = facts.name == "publish" ? StreamUse::publish : StreamUse::play;
    stream->name = facts.first_text;
  }
}

void Conversation::on_response(const PendingRequest& request, const CommandFacts& facts) {
  if (request.kind == PendingRequest::Kind::connect && !facts.server_version.empty()) {
    summary_.server_software = facts.server_version;
  }
  constexpr double last_stream_id = 0xFFFFFFFF;
  if (request.kind == PendingRequest::Kind::create_stream && facts.name == "_result" && facts.first_number &&
      *facts.first_number >= 0 && *facts.first_number <= last_stream_id) {
    find_or_add(static_cast<std::uint32_t>(*facts.first_number));
  }
}

void Conversation::on_status(std::uint32_t message_stream_id, const CommandFacts& facts) {
  if (facts.severity() == Severity::error) {
    summary_.error = facts.code;
    if (!facts.description.empty()) summary_.error += (facts.code.empty() ? "" : ": ") + facts.description;
  }
  if (message_stream_id == 0) return;
  if (StreamSummary* stream = find_or_add(message_stream_id); stream != nullptr) stream->status = facts.code;
}

StreamSummary* Conversation::find_or_add(std::uint32_t message_stream_id) {
  StreamSummary* without_id = nullptr;
  for (StreamSummary& stream : summary_.streams) {
    if (!stream.id_known) {
      without_id = &stream;
    } else if (stream.message_stream_id == message_stream_id) {
      return &stream;
    }
  }
  if (without_id != nullptr) {
    without_id->message_stream_id = message_stream_id;
    without_id->id_known = true;
    return without_id;
  }
  if (summary_.streams.size() >= maximum_streams) return nullptr;
  summary_.streams.emplace_back().message_stream_id = message_stream_id;
  return &summary_.streams.back();
}

const StreamSummary* Conversation::find(std::uint32_t message_stream_id) const {
  for (const StreamSummary& stream : summary_.streams) {
    if (stream.message_stream_id == message_stream_id) return &stream;
  }
  if (message_stream_id == 0 && summary_.streams.size() == 1) return &summary_.streams.front();
  return nullptr;
}

StreamSummary* Conversation::media_stream(std::optional<std::uint32_t> message_stream_id) {
  const bool only_one = summary_.streams.size() == 1;
  if (only_one && (!message_stream_id || (message_stream_id == 0U && summary_.streams.front().id_known))) {
    return &summary_.streams.front();
  }
  if (message_stream_id) return find_or_add(*message_stream_id);
  const auto without_id = std::ranges::find(summary_.streams, false, &StreamSummary::id_known);
  if (without_id != summary_.streams.end()) return &*without_id;
  if (summary_.streams.size() >= maximum_streams) return nullptr;
  summary_.streams.emplace_back().id_known = false;
  return &summary_.streams.back();
}

std::string_view Conversation::stream_name(std::uint32_t message_stream_id) const {
  const StreamSummary* stream = find(message_stream_id);
  return stream == nullptr ? std::string_view() : std::string_view(stream->name);
}

}  // namespace rtmpscope::rtmp
