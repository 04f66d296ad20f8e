#include "output/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/suggestion.hpp"
#include "rtmp/chunk/message.hpp"
#include "rtmp/message/command_names.hpp"

namespace rtmpscope::output {
namespace {

struct Group {
  std::string_view name;
  std::vector<std::uint8_t> types;
};

const std::vector<Group>& groups() {
  using namespace rtmp;
  static const std::vector<Group> all = {
      {"command", {command_amf0, command_amf3}},
      {"data", {data_amf0, data_amf3}},
      {"shared_object", {shared_object_amf0, shared_object_amf3}},
      {"control",
       {set_chunk_size, abort_message, acknowledgement, window_acknowledgement_size, set_peer_bandwidth}},
      {"media", {audio, video, aggregate}},
  };
  return all;
}

template <typename T, typename U>
bool contains(const std::vector<T>& all, const U& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

constexpr std::string_view name_prefix = "name:";

bool add_event(std::string_view word, Selection& selection) {
  for (std::size_t i = 0; i < events().size(); ++i) {
    if (events()[i].name != word) continue;
    selection.kinds.push_back(static_cast<EventKind>(i));
    return true;
  }
  return false;
}

bool add_message_type(std::string_view word, Selection& selection) {
  for (const ValueInfo& value : values()) {
    if (value.table != ValueTable::message_type || value.name != word) continue;
    selection.types.push_back(static_cast<std::uint8_t>(value.number));
    return true;
  }
  for (const Group& group : groups()) {
    if (group.name != word) continue;
    selection.types.insert(selection.types.end(), group.types.begin(), group.types.end());
    return true;
  }
  return false;
}

Expected<void> complain(std::string message) {
  return tl::make_unexpected(Error{ErrorKind::usage, std::move(message)});
}

Expected<void> add_number(std::string_view word, Selection& selection) {
  std::uint8_t number = 0;
  const auto result = std::from_chars(word.data(), word.data() + word.size(), number);
  if (result.ec != std::errc{}) {
    return complain(fmt::format("--only {}: message types are numbers from 0 to 255", word));
  }
  selection.types.push_back(number);
  return {};
}

/// Every word that --only takes, but for numbers.
std::vector<std::string_view> known_words() {
  std::vector<std::string_view> words;
  for (const EventInfo& event : events()) words.push_back(event.name);
  for (const ValueInfo& value : values()) {
    if (value.table == ValueTable::message_type) words.push_back(value.name);
  }
  for (const Group& group : groups()) words.push_back(group.name);
  const auto commands = rtmp::command_names();
  words.insert(words.end(), commands.begin(), commands.end());
  return words;
}

/// A misspelled word would select nothing, in silence.
Expected<void> complain_of_unknown(std::string_view word) {
  const auto nearest = nearest_word(word, known_words());
  const std::string suggestion = nearest ? fmt::format("; did you mean {}?", *nearest) : std::string();
  return complain(
      fmt::format("--only {}: no event, message type, group or usual command has this name{} "
                  "(name:{} selects commands of that name)",
                  word, suggestion, word));
}

Expected<void> add_word(std::string_view word, Selection& selection) {
  if (word.empty()) return complain("--only has an empty word");
  if (add_event(word, selection) || add_message_type(word, selection)) return {};
  if (std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return add_number(word, selection);
  }
  if (word.starts_with(name_prefix)) {
    selection.names.emplace_back(word.substr(name_prefix.size()));
    return {};
  }
  if (!rtmp::is_command_name(word)) return complain_of_unknown(word);
  selection.names.emplace_back(word);
  return {};
}

/// Of a command or data message only.
std::optional<std::string_view> name_of(const rtmp::MessageEvent& event) {
  const auto* facts = std::get_if<rtmp::CommandFacts>(&event.facts);
  return facts == nullptr ? std::nullopt : std::optional<std::string_view>(facts->name);
}

bool is_lifecycle(EventKind kind) {
  return kind == EventKind::connection_open || kind == EventKind::connection_close ||
         kind == EventKind::capture_start || kind == EventKind::capture_drops ||
         kind == EventKind::capture_end || kind == EventKind::verdict || kind == EventKind::capture_verdict;
}

}  // namespace

Expected<Selection> parse_selection(const std::vector<std::string>& words) {
  Selection selection;
  for (const std::string& word : words) {
    std::size_t begin = 0;
    while (begin <= word.size()) {
      const std::size_t end = std::min(word.find(',', begin), word.size());
      if (auto added = add_word(std::string_view(word).substr(begin, end - begin), selection); !added) {
        return tl::make_unexpected(added.error());
      }
      begin = end + 1;
    }
  }
  return selection;
}

void SelectingSink::on_event(const rtmp::Event& event) {
  if (is_selected(event) || (to_.needs_lifecycle() && is_lifecycle(event.kind))) {
    to_.on_event(event);
  } else if (is_lifecycle(event.kind)) {
    to_.on_unselected(event);
  }
}

bool SelectingSink::is_selected(const rtmp::Event& event) const {
  if ((event.kind == EventKind::tcp_sample || event.kind == EventKind::sample) && !is_selected_sample(event))
    return false;
  if (selection_.from && event.packet.time < *selection_.from) return false;
  if (selection_.to && event.packet.time >= *selection_.to) return false;
  if (!selection_.has_words() || contains(selection_.kinds, event.kind)) return true;
  return event.kind == EventKind::message &&
         is_selected_message(static_cast<const rtmp::MessageEvent&>(event));
}

bool SelectingSink::is_selected_sample(const rtmp::Event& event) const {
  return selection_.samples && event.second().value_or(0) % selection_.sample_interval == 0;
}

bool SelectingSink::is_selected_message(const rtmp::MessageEvent& event) const {
  if (contains(selection_.types, event.message.header.type_id)) return true;
  if (selection_.names.empty()) return false;
  const auto name = name_of(event);
  return name && contains(selection_.names, *name);
}

}  // namespace rtmpscope::output
