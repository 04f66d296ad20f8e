// Which events are shown (--only, --from, --to).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "output/renderer.hpp"

namespace rtmpscope::output {

/// What --only names, and a span of time. Without any word every event is selected.
struct Selection {
  std::vector<EventKind> kinds;       ///< "gap", "finding", "message" (all messages), …
  std::vector<std::uint8_t> types;    ///< message type ids: "video", "20", "command" (17 and 20), …
  std::vector<std::string> names;     ///< names of commands and data messages: "connect", "onMetaData"
  bool samples = false;               ///< sample and tcp_sample, which are left out otherwise
  std::uint32_t sample_interval = 1;  ///< of these, every so many seconds; at least 1
  std::optional<Timestamp> from;      ///< events at this time or later
  std::optional<Timestamp> to;        ///< events before this time

  [[nodiscard]] bool has_words() const { return !kinds.empty() || !types.empty() || !names.empty(); }
};

/// Reads the words of --only, each of which may be several with commas between. A word is, in this order, the
/// name of an event; a message type's name or number (0 to 255); "command", "data", "shared_object",
/// "control" or "media" for the message types of that group; the name of a usual command or data message
/// (rtmp::command_names); "name:" and the name of any. Case counts. Another word, an empty one and a number
/// above 255 are errors, with a suggestion.
[[nodiscard]] Expected<Selection> parse_selection(const std::vector<std::string>& words);

/// Hands on what is selected. A renderer that needs the connections' lifecycle gets those events in any case;
/// one that does not is still called where connections open, since they are numbered there.
class SelectingSink final : public rtmp::EventSink {
 public:
  SelectingSink(Selection selection, Renderer& to) : selection_(std::move(selection)), to_(to) {}
  void on_event(const rtmp::Event& event) override;

 private:
  [[nodiscard]] bool is_selected(const rtmp::Event& event) const;
  [[nodiscard]] bool is_selected_sample(const rtmp::Event& event) const;
  [[nodiscard]] bool is_selected_message(const rtmp::MessageEvent& event) const;

  Selection selection_;
  Renderer& to_;
};

}  // namespace rtmpscope::output
