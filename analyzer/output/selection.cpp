#include "output/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "rtmp/chunk/message.hpp"

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

Expected<void> add_word(std::string_view word, Selection& selection) {
  if (word.empty()) return tl::make_unexpected(Error{ErrorKind::usage, "--only has an empty word"});
  for (std::size_t i = 0; i < events().size(); ++i) {
    if (events()[i].name == word) {
      selection.kinds.push_back(static_cast<EventKind>(i));
      return {};
    }
  }
  for (const ValueInfo& value : values()) {
    if (value.table == ValueTable::message_type && value.name == word) {
      selection.types.push_back(static_cast<std::uint8_t>(value.number));
      return {};
    }
  }
  for (const Group& group : groups()) {
    if (group.name == word) {
      selection.types.insert(selection.types.end(), group.types.begin(), group.types.end());
      return {};
    }
  }
  if (std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    std::uint8_t number = 0;
    const auto result = std::from_chars(word.data(), word.data() + word.size(), number);
    if (result.ec != std::errc{}) {
      return tl::make_unexpected(
          Error{ErrorKind::usage, fmt::format("--only {}: message types are numbers from 0 to 255", word)});
    }
    selection.types.push_back(number);
    return {};
  }
  selection.names.emplace_back(word);
  return {};
}

/// Of a command or data message; empty for all others.
std::string_view name_of(const rtmp::MessageEvent& event) {
  const auto* facts = std::get_if<rtmp::CommandFacts>(&event.facts);
  return facts == nullptr ? std::string_view() : std::string_view(facts->name);
}

bool is_lifecycle(EventKind kind) {
  return kind == EventKind::connection_open || kind == EventKind::connection_close ||
         kind == EventKind::capture_start || kind == EventKind::capture_end;
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
  if (selection_.from && event.packet.time < *selection_.from) return false;
  if (selection_.to && event.packet.time >= *selection_.to) return false;
  if (!selection_.has_words() || contains(selection_.kinds, event.kind)) return true;
  return event.kind == EventKind::message &&
         is_selected_message(static_cast<const rtmp::MessageEvent&>(event));
}

bool SelectingSink::is_selected_message(const rtmp::MessageEvent& event) const {
  if (contains(selection_.types, event.message.header.type_id)) return true;
  if (selection_.names.empty()) return false;
  const std::string_view name = name_of(event);
  return !name.empty() && contains(selection_.names, name);
}

}  // namespace rtmpscope::output
