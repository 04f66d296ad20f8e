#include "rtmp/session/conversation.hpp"

#include <algorithm>
#include <array>

namespace rtmpscope::rtmp {
namespace {

std::optional<std::uint32_t> stream_id(double number) {
  constexpr double last = 0xFFFFFFFF;
  return number >= 0 && number <= last ? std::optional(static_cast<std::uint32_t>(number)) : std::nullopt;
}

/// The use of a stream that a status with that code is about; unknown if it says nothing of it.
StreamUse use_of(std::string_view code) {
  for (const std::string_view word : {"Publish.", "Unpublish.", "Record."}) {
    if (code.starts_with(word)) return StreamUse::publish;
  }
  for (const std::string_view word : {"Play.", "Pause.", "Unpause.", "Seek."}) {
    if (code.starts_with(word)) return StreamUse::play;
  }
  return StreamUse::unknown;
}

/// Commands without which nothing is published or played (RTMP 7.2.2).
bool is_stream_command(std::string_view name) {
  constexpr std::array<std::string_view, 5> names = {"publish", "play", "play2", "seek", "pause"};
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

std::optional<PendingRequest> Conversation::on_command(Direction direction, std::uint32_t message_stream_id,
                                                       const CommandFacts& facts, PacketRef packet) {
  if (facts.is_response()) {
    // Transaction ids are a number space of the requester's direction; ids may repeat, so the oldest one
    // answers first (GStreamer sends five commands with id 0).
    const auto found = std::find_if(pending_.begin(), pending_.end(), [&](const PendingRequest& request) {
      return facts.transaction_id && request.transaction_id == *facts.transaction_id &&
             request.direction != direction;
    });
    // Servers refuse calls that they do not know (_checkbw, FCPublish), and all goes well.
    const bool matters = found == pending_.end() || found->kind != PendingRequest::Kind::other;
    if (!facts.code.empty() && matters) on_status(message_stream_id, facts);
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
    const auto kind = facts.name == "connect"         ? connect
                      : facts.name == "createStream"  ? create_stream
                      : is_stream_command(facts.name) ? stream_command
                                                      : other;
    remember({*facts.transaction_id, packet, direction, kind});
  }
  return std::nullopt;
}

void Conversation::remember(const PendingRequest& request) {
  const auto alike = std::ranges::count(pending_, request.direction, &PendingRequest::direction);
  if (static_cast<std::size_t>(alike) >= maximum_pending_requests) {
    pending_.erase(std::ranges::find(pending_, request.direction, &PendingRequest::direction));
    reach(requests_);
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
    ask(message_stream_id);
    if (stream == nullptr || !facts.first_text) return;  // publish(false) stops publishing
    stream->use = facts.name == "publish" ? StreamUse::publish : StreamUse::play;
    stream->named = true;
    stream->name = *facts.first_text;
  } else if (facts.name == "pause" || facts.name == "seek" || facts.name == "closeStream") {
    ask(message_stream_id);
  } else if (facts.name == "deleteStream" && facts.first_number) {
    if (const auto id = stream_id(*facts.first_number); id) ask(*id);
  }
}

void Conversation::on_response(const PendingRequest& request, const CommandFacts& facts) {
  if (request.kind == PendingRequest::Kind::connect && !facts.server_version.empty()) {
    summary_.server_software = facts.server_version;
  }
  if (request.kind == PendingRequest::Kind::create_stream && facts.name == "_result" && facts.first_number) {
    if (const auto id = stream_id(*facts.first_number); id) find_or_add(*id);
  }
}

void Conversation::on_status(std::uint32_t message_stream_id, const CommandFacts& facts) {
  if (facts.severity() == Severity::error) {
    summary_.error = facts.code;
    if (!facts.description.empty()) summary_.error += (facts.code.empty() ? "" : ": ") + facts.description;
  }
  StreamSummary* stream = message_stream_id == 0 ? asking_stream(facts.code) : find_or_add(message_stream_id);
  if (stream == nullptr) return;
  stream->status = facts.code;
  if (const auto asked = std::ranges::find(asking_, stream->message_stream_id); asked != asking_.end()) {
    asking_.erase(asked);
  }
}

void Conversation::ask(std::uint32_t message_stream_id) {
  if (asking_.size() >= maximum_asking) asking_.erase(asking_.begin());
  asking_.push_back(message_stream_id);
}

/// The stream that a status on message stream 0 is about: the one that has asked first and has no answer yet,
/// or else the last one of the kind. Null if it is about none, or nobody knows which.
StreamSummary* Conversation::asking_stream(std::string_view code) {
  constexpr std::string_view about_streams = "NetStream.";
  if (!code.starts_with(about_streams)) return nullptr;
  const StreamUse use = use_of(code.substr(about_streams.size()));
  const auto fits = [use](const StreamSummary& stream) {
    return use == StreamUse::unknown || stream.use == StreamUse::unknown || stream.use == use;
  };
  for (const std::uint32_t id : asking_) {
    const auto stream = std::ranges::find(summary_.streams, id, &StreamSummary::message_stream_id);
    if (stream != summary_.streams.end() && fits(*stream)) return &*stream;
  }
  const auto last = std::find_if(summary_.streams.rbegin(), summary_.streams.rend(), fits);
  return last == summary_.streams.rend() ? nullptr : &*last;
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
  if (summary_.streams.size() >= maximum_streams) {
    reach(streams_);
    return nullptr;
  }
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

StreamSummary* Conversation::other_media_stream(std::optional<std::uint32_t> message_stream_id) {
  const bool only_one = summary_.streams.size() == 1;
  if (only_one && (!message_stream_id || (message_stream_id == 0U && summary_.streams.front().id_known))) {
    return &summary_.streams.front();
  }
  if (message_stream_id) return find_or_add(*message_stream_id);
  const auto without_id = std::ranges::find(summary_.streams, false, &StreamSummary::id_known);
  if (without_id != summary_.streams.end()) return &*without_id;
  if (summary_.streams.size() >= maximum_streams) {
    reach(streams_);
    return nullptr;
  }
  summary_.streams.emplace_back().id_known = false;
  return &summary_.streams.back();
}

std::optional<Conversation::Limit> Conversation::take_reached_limit() {
  if (requests_ == Reached::now) {
    requests_ = Reached::reported;
    return Limit{FindingId::requests_forgotten, maximum_pending_requests};
  }
  if (streams_ == Reached::now) {
    streams_ = Reached::reported;
    return Limit{FindingId::message_streams_not_listed, maximum_streams};
  }
  return std::nullopt;
}

}  // namespace rtmpscope::rtmp
