#include "analysis/fingerprint/test_form.hpp"

#include <algorithm>
#include <array>

#include "analysis/record/value_builder.hpp"
#include "base/suggestion.hpp"

namespace rtmpscope::analysis {
namespace {

using Kind = ParameterKind;

/// Control messages as a file writes them: {"set_chunk_size": 4096}; true stands for any value.
constexpr std::array<std::string_view, 7> written_controls = {
    "set_chunk_size", "window_ack",   "peer_bandwidth", "set_buffer_length",
    "stream_begin",   "ping_request", "ping_response"};

void read_control(Members& control) {
  bool named = false;
  for (const std::string_view name : written_controls) {
    const Value value = control.any(name);
    if (!value) continue;
    named = true;
    if (!value.whole() && !value.flag()) control.complain(name, "a number, or true for any, is expected");
  }
  static_cast<void>(control.count("stream"));
  static_cast<void>(control.count("header_type"));
  static_cast<void>(control.text("limit_type"));
  if (!named) control.complain("set_chunk_size", "a control message is expected");
  control.finish();
}

void check(Members& members, const ParameterForm& form) {
  switch (form.kind) {
    case Kind::text: static_cast<void>(members.text(form.name)); return;
    case Kind::texts: static_cast<void>(members.texts(form.name)); return;
    case Kind::number: {
      const Value value = members.any(form.name);
      if (value && !value.is_number()) members.complain(form.name, "a number is expected");
      return;
    }
    case Kind::flag: static_cast<void>(members.flag(form.name)); return;
    case Kind::any: return;
    case Kind::controls: {
      std::size_t index = 0;
      for (Value each : members.elements(form.name)) {
        Members control(each, fmt::format("{}[{}]", members.place(form.name), index++), members.complaint());
        read_control(control);
      }
      return;
    }
  }
}

}  // namespace

OwnedValue read_parameters(Members& members, std::string_view test, std::span<const TestForm> forms) {
  ValueBuilder parameters;
  parameters.begin_object();
  const auto form = std::ranges::find(forms, test, &TestForm::test);
  if (form == forms.end()) {
    std::vector<std::string_view> known;
    for (const TestForm& each : forms) known.push_back(each.test);
    const auto meant = nearest_word(test, known);
    members.complain("test", meant ? fmt::format("there is no test '{}'; did you mean {}?", test, *meant)
                                   : fmt::format("there is no test '{}'", test));
    return parameters.take();
  }
  for (const ParameterForm& each : form->parameters) {
    const Value value = members.any(each.name);
    if (!value) {
      if (each.wanted) members.complain(each.name, "is missing");
      continue;
    }
    check(members, each);
    parameters.name(each.name);
    parameters.copy(value);
  }
  return parameters.take();
}

std::span<const TestForm> predicate_forms() {
  static const std::vector<TestForm> forms = {
      {"absent", {}},
      {"answers", {{"to", Kind::texts, true}, {"value", Kind::text, true}}},
      {"chunk_streams_by_stream", {{"each", Kind::number, true}, {"offset", Kind::number, true}}},
      {"commands", {{"order", Kind::texts}, {"lacks", Kind::texts}, {"until", Kind::text}}},
      {"controls",
       {{"sequence", Kind::controls, true}, {"before_connect", Kind::flag}, {"first", Kind::flag}}},
      {"copies_chunk_size", {}},
      {"equal_acknowledgements", {}},
      {"equals", {{"value", Kind::any, true}}},
      {"no_chunk_size", {}},
      {"opens_with_delta", {{"above", Kind::number, true}}},
      {"present", {}},
      {"simple_echo", {}},
      {"time_of_c1", {}},
      {"transaction_id_0", {{"commands", Kind::texts, true}}},
      {"type", {{"value", Kind::text, true}}},
  };
  return forms;
}

// long: one table
std::span<const TestForm> condition_forms() {
  static const std::vector<TestForm> forms = {
      {"acknowledgements_per_second", {{"side", Kind::text, true}, {"at_least", Kind::number, true}}},
      {"answered", {{"request", Kind::text, true}, {"by", Kind::text, true}}},
      {"any", {{"of", Kind::any, true}}},
      {"bytes", {{"side", Kind::text, true}, {"at_least", Kind::number, true}}},
      {"chunk_size_stays", {{"value", Kind::number, true}}},
      {"command_pauses",
       {{"from_ms", Kind::number, true}, {"to_ms", Kind::number, true}, {"at_least", Kind::number, true}}},
      {"duration", {{"from_s", Kind::number}, {"to_s", Kind::number}}},
      {"ended_by",
       {{"side", Kind::text, true},
        {"how", Kind::text},
        {"after", Kind::text},
        {"within_s", Kind::number},
        {"bytes", Kind::number}}},
      {"ends_in_cut_command", {{"bytes", Kind::number, true}}},
      {"enhanced_track", {}},
      {"feature",
       {{"side", Kind::text},
        {"feature", Kind::text, true},
        {"op", Kind::text, true},
        {"value", Kind::any, true}}},
      {"finding", {{"id", Kind::text, true}, {"side", Kind::text}, {"before_media", Kind::flag}}},
      {"first_time", {{"media", Kind::text, true}, {"at_least", Kind::number, true}}},
      {"header_missing", {{"side", Kind::text, true}, {"enhanced", Kind::flag}}},
      {"judged", {{"id", Kind::text, true}, {"side", Kind::text}}},
      {"list_in_connect", {}},
      {"mean_rate", {{"side", Kind::text, true}, {"kbps", Kind::number, true}}},
      {"media_stopped", {{"side", Kind::text, true}, {"for_s", Kind::number, true}}},
      {"metadata_lacks", {{"keys", Kind::texts, true}}},
      {"metadata_repeats", {{"more_than", Kind::number, true}, {"within_s", Kind::number, true}}},
      {"name_in_use", {}},
      {"name_without", {{"text", Kind::text, true}}},
      {"nameless_data", {{"bytes", Kind::number, true}}},
      {"newer_publisher", {}},
      {"no_acknowledgements", {}},
      {"no_command", {{"name", Kind::text, true}}},
      {"no_error_status", {}},
      {"no_finding", {{"id", Kind::text, true}, {"side", Kind::text}}},
      {"no_media", {{"side", Kind::text, true}}},
      {"not_clean", {}},
      {"peer", {{"ids", Kind::texts, true}}},
      {"pings_unanswered", {}},
      {"previous_broke", {{"within_s", Kind::number, true}}},
      {"publish_started_after", {{"from_ms", Kind::number, true}, {"to_ms", Kind::number, true}}},
      {"reply_in_small_chunks", {}},
      {"request_unanswered_for", {{"limit", Kind::text, true}}},
      {"silent",
       {{"side", Kind::text, true},
        {"about_limit", Kind::text},
        {"at_least_s", Kind::number},
        {"from_s", Kind::number},
        {"to_s", Kind::number},
        {"then", Kind::text, true}}},
      {"since_previous", {{"from_s", Kind::number}, {"to_s", Kind::number, true}}},
      {"status", {{"code", Kind::text}, {"description", Kind::text}, {"redirect", Kind::flag}}},
      {"sync_lost", {{"side", Kind::text, true}}},
      {"time_passed", {{"side", Kind::text, true}}},
      {"tls", {{"version", Kind::text}, {"failed", Kind::flag}}},
      {"unacknowledged_for", {{"side", Kind::text}, {"limit", Kind::text}, {"at_least_s", Kind::number}}},
      {"unanswered", {{"request", Kind::text, true}}},
      {"version", {{"from", Kind::text}, {"below", Kind::text}, {"known", Kind::flag}}},
      {"zero_window", {{"side", Kind::text, true}}},
  };
  return forms;
}

}  // namespace rtmpscope::analysis
