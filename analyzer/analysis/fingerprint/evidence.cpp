#include "analysis/fingerprint/evidence.hpp"

#include <algorithm>
#include <array>

#include "analysis/record/value_builder.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr std::uint8_t set_chunk_size_type = 1, abort_type = 2, acknowledgement_type = 3;
constexpr std::uint8_t window_type = 5, bandwidth_type = 6;

Observation unknown() {
  return {};
}
Observation absent() {
  return {true, {}};
}
/// What `add` puts into a list was seen.
template <typename Add>
Observation listed(Add add) {
  ValueBuilder list;
  list.begin_array();
  add(list);
  return {true, list.take()};
}
Observation seen(Value value) {
  return listed([&](ValueBuilder& list) { list.copy(value); });
}
Observation seen(std::string_view text) {
  return listed([&](ValueBuilder& list) { list.text(text); });
}
Observation seen(std::uint64_t number) {
  return listed([&](ValueBuilder& list) { list.whole(number); });
}
/// Unknown where there is none.
Observation any_of(ValueBuilder& list) {
  OwnedValue values = list.take();
  const bool known = values.view().size() > 0;
  return {known, std::move(values)};
}

/// A member of an object that was seen; absent: the object was not.
Observation member_of(Value object, std::string_view key) {
  if (!object) return unknown();
  const Value found = member(object, key);
  return found.is_null() ? absent() : seen(found);
}

/// Names that do not begin with an at sign, which are the program's own. An absent object has none.
Observation names_of(Value object) {
  return listed([&](ValueBuilder& list) {
    list.begin_array();
    for (const auto& [key, value] : object.members()) {
      if (!key.starts_with('@')) list.text(key);
    }
  });
}
Observation keys_of(Value object) {
  return object ? names_of(object) : unknown();
}

Observation connect(const Evidence& evidence, std::string_view what) {
  return what == "keys" ? keys_of(evidence.connect()) : member_of(evidence.connect(), what);
}

Observation handshake(const Evidence& evidence, std::string_view feature) {
  const std::string_view part = feature.substr(0, 2);
  const Value found = evidence.handshake_part(part);
  if (!found) return unknown();
  const std::string_view what = feature.substr(3);
  if (what == "peer_version") {
    const std::string_view version = text_at(found, "peer_version");
    if (!version.empty()) return seen(version);
    return unsigned_at(found, "zero") == 0u ? seen(std::string_view("0.0.0.0")) : unknown();
  }
  if (what == "software") {
    const std::string_view guess = text_at(found, "software");
    // What S1 shows depends on the handshake that the client wants, and RTMPE's C1 has a key where plain RTMP
    // has what guesses go by: there no guess says nothing.
    const Value c0 = evidence.handshake_part("c0");
    const bool is_plain = !c0 || unsigned_at(c0, "version").value_or(3) == 3;
    return guess.empty() && (part == "s1" || !is_plain) ? unknown() : seen(guess);
  }
  if (what == "kind") return member_of(found, "kind");
  if (what == "echo") return member_of(found, "echo");
  if (what == "timestamp") return member_of(found, "timestamp");
  if (what == "banner") {
    const Value texts = member(found, "texts");
    return texts.size() > 0 ? Observation{true, OwnedValue(texts)} : unknown();
  }
  return unknown();
}

Observation control_values(const Evidence& evidence, std::uint8_t type) {
  ValueBuilder values;
  values.begin_array();
  for (const ControlNote* each : evidence.controls()) {
    if (each->type == type && each->value) values.whole(*each->value);
  }
  return any_of(values);
}

Observation chunk_streams(const Evidence& evidence, std::string_view feature) {
  const SideMarks& marks = evidence.own().marks;
  if (feature == "csid.audio_video") {
    if (!marks.audio_chunk_stream || !marks.video_chunk_stream) return unknown();
    return listed([&](ValueBuilder& list) {
      list.begin_array();
      list.whole(*marks.audio_chunk_stream);
      list.whole(*marks.video_chunk_stream);
    });
  }
  ValueBuilder values;
  values.begin_array();
  for (const auto& each : {marks.audio_chunk_stream, marks.video_chunk_stream}) {
    if (each) values.whole(*each);
  }
  return any_of(values);
}

Observation metadata(const Evidence& evidence, std::string_view what) {
  const SideMarks& marks = evidence.own().marks;
  if (marks.metadata.is_null()) return unknown();
  if (what == "keys") return keys_of(marks.metadata);
  if (what == "repeats") return seen(marks.metadata_count);
  if (what == "wrapper") return seen(std::string_view(marks.metadata_wrapped ? "@setDataFrame" : "none"));
  if (what == "ecma_count") {
    const auto count = unsigned_at(marks.metadata, "@count");
    return count ? seen(*count) : unknown();
  }
  if (what == "videodevice_or_encoder") {
    ValueBuilder values;
    values.begin_array();
    for (const char* const key : {"videodevice", "encoder"}) {
      if (const std::string_view text = text_at(marks.metadata, key); !text.empty()) values.text(text);
    }
    return any_of(values);
  }
  return member_of(marks.metadata, what);
}

Observation reply(const Evidence& evidence, std::string_view what) {
  if (!evidence.has_reply()) return unknown();
  const Value properties = evidence.reply_properties();
  const Value information = evidence.reply_information();
  // What an object that is not there would have is not there.
  const auto of = [](Value object, std::string_view key) {
    return object ? member_of(object, key) : absent();
  };
  if (what == "keys") return names_of(properties);
  if (what == "description") return of(information, what);
  if (what.starts_with("info.")) return of(information, what.substr(5));
  if (what.starts_with("data.")) {
    const Value data = member(information, "data");
    return !data ? absent() : member_of(data, what.substr(5));
  }
  Observation found = of(properties, what);
  return what == "CapsEx" && found.absent() ? of(information, what) : found;
}

Observation status(const Evidence& evidence, std::string_view what) {
  const SideMarks& marks = evidence.own().marks;
  if (what == "clientid")
    return marks.status_client_id.empty() ? unknown() : seen(std::string_view(marks.status_client_id));
  ValueBuilder values;
  values.begin_array();
  for (const CommandNote& each : evidence.history().commands) {
    if (each.direction != evidence.side() || !marks.intact(each.offset)) continue;
    if (what == "fcpublish") {
      if (each.name == "onFCPublish") values.text(each.description);
      continue;
    }
    if (each.name != "onStatus") continue;
    const bool publishes = each.code == "NetStream.Publish.Start";
    if (what == "code") values.text(each.code);
    if (what == "publish" && publishes) values.text(each.description);
    if (what == "csid" && (publishes || each.code == "NetStream.Play.Start"))
      values.whole(each.chunk_stream_id);
  }
  return any_of(values);
}

/// A command of the server that brings a number, or nothing.
Observation server_call(const Evidence& evidence, std::string_view name) {
  const CommandNote* const call = evidence.command(name);
  if (call == nullptr) return evidence.running() && evidence.has_reply() ? absent() : unknown();
  if (!call->number) return seen(std::string_view("null"));
  return listed([&](ValueBuilder& list) { list.real(*call->number); });
}

Observation publish(const Evidence& evidence, std::string_view what) {
  const CommandNote* const command = evidence.command("publish");
  if (command == nullptr) return unknown();
  return what == "name" ? seen(std::string_view(command->text))
                        : seen(std::uint64_t{command->chunk_stream_id});
}

Observation message_stream(const Evidence& evidence, std::string_view feature) {
  const SideMarks& marks = evidence.own().marks;
  if (!marks.media_message_stream) return unknown();
  if (feature == "play.message_stream_id" && evidence.side() != Direction::to_client) return unknown();
  return seen(std::uint64_t{*marks.media_message_stream});
}

/// Features of the chunk stream, which RTMFP does not have (RFC 7425, section 5.1).
bool is_of_chunks(std::string_view feature) {
  return feature.starts_with("csid") || feature == "publish.chunk_stream_id" || feature == "status.csid" ||
         feature == "set_chunk_size" || feature == "chunk";
}

Observation single(const Evidence& evidence, std::string_view feature) {
  const SideMarks& marks = evidence.own().marks;
  if (feature == "set_chunk_size") return control_values(evidence, set_chunk_size_type);
  if (feature == "window_ack") return control_values(evidence, window_type);
  if (feature == "peer_bandwidth") return control_values(evidence, bandwidth_type);
  if (feature == "delete_stream.argument")
    return marks.delete_stream_argument.empty() ? unknown()
                                                : seen(std::string_view(marks.delete_stream_argument));
  if (feature == "data.onFI")
    return marks.on_fi                ? listed([](ValueBuilder& list) { list.flag(true); })
           : marks.metadata.is_null() ? unknown()
                                      : absent();
  if (feature == "play") return marks.aggregates > 0 ? seen(marks.aggregates) : unknown();
  if (feature == "chunk")
    return marks.opened_with_delta ? seen(std::uint64_t{*marks.opened_with_delta}) : unknown();
  if (feature == "tcurl.host") {
    const std::string host = url_host(evidence.history().tc_url);
    return host.empty() ? unknown() : seen(std::string_view(host));
  }
  if (feature == "server.onBWDone" || feature == "server.onBWCheck")
    return server_call(evidence, feature.substr(7));
  return unknown();
}

}  // namespace

namespace {

constexpr std::array<std::string_view, 3> handshake_parts = {"c0", "c1", "s1"};

/// Absent: it was not captured whole.
Value whole_part(Value members) {
  const bool whole = !members.member("missing_bytes");
  return whole && members.member("kind").text() != "unverifiable" ? members : Value();
}

/// The first object of connect.
Value connect_object(const History& history) {
  const Value first = history.connect.view().element(0);
  if (!first.is_object()) return {};
  const SideMarks& marks = history.side(Direction::to_server).marks;
  for (const Request& each : history.requests) {
    if (each.asked.name == "connect") return marks.intact(each.asked.offset) ? first : Value();
  }
  return first;
}

/// The first "_result" for connect was captured, and nothing was missing before it.
bool is_reply(const History& history) {
  const Value reply = history.connect_result;
  if (reply.member("command").member("name").text() != "_result") return false;
  return history.side(Direction::to_client).marks.intact(reply.member("stream_offset").whole().value_or(0));
}

Value object_only(Value value) {
  return value.is_object() ? value : Value();
}

}  // namespace

Evidence::Evidence(const History& history, Direction side)
    : history_(history), side_(side), connect_(connect_object(history)), has_reply_(is_reply(history)) {
  std::array<bool, handshake_parts.size()> found{};
  for (const HandshakeNote& each : history.handshake) {
    if (each.kind != EventKind::handshake) continue;
    const auto part = std::ranges::find(handshake_parts, each.members.view().member("part").text());
    const auto index = static_cast<std::size_t>(part - handshake_parts.begin());
    if (part == handshake_parts.end() || found[index]) continue;
    found[index] = true;
    handshake_[index] = whole_part(each.members);
  }
  if (!has_reply_) return;
  const Value arguments = history.connect_result.view().member("command").member("arguments");
  reply_properties_ = object_only(arguments.element(0));
  reply_information_ = object_only(arguments.element(1));
}

Value Evidence::handshake_part(std::string_view part) const {
  const auto found = std::ranges::find(handshake_parts, part);
  return found == handshake_parts.end()
             ? Value()
             : handshake_[static_cast<std::size_t>(found - handshake_parts.begin())];
}

bool Evidence::has_beginning() const {
  if (history_.start == "syn") return true;
  const std::string_view first = side_ == Direction::to_server ? "c1" : "s1";
  return std::ranges::any_of(history_.handshake, [&](const HandshakeNote& each) {
    return each.kind == EventKind::handshake && text_at(each.members, "part") == first;
  });
}

bool Evidence::has_chunks() const {
  return history_.transport != "rtmfp";
}

const CommandNote* Evidence::command(std::string_view name) const {
  for (const CommandNote& each : history_.commands) {
    if (each.direction == side_ && each.name == name)
      return own().marks.intact(each.offset) ? &each : nullptr;
  }
  return nullptr;
}

std::vector<const ControlNote*> Evidence::controls() const {
  std::vector<const ControlNote*> found;
  for (const ControlNote& each : own().controls) {
    if (each.type == abort_type || each.type == acknowledgement_type) continue;
    if (own().marks.intact(each.offset)) found.push_back(&each);
  }
  return found;
}

bool Evidence::running() const {
  return std::ranges::any_of(history_.streams, [](const StreamHistory& each) {
    return each.use != StreamUse::unknown && each.first_media.has_value();
  });
}

namespace {

/// How a feature is looked at.
struct Look {
  Observation (*at)(const Evidence& evidence, std::string_view what) = nullptr;
  std::string_view what;  ///< the feature's name, or what follows its group
  bool of_chunks = false;
};

Look look_at(std::string_view feature) {
  struct Group {
    std::string_view prefix;
    Observation (*at)(const Evidence& evidence, std::string_view what);
    bool with_prefix = false;
  };
  static constexpr std::array<Group, 8> groups = {{
      {"c1.", handshake, true},
      {"s1.", handshake, true},
      {"connect.", connect, false},
      {"result.", reply, false},
      {"metadata.", metadata, false},
      {"status.", status, false},
      {"publish.", publish, false},
      {"csid.", chunk_streams, true},
  }};
  const bool of_chunks = is_of_chunks(feature);
  for (const Group& each : groups) {
    if (!feature.starts_with(each.prefix)) continue;
    return {each.at, each.with_prefix ? feature : feature.substr(each.prefix.size()), of_chunks};
  }
  const bool of_media = feature.ends_with(".message_stream_id");
  return {of_media ? message_stream : single, feature, of_chunks};
}

}  // namespace

Observation Evidence::observe(FeatureId feature) const {
  static const std::vector<Look> looks = [] {
    std::vector<Look> made;
    for (const std::string_view each : feature_names()) made.push_back(look_at(each));
    return made;
  }();
  const Look& look = looks[static_cast<std::size_t>(feature)];
  return look.of_chunks && !has_chunks() ? unknown() : look.at(*this, look.what);
}

std::string url_host(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  std::string_view rest = url.substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (const std::size_t user = rest.rfind('@'); user != std::string_view::npos) rest = rest.substr(user + 1);
  // An IPv6 address stands in brackets.
  if (rest.starts_with('[')) {
    rest = rest.substr(1, rest.find(']') - 1);
  } else {
    rest = rest.substr(0, rest.find(':'));
  }
  std::string host(rest);
  for (char& c : host) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return host;
}

}  // namespace rtmpscope::analysis
