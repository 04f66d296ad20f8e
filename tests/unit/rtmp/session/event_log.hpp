// What a session emits, as lines to compare.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "rtmp/session/events.hpp"
#include "schema/tape.hpp"

namespace rtmpscope::test {

class EventLog final : public rtmp::EventSink {
 public:
  std::vector<std::string> lines;
  std::vector<std::string> tapes;

  void on_event(const rtmp::Event& event) override {
    Tape tape;
    event.describe(tape);
    tapes.push_back(tape.to_string());
    std::string line(info(event.kind).name);
    if (event.kind == EventKind::message) {
      const auto& m = static_cast<const rtmp::MessageEvent&>(event);
      line += fmt::format(" {} {}", m.message.header.type_id, as_text(m.stream_name.value_or(Bytes())));
      if (m.response_time) line += fmt::format(" after {} ns", *m.response_time);
      if (!m.message.complete) line += " incomplete";
    }
    if (event.kind == EventKind::finding) {
      const auto& f = static_cast<const rtmp::FindingEvent&>(event);
      line += fmt::format(" {}", info(f.id).id);
      if (f.suppressed > 0) line += fmt::format(" and {} more", f.suppressed);
    }
    lines.push_back(std::move(line));
  }
};

}  // namespace rtmpscope::test
