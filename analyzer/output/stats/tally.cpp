#include "output/stats/tally.hpp"

#include <algorithm>
#include <utility>

#include "output/judgement/judgement_events.hpp"
#include "rtmp/session/summary.hpp"

namespace rtmpscope::output {
namespace {

using metrics::Closer;
using metrics::CommandResult;
using metrics::MediaKind;
using metrics::Use;

constexpr std::int64_t nanoseconds_per_microsecond = 1000;

template <typename Enum>
constexpr std::size_t at(Enum value) {
  return static_cast<std::size_t>(value);
}

Closer closer_of(const rtmp::ConnectionSummary& summary) {
  if (!summary.ended_by) return Closer::unknown;
  return *summary.ended_by == rtmp::Side::client ? Closer::client : Closer::server;
}

/// Of metrics::close_names; nothing where the capture ended first.
std::optional<std::size_t> close_index(const rtmp::ConnectionSummary& summary) {
  switch (summary.end) {
    case EndCause::fin: return 0;
    case EndCause::reset: return 1;
    case EndCause::idle: return 2;
    case EndCause::port_reuse:
    case EndCause::evicted: return 3;
    case EndCause::capture_end: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

metrics::Figures Tally::take() {
  news_ = false;
  return std::exchange(figures_, {});
}

std::vector<metrics::StreamNews> Tally::take_streams() {
  std::vector<metrics::StreamNews> all = std::exchange(ended_streams_, {});
  if (!tells_streams_) return all;
  for (auto& [number, connection] : connections_) {
    for (Stream& stream : connection.streams) {
      if (!std::exchange(stream.has_news, false)) continue;
      all.push_back(stream.news);
      stream.news.media_bytes = 0;
      stream.news.app.clear();
      stream.news.name.clear();
    }
  }
  return all;
}

void Tally::on_event(const rtmp::Event& event) {
  switch (event.kind) {
    case EventKind::connection_open: on_open(event); break;
    case EventKind::connection_close: on_close(static_cast<const rtmp::ConnectionCloseEvent&>(event)); break;
    case EventKind::message: on_message(static_cast<const rtmp::MessageEvent&>(event)); break;
    case EventKind::handshake_done: {
      const auto& outcome = static_cast<const rtmp::HandshakeDoneEvent&>(event).outcome;
      if (!outcome.duration) return;
      figures_.handshakes.add(*outcome.duration / nanoseconds_per_microsecond);
      break;
    }
    case EventKind::gap: {
      const StreamGap& gap = static_cast<const rtmp::GapEvent&>(event).gap;
      figures_.missing_bytes[at(gap.cause)] += gap.length.value_or(0);
      break;
    }
    case EventKind::finding: {
      const auto& finding = static_cast<const rtmp::FindingEvent&>(event);
      figures_.findings[at(finding.id)][at(finding.severity())] +=
          std::max<std::uint64_t>(finding.suppressed, 1);
      break;
    }
    case EventKind::sample: on_sample(static_cast<const SampleEvent&>(event).sample); break;
    case EventKind::tcp_sample: on_tcp_sample(static_cast<const rtmp::TcpSampleEvent&>(event)); break;
    default: return;
  }
  news_ = true;
}

void Tally::on_open(const rtmp::Event& event) {
  const auto& info = static_cast<const rtmp::ConnectionOpenEvent&>(event).connection_info;
  ++figures_.opened[at(info.transport)];
  const auto [connection, is_new] = connections_.try_emplace(event.connection);
  if (is_new) ++figures_.connections[at(Use::none)];
  connection->second.uid = info.uid;
}

void Tally::on_close(const rtmp::ConnectionCloseEvent& event) {
  if (const auto how = close_index(event.summary)) ++figures_.closed[*how][at(closer_of(event.summary))];
  const auto found = connections_.find(event.connection);
  if (found == connections_.end()) return;
  for (Stream& stream : found->second.streams) leave(stream);
  for (const Request& request : found->second.requests) give_up(request);
  --figures_.connections[at(found->second.use)];
  connections_.erase(found);
}

void Tally::on_message(const rtmp::MessageEvent& event) {
  ++figures_.messages;
  const auto found = connections_.find(event.connection);
  if (found == connections_.end() || !event.direction) return;
  Connection& connection = found->second;
  const std::uint8_t type = event.message.header.type_id;
  if (type == rtmp::video) return on_media(connection, event, MediaKind::video);
  if (type == rtmp::audio) return on_media(connection, event, MediaKind::audio);
  const auto* const facts = std::get_if<rtmp::CommandFacts>(&event.facts);
  if (facts != nullptr && rtmp::is_command(type)) on_command(connection, event, *facts);
}

void Tally::on_media(Connection& connection, const rtmp::MessageEvent& event, MediaKind kind) {
  const rtmp::MessageHeader& header = event.message.header;
  const Use use = metrics::use_of(*event.direction);
  figures_.media_bytes[at(use)][at(kind)] += event.message.received();
  ++figures_.media_messages[at(use)][at(kind)];
  Stream* const stream = open_stream(connection, header.message_stream_id, use);
  if (stream != nullptr && tells_streams_) {
    stream->news.media_bytes += event.message.received();
    stream->has_news = true;
  }
  const auto* const facts = std::get_if<media::VideoFacts>(&event.facts);
  if (facts == nullptr || !facts->key_frame) return;
  ++figures_.key_frames[at(use)];
  if (stream != nullptr) on_key_frame(*stream, header);
}

/// By media time. What goes back, or a minute on, is a jump.
void Tally::on_key_frame(Stream& stream, const rtmp::MessageHeader& header) {
  constexpr std::uint32_t longest = 60'000;
  if (!header.timestamp_exact) return stream.last_key.reset();
  if (stream.last_key) {
    const std::uint32_t interval = header.timestamp - *stream.last_key;
    if (interval > 0 && interval <= longest) figures_.key_intervals[at(stream.use)].add(interval);
  }
  stream.last_key = header.timestamp;
}

void Tally::on_command(Connection& connection, const rtmp::MessageEvent& event,
                       const rtmp::CommandFacts& facts) {
  if (*event.direction == Direction::to_server) {
    if (!facts.is_response() && facts.name != "onStatus") on_request(connection, event, facts);
    return;
  }
  if (facts.is_response() || facts.answers_opening()) on_response(connection, event, facts);
  if (facts.name == "onStatus") on_status(connection, event.message.header.message_stream_id, facts.code);
}

void Tally::on_request(Connection& connection, const rtmp::MessageEvent& event,
                       const rtmp::CommandFacts& facts) {
  const std::uint32_t id = event.message.header.message_stream_id;
  if (tells_streams_) note_names(connection, id, facts);
  if (facts.name == "deleteStream" && facts.first_number && *facts.first_number >= 0)
    end_stream(connection, static_cast<std::uint32_t>(*facts.first_number));
  if (facts.name == "closeStream") end_stream(connection, id);
  if (connection.requests.size() == most_requests) {
    give_up(connection.requests.front());
    connection.requests.erase(connection.requests.begin());
  }
  connection.requests.push_back(
      {metrics::command_index(facts.name), facts.transaction_id.value_or(0), event.packet.time, id});
}

/// Null: it answers nothing that is known. publish and play are answered by a status, all else by its number.
Tally::Request* Tally::find_request(Connection& connection, const rtmp::CommandFacts& facts,
                                    std::uint32_t id) {
  Request* found = nullptr;
  for (Request& request : connection.requests) {
    if (facts.name != "onStatus") {
      if (facts.transaction_id && request.transaction_id == *facts.transaction_id) return &request;
    } else if (rtmp::opens_stream(metrics::command_labels[request.command])) {
      if (request.message_stream_id == id) return &request;
      if (found == nullptr) found = &request;  // some servers answer on another stream
    }
  }
  return found;
}

void Tally::on_response(Connection& connection, const rtmp::MessageEvent& event,
                        const rtmp::CommandFacts& facts) {
  Request* const request = find_request(connection, facts, event.message.header.message_stream_id);
  if (request == nullptr) return;
  const bool failed = facts.severity() == Severity::error;
  ++figures_.commands[request->command][at(failed ? CommandResult::error : CommandResult::ok)];
  if (request->command < metrics::answered_commands)
    figures_.response_times[request->command].add((event.packet.time - request->time) /
                                                  nanoseconds_per_microsecond);
  connection.requests.erase(connection.requests.begin() + (request - connection.requests.data()));
}

void Tally::on_status(Connection& connection, std::uint32_t id, const std::string& code) {
  if (code == "NetStream.Publish.Start") {
    open_stream(connection, id, Use::publish);
  } else if (code == "NetStream.Play.Start") {
    open_stream(connection, id, Use::play);
  } else if (code == "NetStream.Unpublish.Success" || code == "NetStream.Play.Stop" ||
             code == "NetStream.Play.Complete") {
    end_stream(connection, id);
  }
}

void Tally::on_sample(const analysis::Sample& sample) {
  if (sample.recorded) return;
  const Use use = metrics::use_of(sample.direction);
  figures_.leads[at(use)].add(sample.lead);
  const auto found = tells_streams_ ? connections_.find(sample.connection) : connections_.end();
  if (found == connections_.end()) return;
  for (Stream& stream : found->second.streams) {
    if (stream.id != sample.message_stream_id || stream.use != use) continue;
    stream.news.lead = sample.lead;
    stream.has_news = true;
  }
}

void Tally::on_tcp_sample(const rtmp::TcpSampleEvent& event) {
  if (!event.direction) return;
  figures_.resent_bytes[at(metrics::use_of(*event.direction))] += event.sample.losses.resent_bytes;
  const std::size_t receiver = *event.direction == Direction::to_client ? 0 : 1;
  figures_.zero_window_ms[receiver] += event.sample.zero_window_ms;
}

/// Null beyond a limit.
Tally::Stream* Tally::open_stream(Connection& connection, std::uint32_t id, Use use) {
  const auto known = std::ranges::find_if(
      connection.streams, [&](const Stream& stream) { return stream.id == id && stream.use == use; });
  if (known != connection.streams.end()) return &*known;
  if (connection.streams.size() == most_streams) return nullptr;
  Stream& stream = connection.streams.emplace_back(Stream{.id = id, .use = use});
  if (tells_streams_) {
    stream.news = {.uid = connection.uid, .id = id, .use = use, .app = connection.app};
    for (const auto& [of, name] : connection.names) {
      if (of == id) stream.news.name = name;
    }
  }
  ++figures_.streams[at(use)];
  set_use(connection);
  return &connection.streams.back();
}

void Tally::end_stream(Connection& connection, std::uint32_t id) {
  std::erase_if(connection.streams, [&](Stream& stream) {
    if (stream.id != id) return false;
    leave(stream);
    return true;
  });
  set_use(connection);
}

void Tally::leave(Stream& stream) {
  --figures_.streams[at(stream.use)];
  if (!tells_streams_) return;
  stream.news.ended = true;
  ended_streams_.push_back(std::move(stream.news));
}

void Tally::note_names(Connection& connection, std::uint32_t id, const rtmp::CommandFacts& facts) const {
  if (facts.name == "connect") connection.app = facts.app;
  if (!rtmp::opens_stream(facts.name) || !facts.first_text) return;
  std::erase_if(connection.names, [&](const auto& each) { return each.first == id; });
  if (connection.names.size() < most_streams) connection.names.emplace_back(id, *facts.first_text);
}

void Tally::set_use(Connection& connection) {
  Use use = Use::none;
  for (const Stream& stream : connection.streams) use = std::min(use, stream.use);
  --figures_.connections[at(connection.use)];
  ++figures_.connections[at(use)];
  connection.use = use;
}

/// No answer has come.
void Tally::give_up(const Request& request) {
  const bool due = request.command < metrics::answered_commands;
  ++figures_.commands[request.command][at(due ? CommandResult::unanswered : CommandResult::none)];
}

}  // namespace rtmpscope::output
