#include "analysis/fingerprint/predicates.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace rtmpscope::analysis {
namespace {

Fit fit(bool holds) {
  return holds ? Fit::fits : Fit::contradicts;
}

/// Name of a control message in files, its message type (RTMP 5.4, 6.2), and the event of User Control.
struct ControlName {
  std::string_view name;
  std::uint8_t type;
  std::string_view event;
};
constexpr std::array<ControlName, 7> control_names = {{
    {"set_chunk_size", 1, ""},
    {"window_ack", 5, ""},
    {"peer_bandwidth", 6, ""},
    {"set_buffer_length", 4, "set_buffer_length"},
    {"stream_begin", 4, "stream_begin"},
    {"ping_request", 4, "ping_request"},
    {"ping_response", 4, "ping_response"},
}};

bool is_value(Value wanted, std::optional<std::uint64_t> value) {
  return wanted.flag() || (value && wanted.whole() == value);
}

/// Whether a control message is what one element of "sequence" says.
bool is_control(const ControlNote& note, Value pattern) {
  for (const auto& [key, wanted] : pattern.members()) {
    if (key == "stream") {
      if (note.stream != wanted.whole()) return false;
    } else if (key == "limit_type") {
      if (note.limit_type != wanted.text()) return false;
    } else if (key == "header_type") {
      if (note.header_type && *note.header_type != wanted.whole()) return false;
    } else if (const auto each = std::ranges::find(control_names, key, &ControlName::name);
               each != control_names.end()) {
      if (note.type != each->type || (!each->event.empty() && note.event != each->event)) return false;
      if (!is_value(wanted, each->event == "stream_begin" ? note.stream : note.value)) return false;
    }
  }
  return true;
}

/// Begins with the sequence: "first". Unknown while the notes are a beginning of it.
Fit begins_with(const std::vector<const ControlNote*>& notes, Value sequence, bool settled) {
  auto note = notes.begin();
  for (const Value each : sequence.elements()) {
    if (note == notes.end()) return settled ? Fit::contradicts : Fit::unknown;
    if (!is_control(**note++, each)) return Fit::contradicts;
  }
  return Fit::fits;
}

bool holds_in_order(const std::vector<const ControlNote*>& notes, Value sequence) {
  auto note = notes.begin();
  for (const Value each : sequence.elements()) {
    note = std::find_if(note, notes.end(), [&](const ControlNote* one) { return is_control(*one, each); });
    if (note == notes.end()) return false;
    ++note;
  }
  return true;
}

/// sequence: these control messages of the side, in that order; before_connect: only those before, or behind
/// connect; first: the side's control messages begin with them, without one in between.
Fit controls(Value parameters, const Evidence& evidence) {
  const Value sequence = parameters.member("sequence");
  std::vector<const ControlNote*> notes = evidence.controls();
  const bool whole = evidence.has_beginning() && !evidence.own().marks.hole;
  if (const Value before = member(parameters, "before_connect"); before) {
    if (evidence.history().connect.is_null()) return Fit::unknown;
    std::erase_if(notes, [&](const ControlNote* each) { return each->after_connect == before.flag(); });
    if (holds_in_order(notes, sequence)) return Fit::fits;
    const bool settled = before.flag() || evidence.running();
    return whole && settled ? Fit::contradicts : Fit::unknown;
  }
  if (flag_at(parameters, "first"))
    return evidence.has_beginning() ? begins_with(notes, sequence, whole && evidence.has_reply())
                                    : Fit::unknown;
  if (holds_in_order(notes, sequence)) return Fit::fits;
  return whole && evidence.running() ? Fit::contradicts : Fit::unknown;
}

/// A Set Chunk Size behind the server's first one, with its value.
Fit copies_chunk_size(const Evidence& evidence) {
  constexpr std::uint8_t set_chunk_size = 1;
  const ControlNote* of_peer = nullptr;
  for (const ControlNote& each : evidence.peer().controls) {
    if (each.type != set_chunk_size || !evidence.peer().marks.intact(each.offset)) continue;
    of_peer = &each;
    break;
  }
  for (const ControlNote* each : evidence.controls()) {
    if (each->type != set_chunk_size) continue;
    if (of_peer == nullptr) return each->after_connect ? Fit::unknown : Fit::contradicts;
    return fit(each->after_connect && each->at.time >= of_peer->at.time && each->value == of_peer->value);
  }
  return Fit::unknown;
}

/// Media, and no Set Chunk Size before it.
Fit no_chunk_size(const Evidence& evidence) {
  const SideMarks& marks = evidence.own().marks;
  for (const ControlNote* each : evidence.controls()) {
    if (each->type == 1) return Fit::contradicts;
  }
  const bool sends_media = marks.first_audio || marks.first_video;
  return sends_media && evidence.has_chunks() && evidence.has_beginning() && !marks.hole ? Fit::fits
                                                                                         : Fit::unknown;
}

bool holds(Value texts, std::string_view text) {
  return std::ranges::any_of(texts.elements(), [&](Value each) { return each.text() == text; });
}

/// order: these commands of the side, in that order, once the last one was seen. lacks: none of these before
/// the command `until`.
Fit commands(Value parameters, const Evidence& evidence) {
  const Value order = parameters.member("order"), lacks = parameters.member("lacks");
  const std::string_view until =
      order.size() == 0 ? text_at(parameters, "until") : order.element(order.size() - 1).text();
  if (!evidence.has_beginning() || evidence.command(until) == nullptr) return Fit::unknown;
  const Value::Elements wanted = order.elements();
  auto next = wanted.begin();
  for (const CommandNote& each : evidence.history().commands) {
    if (each.direction != evidence.side()) continue;
    if (holds(lacks, each.name)) return Fit::contradicts;
    if (next != wanted.end() && each.name == (*next).text()) ++next;
    if (each.name == until) break;
  }
  return fit(next == wanted.end());
}

/// All of these commands that the side has sent have the transaction id 0.
Fit transaction_id_0(Value parameters, const Evidence& evidence) {
  Fit result = Fit::unknown;
  for (const Value name : parameters.member("commands").elements()) {
    const CommandNote* const found = evidence.command(name.text());
    if (found == nullptr || !found->transaction_id) continue;
    if (*found->transaction_id != 0) return Fit::contradicts;
    result = Fit::fits;
  }
  return result;
}

/// How the server answered these calls: none, _result or _error. None needs a later call that was answered.
Fit answers(Value parameters, const Evidence& evidence) {
  if (evidence.own().marks.hole) return Fit::unknown;
  const std::string_view wanted = text_at(parameters, "value");
  const Value calls = parameters.member("to");
  Fit result = Fit::unknown;
  const auto& requests = evidence.history().requests;
  for (auto request = requests.begin(); request != requests.end(); ++request) {
    if (!holds(calls, request->asked.name)) continue;
    if (request->answered) {
      if (request->answered->name == wanted) return Fit::fits;
      result = Fit::contradicts;
    } else if (wanted == "none") {
      const bool later = std::any_of(request, requests.end(), [](const Request& each) {
        return each.asked.name == "publish" && each.answered.has_value();
      });
      if (later && result == Fit::unknown) result = Fit::fits;
    }
  }
  return result;
}

/// S1 is a copy of a simple C1.
Fit simple_echo(const Evidence& evidence) {
  const Value c1 = evidence.handshake_part("c1");
  const Value s1 = evidence.handshake_part("s1");
  if (!c1 || !s1 || text_at(c1, "kind") != "simple") return Fit::unknown;
  return fit(text_at(s1, "kind") == "copy" || text_at(s1, "echo") == "full");
}

Fit time_of_c1(const Evidence& evidence) {
  const Value c1 = evidence.handshake_part("c1");
  const Value s1 = evidence.handshake_part("s1");
  if (!c1 || !s1) return Fit::unknown;
  const auto asked = unsigned_at(c1, "timestamp"), answered = unsigned_at(s1, "timestamp");
  // FFmpeg's own time is 0, as that of many others.
  if (!asked || !answered || *asked == 0) return Fit::unknown;
  return fit(asked == answered && text_at(s1, "kind") != "copy" && text_at(s1, "echo") != "full");
}

/// Three Acknowledgements or more, and all have one value.
Fit equal_acknowledgements(const Evidence& evidence) {
  constexpr std::uint8_t acknowledgement = 3;
  constexpr int enough = 3;
  std::optional<std::uint64_t> first;
  int count = 0;
  for (const ControlNote& each : evidence.own().controls) {
    if (each.type != acknowledgement || !each.value || !evidence.own().marks.intact(each.offset)) continue;
    if (!first) first = each.value;
    if (each.value != first) return Fit::contradicts;
    ++count;
  }
  return count >= enough && first != 0u ? Fit::fits : Fit::unknown;
}

/// Message stream n uses chunk streams from each * n + offset on, `each` of them.
Fit chunk_streams_by_stream(Value parameters, const Evidence& evidence) {
  const auto each = static_cast<std::int64_t>(number_at(parameters, "each").value_or(0));
  const auto offset = static_cast<std::int64_t>(number_at(parameters, "offset").value_or(0));
  const auto& pairs = evidence.own().marks.streams_on_chunk_streams;
  if (pairs.empty()) return Fit::unknown;
  return fit(std::ranges::all_of(pairs, [&](const auto& pair) {
    const std::int64_t first = each * pair.first + offset;
    return pair.second >= first && pair.second < first + each;
  }));
}

/// A chunk stream above `above` began with a type 1 or 2 header.
Fit opens_with_delta(Value parameters, const Evidence& evidence) {
  const auto& opened = evidence.own().marks.opened_with_delta;
  if (!opened) return Fit::unknown;
  return fit(*opened > number_at(parameters, "above").value_or(0));
}

bool is_type(Value value, std::string_view type) {
  return (type == "string" && value.is_text()) || (type == "number" && value.is_number()) ||
         (type == "boolean" && value.is_flag()) || (type == "object" && value.is_object()) ||
         (type == "list" && value.is_array());
}

}  // namespace

bool looks_at_feature(const Predicate& predicate) {
  constexpr std::array<std::string_view, 4> tests = {"present", "absent", "equals", "type"};
  return std::ranges::find(tests, predicate.test) != tests.end();
}

Fit evaluate(const Predicate& predicate, const Observation& seen, const Evidence& evidence) {
  const std::string& test = predicate.test;
  const Value parameters = predicate.parameters;
  if (test == "controls") return controls(parameters, evidence);
  if (test == "copies_chunk_size") return copies_chunk_size(evidence);
  if (test == "no_chunk_size") return no_chunk_size(evidence);
  if (test == "commands") return commands(parameters, evidence);
  if (test == "transaction_id_0") return transaction_id_0(parameters, evidence);
  if (test == "answers") return answers(parameters, evidence);
  if (test == "simple_echo") return simple_echo(evidence);
  if (test == "time_of_c1") return time_of_c1(evidence);
  if (test == "equal_acknowledgements") return equal_acknowledgements(evidence);
  if (test == "chunk_streams_by_stream") return chunk_streams_by_stream(parameters, evidence);
  if (test == "opens_with_delta") return opens_with_delta(parameters, evidence);
  if (!seen.known) return Fit::unknown;
  if (test == "present") return fit(!seen.absent());
  if (test == "absent") return fit(seen.absent());
  if (seen.absent()) return Fit::contradicts;
  if (test == "equals")
    return fit(std::ranges::find(seen.values(), parameters.member("value")) != seen.values().end());
  if (test == "type") {
    const std::string_view type = text_at(parameters, "value");
    return fit(std::ranges::any_of(seen.values(), [&](Value each) { return is_type(each, type); }));
  }
  return Fit::unknown;
}

}  // namespace rtmpscope::analysis
