#include "analysis/history/messages.hpp"

#include <algorithm>
#include <array>

#include "analysis/record/value_builder.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr std::size_t most_requests = 64;
constexpr std::size_t first_commands = 48;
constexpr std::size_t last_commands = 16;
constexpr std::size_t most_controls = 24;
constexpr std::size_t most_streams = 64;
constexpr std::size_t most_tracks = 32;
constexpr std::array<std::string_view, 4> kept_of_reply = {"command", "stream_offset", "length", "chunks"};
constexpr std::size_t longest_metadata = 256;  // properties

/// FNV-1a. Not 0.
std::uint64_t number_of(Value value) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (std::size_t i = 0; i < value.byte_size(); ++i) hash = (hash ^ value.bytes()[i]) * 1099511628211ULL;
  return hash | 1;
}

/// Fills in what the status object says, if there is one among the arguments.
void add_status(CommandNote& note, Value argument) {
  if (!member(argument, "code") && !member(argument, "level")) return;
  note.level = text_at(argument, "level");
  note.code = text_at(argument, "code");
  note.description = text_at(argument, "description");
  note.details = text_at(argument, "details");
  note.redirect = text_at(argument, "ex.redirect");
  if (note.redirect.empty()) note.redirect = text_at(argument, "tcUrl");
}

CommandNote note_of(const Record& record) {
  CommandNote note;
  const MessageMembers& from = record.message();
  note.at = record.at;
  note.direction = record.direction.value_or(Direction::to_server);
  note.offset = from.stream_offset;
  note.name = from.name;
  note.transaction_id = from.transaction_id;
  note.message_stream_id = from.message_stream_id;
  note.chunk_stream_id = from.chunk_stream_id;
  note.request_frame = from.request_frame;
  note.response_time_ms = from.response_time_ms;
  note.complete = from.complete;
  bool has_text = false;
  for (const Value argument : from.arguments.elements()) {
    if (argument.is_text() && !has_text) {
      note.text = argument.text();
      has_text = true;
    }
    if (argument.is_number() && !note.number) note.number = argument.number();
    if (argument.is_object()) add_status(note, argument);
  }
  return note;
}

bool is_request(const CommandNote& note) {
  if (note.direction != Direction::to_server || note.name.empty()) return false;
  return note.name != "_result" && note.name != "_error" && note.name != "onStatus";
}

bool starts_with(std::string_view text, std::string_view beginning) {
  return text.starts_with(beginning);
}

/// Whether an onStatus decides a publish or play.
bool decides(const CommandNote& status, std::string_view request) {
  if (status.is_error()) return true;
  if (request == "publish") return starts_with(status.code, "NetStream.Publish.");
  if (request == "play" || request == "play2") {
    return starts_with(status.code, "NetStream.Play.") && status.code != "NetStream.Play.Reset";
  }
  return false;
}

/// The latest request that a status can be about: on its own message stream, or else on another one.
Request* request_of_status(History& history, const CommandNote& status) {
  Request* other = nullptr;
  for (auto request = history.requests.rbegin(); request != history.requests.rend(); ++request) {
    if (request->answered && !request->wrong_form) continue;
    if (!decides(status, request->asked.name)) continue;
    if (request->asked.name != "publish" && request->asked.name != "play" && request->asked.name != "play2")
      continue;
    if (request->asked.message_stream_id == status.message_stream_id) return &*request;
    if (other == nullptr) other = &*request;
  }
  return other;
}

void add_answer(History& history, const CommandNote& note) {
  if (note.direction != Direction::to_client) return;
  if (note.name == "_result" || note.name == "_error") {
    for (auto request = history.requests.rbegin(); request != history.requests.rend(); ++request) {
      if (request->answered || request->asked.transaction_id != note.transaction_id) continue;
      request->answered = note;
      // Publish and play want an onStatus on their message stream (RTMP 7.2.2).
      request->wrong_form =
          note.name == "_result" && (request->asked.name == "publish" || request->asked.name == "play");
      return;
    }
  } else if (note.name == "onStatus") {
    if (Request* const request = request_of_status(history, note); request != nullptr) {
      request->answered = note;
      request->wrong_form = request->asked.message_stream_id != note.message_stream_id;
    }
  }
}

bool answers(const CommandNote& answer, const CommandNote& request) {
  if (answer.name == "_result" || answer.name == "_error")
    return answer.transaction_id == request.transaction_id;
  return answer.name == "onStatus" && answer.message_stream_id == request.message_stream_id &&
         decides(answer, request.name);
}

/// A request that was held, since bytes before it were missing, can come behind its answer.
void take_early_answer(const History& history, Request& request) {
  for (const CommandNote& note : history.commands) {
    // What is cut has the time at which it was given up.
    const bool is_later = note.at.time >= request.asked.at.time || !request.asked.complete;
    if (note.direction != Direction::to_client || !is_later || !answers(note, request.asked)) continue;
    request.answered = note;
    return;
  }
}

/// The stream that a request is for, where the request was held, and came behind what followed it. Null:
/// nothing came before it.
StreamHistory* stream_before_request(History& history, const CommandNote& note) {
  const auto last = std::ranges::find(history.streams.rbegin(), history.streams.rend(),
                                      note.message_stream_id, &StreamHistory::id);
  if (last == history.streams.rend() || last->use != StreamUse::unknown) return nullptr;
  const auto is_later = [&](const std::optional<Moment>& at) { return !at || at->time >= note.at.time; };
  const bool all_later = is_later(last->started) && is_later(last->ended) && is_later(last->first_media) &&
                         is_later(last->metadata_at);
  return all_later ? &*last : nullptr;
}

void add_use(History& history, const CommandNote& note, StreamUse use) {
  StreamHistory* const before = stream_before_request(history, note);
  if (before == nullptr && history.streams.size() >= most_streams) return;
  StreamHistory& stream = before != nullptr ? *before : history.streams.emplace_back();
  stream.id = note.message_stream_id;
  stream.use = use;
  stream.name = note.text;
  stream.asked = note.at;
  // The request may have been held, and come behind its answer.
  for (const CommandNote& answer : history.commands) {
    const bool is_start = answer.code == "NetStream.Publish.Start" || answer.code == "NetStream.Play.Start";
    if (is_start && answer.message_stream_id == note.message_stream_id && answer.at.time >= note.at.time)
      stream.started = answer.at;
  }
  if (use == StreamUse::play && note.number && *note.number >= 0) stream.recorded = true;
  if (history.phase < Phase::request) history.phase = Phase::request;
}

void add_end_of_stream(History& history, const CommandNote& note) {
  const bool by_number = note.name == "deleteStream";
  for (StreamHistory& stream : history.streams) {
    if (stream.ended) continue;
    const bool meant = by_number           ? note.number && *note.number == stream.id
                       : note.text.empty() ? note.message_stream_id == stream.id
                                           : note.text == stream.name;
    if (meant) stream.ended = note.at;
  }
}

void add_client_command(History& history, const Record& record, const CommandNote& note) {
  if (note.name == "connect" && history.connect.is_null()) {
    if (const Value arguments = record.message().arguments; arguments)
      history.connect = bounded(arguments, largest_value);
    const Value object = history.connect.view().element(0);
    history.app = text_at(object, "app");
    history.tc_url = text_at(object, "tcUrl");
    history.flash_version = text_at(object, "flashVer");
    if (history.phase < Phase::connect) history.phase = Phase::connect;
  } else if (note.name == "publish") {
    add_use(history, note, StreamUse::publish);
  } else if (note.name == "play" || note.name == "play2") {
    add_use(history, note, StreamUse::play);
  } else if (note.name == "deleteStream" || note.name == "closeStream" || note.name == "FCUnpublish") {
    add_end_of_stream(history, note);
  }
}

void add_server_command(History& history, const Record& record, const CommandNote& note) {
  if ((note.name == "_result" || note.name == "_error") && history.connect_result.is_null() &&
      note.transaction_id == 1.0)
    history.connect_result = bounded_members(record.members, kept_of_reply, largest_value);
  if (note.name != "onStatus") return;
  StreamHistory* const stream = stream_of(history, note.message_stream_id);
  if (stream == nullptr) return;
  if (note.code == "NetStream.Publish.Start" || note.code == "NetStream.Play.Start") {
    if (!stream->started) stream->started = note.at;
    history.phase = Phase::running;
  } else if (note.code == "NetStream.Unpublish.Success" || note.code == "NetStream.Play.Stop" ||
             note.code == "NetStream.Play.UnpublishNotify" || note.code == "NetStream.Play.Complete") {
    if (!stream->ended) stream->ended = note.at;
    if (note.code.starts_with("NetStream.Play.")) stream->stopped = note.at;
  }
}

void add_metadata(History& history, const Record& record, const CommandNote& note) {
  const bool wrapped = note.name == "@setDataFrame";
  if (note.name != "onMetaData" && (!wrapped || note.text != "onMetaData")) return;
  StreamHistory* const stream = stream_of(history, note.message_stream_id);
  if (stream == nullptr) return;
  if (!stream->metadata_at) stream->metadata_at = note.at;
  stream->metadata_wrapped = wrapped;
  const Value arguments = record.message().arguments;
  if (!arguments) return;
  for (const Value argument : arguments.elements()) {
    if (!argument.is_object() || argument.size() > longest_metadata) continue;
    // It is the first one, too, most of the time.
    const OwnedValue& first = history.side(note.direction).marks.metadata;
    stream->metadata = first.view() == argument ? first : bounded(argument, largest_value);
  }
  stream->recorded = stream->recorded || (stream->use == StreamUse::play &&
                                          number_at(stream->metadata, "duration").value_or(0) > 0);
}

}  // namespace

StreamHistory* stream_of(History& history, std::uint32_t id) {
  for (auto stream = history.streams.rbegin(); stream != history.streams.rend(); ++stream) {
    if (stream->id == id) return &*stream;
  }
  if (history.streams.size() >= most_streams) return nullptr;
  StreamHistory& stream = history.streams.emplace_back();
  stream.id = id;
  return &stream;
}

TrackHistory* track_of(StreamHistory& stream, MediaType type, std::uint8_t track_id) {
  for (TrackHistory& track : stream.tracks) {
    if (track.type == type && track.track_id == track_id) return &track;
  }
  if (stream.tracks.size() >= most_tracks) return nullptr;
  TrackHistory& track = stream.tracks.emplace_back();
  track.type = type;
  track.track_id = track_id;
  return &track;
}

void add_command(History& history, const Record& record) {
  const CommandNote note = note_of(record);
  SideHistory& side = history.side(note.direction);
  if (note.name.empty() && note.complete) {
    // ffmpeg sends metadata that it cannot write as a message without content.
    if (StreamHistory* const stream = stream_of(history, note.message_stream_id);
        stream != nullptr && record.message().length.value_or(1) == 0 && !stream->metadata_at) {
      stream->metadata_at = note.at;
      stream->metadata_empty = true;
    }
  }
  if (record.message().command) {
    side.last_command = note;
    if (is_request(note) && history.requests.size() < most_requests) {
      history.requests.push_back({note, std::nullopt, false});
      take_early_answer(history, history.requests.back());
    }
    add_answer(history, note);
    if (note.direction == Direction::to_server) {
      add_client_command(history, record, note);
    } else {
      add_server_command(history, record, note);
    }
  } else {
    add_metadata(history, record, note);
  }
  if (note.name.empty()) return;  // it shows nothing, and there may be many
  if (history.commands.size() >= first_commands + last_commands) {
    history.commands.erase(history.commands.begin() + first_commands);
    ++history.commands_left_out;
  }
  history.commands.push_back(note);
}

void add_control(History& history, const Record& record) {
  SideHistory& side = history.side(record.direction.value_or(Direction::to_server));
  const MessageMembers& from = record.message();
  ControlNote note;
  note.at = record.at;
  note.type = static_cast<std::uint8_t>(from.type_id);
  note.event = from.control_event;
  note.stream = from.user_control.member("message_stream_id").whole();
  note.limit_type = from.control.member("limit_type").text();
  note.after_connect = !history.connect.is_null();
  note.offset = from.stream_offset;
  if (from.header_type) note.header_type = static_cast<std::uint8_t>(*from.header_type);
  for (const char* const key : {"chunk_size", "window_size", "sequence_number", "chunk_stream_id"}) {
    if (!note.value) note.value = from.control.member(key).whole();
  }
  for (const char* const key : {"buffer_length_ms", "timestamp"}) {
    if (!note.value) note.value = from.user_control.member(key).whole();
  }
  if (note.type == 3) {
    ++side.acknowledgements;
    side.last_acknowledgement = note.value;
    side.last_acknowledgement_at = note.at;
  }
  if (note.event == "ping_request") side.ping_asked = note.at;
  if (note.event == "ping_response") side.ping_answered = note.at;
  if (note.type == 5) side.window_asked = note.value;
  if (note.event == "stream_is_recorded" || note.event == "stream_eof") {
    StreamHistory* const stream = stream_of(history, static_cast<std::uint32_t>(note.stream.value_or(0)));
    if (stream != nullptr && note.event == "stream_is_recorded") stream->recorded = true;
    if (stream != nullptr && note.event == "stream_eof") {
      if (!stream->ended) stream->ended = note.at;
      stream->stopped = note.at;
    }
  }
  // Acknowledgements beyond the first few say nothing new.
  if (side.controls.size() < most_controls && (note.type != 3 || side.acknowledgements <= 4))
    side.controls.push_back(std::move(note));
}

namespace {

/// What is longer, such as parameter sets, says nothing by itself; that it changes is seen by the number.
void keep_configuration(TrackHistory& track, Value configuration) {
  constexpr std::size_t longest_text = 40;
  track.configuration_number = configuration ? number_of(configuration) : 0;
  ValueBuilder kept;
  kept.begin_object();
  for (const auto& [name, value] : configuration.members()) {
    if (value.is_array() || value.is_object() || value.byte_size() > longest_text) continue;
    kept.name(name);
    kept.copy(value);
  }
  track.configuration = kept.take();
}

}  // namespace

void add_configuration(History& history, const Record& record) {
  const bool video = record.message().type_id == 9;
  const Value body = video ? record.message().video : record.message().audio;
  if (!body) return;
  StreamHistory* const stream = stream_of(history, record.message().message_stream_id);
  if (stream == nullptr) return;
  const MediaType type = video ? MediaType::video : MediaType::audio;
  const Value tracks = member(body, "tracks");
  if (!tracks) {
    if (text_at(body, "packet_type") != "sequence_start") return;
    const auto track_id = static_cast<std::uint8_t>(unsigned_at(body, "track_id").value_or(0));
    if (TrackHistory* const track = track_of(*stream, type, track_id); track != nullptr)
      keep_configuration(*track, body.member("configuration"));
    return;
  }
  if (text_at(body, "packet_type") != "sequence_start") return;
  for (const Value one : tracks.elements()) {
    const auto track_id = static_cast<std::uint8_t>(unsigned_at(one, "track_id").value_or(0));
    if (TrackHistory* const track = track_of(*stream, type, track_id); track != nullptr)
      keep_configuration(*track, one.member("configuration"));
  }
}

}  // namespace rtmpscope::analysis
